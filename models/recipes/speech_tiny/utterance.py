"""One synthesised or recorded utterance with what was said when."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.errors import DatasetError
from core.tiers import Interval

RATE = 16_000


class SynthesisError(DatasetError):
    """A synthesizer is missing or did not say where the phones lie."""


@dataclass(frozen=True)
class Utterance:
    """Sound (int16, 16 kHz, mono), its text, its phones and, where known, its words (times in seconds).

    `timed` is false where the order of the phones is known and their times are not.
    """

    text: str
    voice: str
    samples: NDArray[np.int16]
    phones: tuple[Interval, ...]
    words: tuple[Interval, ...] = ()
    timed: bool = True

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return len(self.samples) / RATE


def contiguous(items: Iterable[Interval], seconds: float, silence: str = "") -> tuple[Interval, ...]:
    """Fill the gaps between ordered intervals with silences, from 0 to `seconds`."""
    filled: list[Interval] = []
    clock = 0.0
    for item in items:
        if item.start > clock + 1e-6:
            filled.append(Interval(clock, item.start, silence))
        filled.append(item)
        clock = item.end
    if seconds > clock + 1e-6:
        filled.append(Interval(clock, seconds, silence))
    return tuple(filled)


def pcm16(samples: NDArray[np.floating]) -> NDArray[np.int16]:
    """Turn samples between -1 and 1 into 16-bit integers, limited at full scale."""
    return np.clip(np.round(samples * 32767), -32768, 32767).astype(np.int16)
