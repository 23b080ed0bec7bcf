"""Every sentence once, by one voice; sentences and voices of the three sides differ."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import cycle
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.recipes.sets.german_speech.voices import SIDES, speakers
from models.recipes.speech_tiny.synthesis.espeak import Espeak
from models.recipes.speech_tiny.utterance import RATE

SENTENCES = Path(__file__).with_name("sentences.txt")
SIDE_OF_LAST_DIGIT = {2: "test", 5: "validation", 7: "test"}  # of the number of a sentence; all others: train
QUIET = 10 ** (-45 / 20)  # of the peak: what is softer at both ends is silence
KEPT_SILENCE = 0.1  # seconds
PEAK = 10 ** (-3 / 20)


@dataclass(frozen=True)
class Spoken:
    """One sentence as it was spoken: mono at 16 kHz, peak at -3 dB of full scale."""

    name: str
    text: str
    voice: str
    side: str
    samples: NDArray[np.float32]

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return len(self.samples) / RATE


def sentences() -> tuple[str, ...]:
    """Read the sentences, one a line; they were written for this set."""
    return tuple(SENTENCES.read_text("utf-8").splitlines())


def side_of(number: int) -> str:
    """Tell the side of a sentence by its number."""
    return SIDE_OF_LAST_DIGIT.get(number % 10, "train")


def spoken() -> tuple[Spoken, ...]:
    """Speak all sentences, in their order."""
    return tuple(_speak_all(Espeak()))


def _speak_all(engine: Espeak) -> Iterator[Spoken]:
    turns = {side: cycle(speakers(side)) for side in SIDES}
    source = random.Random(1)
    for number, text in enumerate(sentences()):
        side = side_of(number)
        speaker = next(turns[side])
        samples, _phonemes, _words = engine.record(text, speaker.speaking(source))
        yield Spoken(f"{number:03d}", text, speaker.name, side, _tidied(samples))


def _tidied(samples: NDArray[np.int16]) -> NDArray[np.float32]:
    """Cut the silence at both ends to a tenth of a second and bring the peak to -3 dB."""
    sound = samples.astype(np.float32)
    loud = np.flatnonzero(np.abs(sound) > np.abs(sound).max() * QUIET)
    margin = round(KEPT_SILENCE * RATE)
    kept = sound[max(loud[0] - margin, 0) : loud[-1] + margin]
    return kept / np.abs(kept).max() * np.float32(PEAK)
