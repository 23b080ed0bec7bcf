"""Which stretches of which utterances are asked about."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32, Float64, Int64

from core.timeline import TimeAxis


@dataclass(frozen=True, eq=False)
class Stretches:
    """Stretches of a corpus in any order; read-only.

    utterance  index of the utterance, (n,)
    start      seconds from its beginning
    end        seconds; where it equals ``start`` the one nearest frame is meant, else the mean over the frames whose
               centres lie in [start, end), at least the nearest one
    """

    utterance: Int64[np.ndarray, " n"]
    start: Float64[np.ndarray, " n"]
    end: Float64[np.ndarray, " n"]

    def __post_init__(self) -> None:
        if not (self.utterance.shape == self.start.shape == self.end.shape):
            raise ValueError("utterance, start and end must be of one length")
        if not (np.isfinite(self.start) & np.isfinite(self.end) & (self.start <= self.end)).all():
            raise ValueError("a stretch must begin before it ends")
        for part in (self.utterance, self.start, self.end):
            part.setflags(write=False)

    @classmethod
    def of(cls, rows: Iterable[tuple[int, float, float]]) -> "Stretches":
        """Build from rows of utterance, start and end (seconds)."""
        found = list(rows)
        whole = np.array([row[0] for row in found], np.int64)
        return cls(whole, np.array([row[1] for row in found], float), np.array([row[2] for row in found], float))

    @classmethod
    def moments(cls, rows: Iterable[tuple[int, float]]) -> "Stretches":
        """Build from rows of utterance and one second each: the frame nearest to it."""
        return cls.of((utterance, second, second) for utterance, second in rows)

    def __len__(self) -> int:
        return len(self.utterance)

    def taken(self, places: Int64[np.ndarray, " some"]) -> "Stretches":
        """Keep the stretches at ``places``, in that order."""
        return Stretches(self.utterance[places], self.start[places], self.end[places])

    def by_utterance(self) -> Iterator[tuple[int, Int64[np.ndarray, " _rows"]]]:
        """Yield every utterance asked about, in rising order, and the places of its stretches."""
        if not len(self):
            return
        order = np.argsort(self.utterance, kind="stable").astype(np.int64)
        borders = np.flatnonzero(np.diff(self.utterance[order])) + 1
        for rows in np.split(order, borders):
            yield int(self.utterance[rows[0]]), rows


def pooled(
    frames: Float32[np.ndarray, "frames width"],
    time: TimeAxis,
    start: Float64[np.ndarray, " n"],
    end: Float64[np.ndarray, " n"],
) -> Float32[np.ndarray, "n width"]:
    """Say what the frames of one utterance say of its stretches, by the rule of ``Stretches``: (n, width)."""
    first, last = spans(time, start, end)
    if (last - first == 1).all():
        return frames[first]
    found = np.empty((len(first), frames.shape[1]), np.float32)
    for row, (begin, stop) in enumerate(zip(first.tolist(), last.tolist(), strict=True)):
        found[row] = frames[begin:stop].mean(0)
    return found


def spans(
    time: TimeAxis, start: Float64[np.ndarray, " n"], end: Float64[np.ndarray, " n"]
) -> tuple[Int64[np.ndarray, " n"], Int64[np.ndarray, " n"]]:
    """Find the first frame of each stretch and the one after its last; as ``TimeAxis.within``, for many at once."""
    first = np.maximum(np.ceil((start - time.start) / time.step - 1e-9), 0)
    last = np.minimum(np.ceil((end - time.start) / time.step - 1e-9), time.count)
    nearest = np.clip(np.round(((start + end) / 2 - time.start) / time.step), 0, time.count - 1)
    single = (last <= first) | (start == end)
    return (
        np.where(single, nearest, first).astype(np.int64),
        np.where(single, nearest + 1, last).astype(np.int64),
    )
