"""Put the parts of an explanation in order: which cells of time x frequency, or pieces of time, matter most."""

from dataclasses import dataclass
from functools import cached_property
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float64, Int

from core.attribution.attribution import Attribution
from core.segments import Segment
from core.timeline import TimeAxis

Measure = Literal["relevance", "area"]
ROUNDING = 1e-9


@dataclass(frozen=True, eq=False)
class Ranking:
    """The parts of a sound that are kept or taken away as wholes: pieces of time, or cells of time x frequency.

    relevance  of each part, what it added to the score
    owner      (bands, columns), which part each cell of the grid belongs to; -1 for none
    time       columns of the grid
    edges      bands + 1 frequencies in Hz; empty where frequencies are not told apart
    segments   the parts, where they are pieces of time; else empty
    """

    relevance: Float64[np.ndarray, " parts"]
    owner: Int[np.ndarray, "bands columns"]
    time: TimeAxis
    edges: tuple[float, ...]
    segments: tuple[Segment, ...] = ()

    @property
    def count(self) -> int:
        """Number of parts."""
        return len(self.relevance)

    @cached_property
    def areas(self) -> Float64[np.ndarray, " parts"]:
        """Share of the whole grid that each part covers, by number of cells; of pieces of time, share of the time."""
        cells = np.bincount(self.owner[self.owner >= 0], minlength=self.count).astype(np.float64)
        return cells / max(cells.sum(), 1.0)

    @cached_property
    def order(self) -> Int[np.ndarray, " parts"]:
        """The parts, most relevant first; those that are equal in an order of chance, always the same."""
        chance = np.random.default_rng(0).permutation(self.count)
        return chance[np.argsort(-self.relevance[chance], kind="stable")]

    def top(self, share: float, of: Measure = "relevance") -> Bool[np.ndarray, " parts"]:
        """Choose the fewest parts, most relevant first, that hold a share of what spoke for the target, or of the area.

        Parts that did not speak for the target are never chosen by relevance; by area at least one part is.
        """
        chosen = np.zeros(self.count, dtype=bool)
        if of == "relevance":
            found = np.maximum(self.relevance[self.order], 0.0)
            running = np.cumsum(found)
            if running[-1] <= 0 or share <= 0:
                return chosen
            enough = int(np.searchsorted(running, share * running[-1] * (1 - ROUNDING))) + 1
            enough = min(enough, int((found > 0).sum()))
        else:
            enough = max(int(np.searchsorted(np.cumsum(self.areas[self.order]), share + ROUNDING, side="right")), 1)
        chosen[self.order[:enough]] = True
        return chosen

    def mask(self, parts: Bool[np.ndarray, " parts"]) -> Bool[np.ndarray, "bands columns"]:
        """Lay chosen parts out on the grid."""
        return np.append(parts, False)[self.owner]

    def seconds(self, parts: Bool[np.ndarray, " parts"]) -> float:
        """How much time chosen parts touch, in seconds."""
        if self.segments:
            return sum(piece.end - piece.start for piece, there in zip(self.segments, parts, strict=True) if there)
        return float(self.mask(parts).any(0).sum() * self.time.step)

    def area(self, parts: Bool[np.ndarray, " parts"]) -> float:
        """Share of time x frequency that chosen parts cover, 0 to 1."""
        return float(self.areas[parts].sum())


def ranking(attribution: Attribution) -> Ranking:
    """List the parts of an explanation: its pieces of time where it has any, else its cells, at least 10 ms wide."""
    cells, time = attribution.cells()
    if attribution.segments:
        times = np.full((1, time.count), -1)
        for at, piece in enumerate(attribution.segments):
            times[0, time.within(piece.start, piece.end)] = at
        return Ranking(np.array(attribution.contributions), times, time, (), attribution.segments)
    owner = np.arange(cells.size).reshape(cells.shape)
    return Ranking(cells.ravel(), owner, time, attribution.edges if len(cells) > 1 else ())
