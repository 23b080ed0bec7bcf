"""What is to be masked while a copy learns, as a page hands it on."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Erased:
    """A band of frequencies that is always masked, or what the model leans on at that moment.

    low_hz, high_hz  the band; 0 and 0 for what the model leans on
    part             share of the cells of a sound that are masked where the model's leaning decides
    clip             name of the sound that it was seen on, for a sentence
    """

    low_hz: float = 0.0
    high_hz: float = 0.0
    part: float = 0.15
    clip: str = ""
