"""A set of sounds prepared once: decoded, resampled, kept as float32 on disk, ready for any run."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
from jaxtyping import Float32

from core.clip import Clip
from core.dataset.collection import Skipped, Split, Task
from core.finetuning.settings import PrepareSettings


@dataclass(frozen=True)
class Item:
    """One prepared sound.

    label        its class; empty where unlabelled
    group        speaker or other group; empty where unknown
    split        the side that its publisher put it on; empty where none
    text         what is said
    start        first sample within the set's samples
    count        samples
    fingerprint  of its prepared content
    loudness     root mean square in dB below full scale
    clipped      share of its samples that stand at full scale, 0 to 1
    """

    name: str
    label: str
    group: str
    split: Split
    text: str
    start: int
    count: int
    fingerprint: str
    loudness: float
    clipped: float


@dataclass(frozen=True, eq=False)
class PreparedSet:
    """Sounds in a folder that ``prepare`` wrote; opening it reads a table, the samples stay on disk until asked for.

    key      identity by content: sounds, labels, groups and settings
    labels   the classes, in the order of class numbers; empty for transcripts
    """

    folder: Path
    key: str
    title: str
    task: Task
    sample_rate: int
    settings: PrepareSettings
    items: tuple[Item, ...]
    labels: tuple[str, ...]
    licence: str = ""
    source: str = ""
    skipped: tuple[Skipped, ...] = ()

    def samples(self, index: int) -> Float32[np.ndarray, " time"]:
        """Return the samples of one item at ``sample_rate``; read-only, mapped from disk."""
        item = self.items[index]
        return self._samples[item.start : item.start + item.count]

    def clip(self, index: int) -> Clip:
        """Return one item as a clip that every page can show."""
        return Clip.of(self.items[index].name, self.samples(index), self.sample_rate)

    def targets(self, indices: Sequence[int]) -> tuple[int, ...]:
        """Return class numbers; -1 where an item has no label."""
        place = {label: number for number, label in enumerate(self.labels)}
        return tuple(place.get(self.items[index].label, -1) for index in indices)

    @property
    def seconds(self) -> float:
        """Length of all its sounds together."""
        return sum(item.count for item in self.items) / self.sample_rate

    @cached_property
    def _samples(self) -> Float32[np.ndarray, " time"]:
        return np.memmap(self.folder / SAMPLES, np.float32, "r")


SAMPLES = "samples.f32"  # float32, little-endian, one sound after the other
TABLE = "set.json"
