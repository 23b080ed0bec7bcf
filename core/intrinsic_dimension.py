"""How many directions does a layer really spread over? TwoNN (Facco et al. 2017), with its warnings."""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float64, Int64

from core.errors import MethodError
from core.text import N_, _

FEWEST = 1000  # points below which the method is refused
MOST = 4000  # points used; more are thinned out evenly
DISCARDED = 0.1  # share of the largest ratios that is left out, as the paper does
HALVINGS = 3  # of the number of points, to see whether the answer hangs on it
NOISY = 1.2  # so many times as many dimensions from all points as from few; clean clouds stay below 1.17
DEEP = 10.0  # dimensions from which on TwoNN finds too few
DRAWS = 200  # of utterances, for the interval
BLOCK = 500  # points whose distances to all others are held at once

MEANING = N_(
    "In how many directions the points of a layer really vary, told from how much further away the second neighbour of "
    "a point is than the first: on a line it is a matter of one dimension, on a sheet of two."
)


@dataclass(frozen=True, eq=False)
class Dimension:
    """Intrinsic dimension of one cloud of points.

    value      dimensions, from all points
    low, high  95 % interval, utterances drawn again with the neighbours that they have
    count      points behind it; those that are exactly alike count once
    sizes      numbers of points of smaller draws, largest first: all, a half, a quarter, an eighth
    values     dimensions from each of these, mean over disjoint draws
    noisy      whether the dimension grows as points move closer: then noise is counted, not the cloud
    """

    value: float
    low: float
    high: float
    count: int
    sizes: tuple[int, ...]
    values: tuple[float, ...]
    noisy: bool

    @property
    def twins(self) -> bool:
        """Whether the dimension falls as points move closer: many have a near twin, such as the same word again."""
        return self.values[-1] > NOISY * self.values[0]

    @property
    def caution(self) -> str:
        """Say what is wrong with the number, in a sentence; empty where nothing is known to be."""
        if self.noisy:
            return _(
                "The dimension grows with the number of points, from {few:.1f} to {all:.1f}: noise is counted along."
            ).format(few=self.values[-1], all=self.values[0])
        if self.twins:
            return _(
                "The dimension falls with the number of points, from {few:.1f} to {all:.1f}: many have a near twin, "
                "which makes it too small."
            ).format(few=self.values[-1], all=self.values[0])
        if self.value > DEEP:
            return _("Above 10 dimensions the method finds too few: read it as at least {value:.0f}.").format(
                value=self.value
            )
        return ""


def dimension(
    points: Float[np.ndarray, "points width"], utterances: Int64[np.ndarray, " points"] | None = None, seed: int = 0
) -> Dimension:
    """Estimate the intrinsic dimension of points that lie apart in time, at best 10 frames, or are one per clip.

    utterances  to which each point belongs, for the interval; each stands for itself where they are not given

    Raises MethodError for fewer than 1000 different points. Facco, d'Errico, Rodriguez and Laio 2017, "Estimating the
    intrinsic dimension of datasets by a minimal neighborhood information".
    """
    _check(len(points))
    chosen = np.linspace(0, len(points) - 1, min(len(points), MOST)).round().astype(np.int64)
    chosen = chosen[_first_of_alike(points[chosen])]
    _check(len(chosen))
    values = np.ascontiguousarray(points[chosen], np.float64)
    ratios, chance = two_neighbours(values), np.random.default_rng(seed)
    belongs = np.arange(len(values)) if utterances is None else utterances[chosen]
    fewer = _fewer(values, chance)
    found = slope(ratios)
    low, high = _interval(ratios, belongs, chance)
    return Dimension(
        value=found,
        low=min(low, found),
        high=max(high, found),
        count=len(values),
        sizes=(len(values), *(size for size, _found in fewer)),
        values=(found, *(value for _size, value in fewer)),
        noisy=found > NOISY * fewer[-1][1],
    )


def two_neighbours(points: Float64[np.ndarray, "points width"]) -> Float64[np.ndarray, " points"]:
    """Divide each point's distance to its second neighbour by that to its first."""
    lengths = (points**2).sum(1)
    found = np.empty(len(points))
    for first in range(0, len(points), BLOCK):
        rows = slice(first, first + BLOCK)
        squared = lengths[rows, None] + lengths - 2 * points[rows] @ points.T
        squared[np.arange(len(squared)), np.arange(first, first + len(squared))] = np.inf
        nearest = np.partition(squared, 1, axis=1)[:, :2]
        found[rows] = np.sqrt(np.maximum(nearest[:, 1], 0) / np.maximum(nearest[:, 0], np.finfo(float).tiny))
    return found


def slope(ratios: Float64[np.ndarray, " points"], discard: float = DISCARDED) -> float:
    """Fit -log(1 - F) over the logarithm of the ratios by a line through zero, the largest ratios left out."""
    count = len(ratios)
    kept = int(count * (1 - discard))
    across = np.log(np.sort(ratios)[:kept])
    up = -np.log1p(-np.arange(1, kept + 1) / count)
    return float((across @ up) / max(across @ across, np.finfo(float).tiny))


def _check(points: int) -> None:
    if points < FEWEST:
        raise MethodError(
            _("{points} different points are too few to count the dimensions of a layer.").format(points=points),
            hint=_("It needs {fewest}, from many sentences, never one clip alone.").format(fewest=FEWEST),
        )


def _first_of_alike(points: Float[np.ndarray, "points width"]) -> Int64[np.ndarray, " different"]:
    """Keep one of points that are exactly alike, such as digital silence, which have no direction to each other."""
    return np.sort(np.unique(points, axis=0, return_index=True)[1]).astype(np.int64)


def _fewer(points: Float64[np.ndarray, "points width"], chance: np.random.Generator) -> list[tuple[int, float]]:
    """Measure disjoint halves, quarters and eighths; a smaller draw sees the cloud from further away."""
    order, found = chance.permutation(len(points)), []
    for halving in range(1, HALVINGS + 1):
        parts = np.array_split(order, 2**halving)
        found.append((len(parts[-1]), float(np.mean([slope(two_neighbours(points[part])) for part in parts]))))
    return found


def _interval(
    ratios: Float64[np.ndarray, " points"], belongs: Int64[np.ndarray, " points"], chance: np.random.Generator
) -> tuple[float, float]:
    """Draw whole utterances again, each point with the neighbours that it has among all."""
    _names, member = np.unique(belongs, return_inverse=True)
    order = np.argsort(member, kind="stable")
    rows = np.split(order, np.cumsum(np.bincount(member))[:-1])
    draws = chance.integers(0, len(rows), (DRAWS, len(rows)))
    found = [slope(ratios[np.concatenate([rows[at] for at in draw])]) for draw in draws]
    low, high = np.quantile(found, (0.025, 0.975))
    return float(low), float(high)
