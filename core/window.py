"""The part of a long sound that is looked at: an overview to choose it from, and the choice, exact to the sample."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from core.clip import Clip
from core.errors import ClipError
from core.text import _

LONGEST_SECONDS = 30.0
"""A model is given this much at once."""

COLUMNS = 1000


@dataclass(frozen=True, eq=False)
class Overview:
    """The outline of a whole sound.

    low, high  smallest and largest sample in each of equal stretches of time, (columns,)
    seconds    length of the whole sound
    """

    low: Float32[np.ndarray, " columns"]
    high: Float32[np.ndarray, " columns"]
    seconds: float


def fits(clip: Clip) -> bool:
    """Tell whether the whole sound can be looked at at once."""
    return clip.seconds <= LONGEST_SECONDS


def overview(clip: Clip, columns: int = COLUMNS) -> Overview:
    """Outline a sound of any length in ``columns`` stretches, fewer where it has fewer samples."""
    columns = min(columns, clip.samples.size)
    edges = np.arange(columns) * clip.samples.size // columns
    low = np.minimum.reduceat(clip.samples, edges)
    high = np.maximum.reduceat(clip.samples, edges)
    return Overview(low, high, clip.seconds)


def take(clip: Clip, start: float, seconds: float = LONGEST_SECONDS) -> Clip:
    """Cut out a window, its tiers along; it ends with the sound where it would reach beyond its end.

    Raises ClipError where the window is longer than 30 s or begins after the end of the sound.
    """
    if seconds > LONGEST_SECONDS:
        raise ClipError(
            _("{seconds:.0f} s are too long to look at at once.").format(seconds=seconds),
            hint=_("Choose {longest:.0f} s or less.").format(longest=LONGEST_SECONDS),
        )
    return clip.cut(start, start + seconds)
