"""What a network hears of every clip of the corpus, computed once and kept on disk."""

import multiprocessing
from collections.abc import Callable, Collection
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from models.recipes.sound_classifiers.corpus import CorpusSettings, changed_clips
from models.recipes.sound_classifiers.store import Store, complete, read, write_arrays

BANDS = 64
Rows = NDArray[np.float32]
Hear = Callable[[NDArray[np.float32]], Rows]


@dataclass(frozen=True)
class Place:
    """Where the features of one front end lie, and of which corpus; `hear` maps samples to rows of log-mel."""

    corpus: CorpusSettings
    folder: Path
    hear: Hear


def make_features(place: Place) -> None:
    """Write the features of every part of the corpus that has none yet."""
    missing = [part for part in range(place.corpus.parts) if not complete(place.folder / str(part))]
    with ProcessPoolExecutor(place.corpus.processes, multiprocessing.get_context("spawn")) as pool:
        list(pool.map(_write_part, [place] * len(missing), missing))


def open_features(place: Place) -> list[Store]:
    """Open the features, part by part."""
    return [read(place.folder / str(part)) for part in range(place.corpus.parts)]


def _write_part(place: Place, part: int) -> None:
    clips = changed_clips(place.corpus)[part]
    arrays: list[NDArray[Any]] = [
        place.hear(clips.sound(index).samples).astype(np.float16) for index in range(len(clips))
    ]
    write_arrays(place.folder / str(part), arrays, list(zip(clips.labels, clips.groups, clips.origins, strict=True)))


@dataclass(frozen=True, eq=False)
class Heard:
    """Features of all parts side by side, without the clips of some groups."""

    stores: list[Store]
    places: NDArray[np.int64]
    rows: NDArray[np.int64]
    targets: NDArray[np.int64]

    def values(self, index: int) -> Rows:
        """Return the features of one clip, (rows, bands)."""
        part, row = self.places[index].tolist()
        return self.stores[part].array(row).astype(np.float32)

    def scale(self, clips: int = 4000) -> tuple[float, float]:
        """Return mean and standard deviation over rows and bands of evenly chosen clips."""
        chosen = np.linspace(0, len(self.rows) - 1, min(clips, len(self.rows))).astype(int)
        values = np.concatenate([self.values(int(index)) for index in chosen])
        return float(values.mean(dtype=np.float64)), float(values.std(dtype=np.float64))


def without(stores: list[Store], left_out: Collection[str], numbers: dict[str, int]) -> Heard:
    """Put the parts side by side without any clip of some speakers."""
    found = [
        (part, index, length, numbers[label])
        for part, store in enumerate(stores)
        for index, (label, group, length) in enumerate(zip(store.labels, store.groups, store.lengths(), strict=True))
        if group not in left_out
    ]
    table = np.array(found, np.int64)
    return Heard(stores, table[:, :2], table[:, 2], table[:, 3])
