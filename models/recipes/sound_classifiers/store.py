"""Many arrays of unlike length in one file on disk, with the class and the maker of each."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

_VALUES, _STARTS, _TABLE = "values.npy", "starts.npy", "table.json"


@dataclass(frozen=True)
class Sound:
    """One sound, mono at 16 kHz: its class, who or what made it, and how it came to be.

    `origin` is real, synthetic or made (sounds that are no speech).
    """

    label: str
    group: str
    origin: str
    samples: NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Store:
    """Arrays end to end along their first axis; array i lies from starts[i] to starts[i + 1]."""

    values: NDArray[Any]
    starts: NDArray[np.int64]
    labels: tuple[str, ...]
    groups: tuple[str, ...]
    origins: tuple[str, ...]

    def __len__(self) -> int:
        """Count the arrays."""
        return len(self.labels)

    def lengths(self) -> NDArray[np.int64]:
        """Return the length of each array."""
        return np.diff(self.starts)

    def array(self, index: int) -> NDArray[Any]:
        """Return one array as it lies on disk."""
        return np.asarray(self.values[self.starts[index] : self.starts[index + 1]])

    def sound(self, index: int) -> Sound:
        """Return one array of 16-bit samples as sound between -1 and 1."""
        samples = self.array(index).astype(np.float32) / np.float32(32768)
        return Sound(self.labels[index], self.groups[index], self.origins[index], samples)


def write_sounds(folder: Path, sounds: Iterable[Sound]) -> None:
    """Write sounds as 16-bit samples."""
    kept = list(sounds)
    arrays = [np.clip(np.round(sound.samples * 32767), -32768, 32767).astype(np.int16) for sound in kept]
    write_arrays(folder, arrays, [(sound.label, sound.group, sound.origin) for sound in kept])


def write_arrays(folder: Path, arrays: list[NDArray[Any]], table: list[tuple[str, str, str]]) -> None:
    """Write arrays with the class, the maker and the origin of each."""
    folder.mkdir(parents=True, exist_ok=True)
    np.save(folder / _VALUES, np.concatenate(arrays))
    np.save(folder / _STARTS, np.cumsum([0, *(len(array) for array in arrays)]))
    (folder / _TABLE).write_text(json.dumps(table))  # last, so that it tells that all is there


def complete(folder: Path) -> bool:
    """Tell whether a store was written to its end."""
    return (folder / _TABLE).is_file()


def read(folder: Path) -> Store:
    """Open a store; its values stay on disk until they are asked for."""
    labels, groups, origins = zip(*json.loads((folder / _TABLE).read_text()), strict=True)
    return Store(np.load(folder / _VALUES, mmap_mode="r"), np.load(folder / _STARTS), labels, groups, origins)
