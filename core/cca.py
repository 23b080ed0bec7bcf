"""What do two descriptions of the same stretches have in common, whatever way each is turned and stretched?

Canonical correlation analysis with a ridge (Vinod 1976), fitted on some stretches and always reported on others: fitted
and reported on the same 500, two unrelated descriptions of 300 and 40 numbers seem to correlate by 0.77.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float64, Int64

from core.errors import MethodError
from core.text import N_, _

RIDGES = (1e-4, 1e-3, 1e-2, 1e-1, 1.0)  # shares of the mean variance; the one that does best on develop is taken
FEWEST = 200  # stretches to fit on
LEADING = 12  # pairs that are averaged: layers and log-mel share about as many directions, the rest is near 0
STILL = 1e-9  # a direction with less than this share of the largest variance does not vary
DRAWS = 200  # of utterances, for the interval

MEANING = N_(
    "How well the best straight-line combinations of a layer follow those of another description, on stretches that "
    "were not fitted on: 1 is fully, 0 not at all."
)


@dataclass(frozen=True, eq=False)
class Canonical:
    """Pairs of directions, one in each description, most alike first.

    mean_x, mean_y  of the stretches that were fitted
    turn_x, turn_y  (width, pairs): what a description is multiplied by, after the mean is taken off
    fitted          correlation of each pair on the stretches that were fitted: too high, never to be shown as a result
    ridge           share of the mean variance that was added to every direction of both
    """

    mean_x: Float64[np.ndarray, " width_x"]
    mean_y: Float64[np.ndarray, " width_y"]
    turn_x: Float64[np.ndarray, "width_x pairs"]
    turn_y: Float64[np.ndarray, "width_y pairs"]
    fitted: Float64[np.ndarray, " pairs"]
    ridge: float


@dataclass(frozen=True, eq=False)
class Parts:
    """Rows to fit on, to choose the ridge by, and to report; apart from each other in voice or sentence.

    utterances  to which each row belongs, for the interval, (n,)
    """

    train: Int64[np.ndarray, " train"]
    develop: Int64[np.ndarray, " develop"]
    test: Int64[np.ndarray, " test"]
    utterances: Int64[np.ndarray, " n"]


@dataclass(frozen=True, eq=False)
class Common:
    """What two descriptions have in common on stretches that were not fitted on.

    value      mean correlation over the twelve pairs of directions that correlated most where they were fitted
    low, high  95 % interval, utterances drawn again
    pairs      correlation of each pair, in the order of the fit
    ridge      that was chosen
    test       stretches behind it
    """

    value: float
    low: float
    high: float
    pairs: Float64[np.ndarray, " pairs"]
    ridge: float
    test: int


def fit(x: Float[np.ndarray, "n width_x"], y: Float[np.ndarray, "n width_y"], ridge: float = 0.0) -> Canonical:
    """Find the pairs of directions that correlate most; as many as the smaller description varies in."""
    return _fits(x, y, (ridge,))[0]


def _fits(
    x: Float[np.ndarray, "n width_x"], y: Float[np.ndarray, "n width_y"], ridges: Sequence[float]
) -> list[Canonical]:
    x, mean_x = _centred(x)
    y, mean_y = _centred(y)
    spectrum_x, spectrum_y, crossed = _spectrum(x), _spectrum(y), x.T @ y / len(x)
    found = []
    for ridge in ridges:
        white_x, white_y = _whitening(*spectrum_x, ridge), _whitening(*spectrum_y, ridge)
        left, fitted, right = np.linalg.svd(white_x.T @ crossed @ white_y, full_matrices=False)
        turns = white_x @ left, white_y @ right.T
        found.append(Canonical(mean_x, mean_y, *turns, np.minimum(fitted, 1.0), ridge))
    return found


def correlations(
    found: Canonical, x: Float[np.ndarray, "n width_x"], y: Float[np.ndarray, "n width_y"]
) -> Float64[np.ndarray, " pairs"]:
    """Correlate each pair of directions on other stretches; 0 where one does not vary there."""
    return _correlated(*_turned(found, x, y))


def common(x: Float[np.ndarray, "n width_x"], y: Float[np.ndarray, "n width_y"], parts: Parts, seed: int = 0) -> Common:
    """Fit on one part, choose the ridge on another, and say on a third how much two descriptions have in common.

    Raises MethodError for fewer than 200 rows to fit on or 25 to report.
    """
    _check(parts)
    by = parts.develop if len(parts.develop) else parts.train
    fits = _fits(x[parts.train], y[parts.train], RIDGES)
    best = fits[int(np.argmax([correlations(each, x[by], y[by])[:LEADING].mean() for each in fits]))]
    turned_x, turned_y = _turned(best, x[parts.test], y[parts.test])
    pairs = _correlated(turned_x, turned_y)
    low, high = _interval(turned_x[:, :LEADING], turned_y[:, :LEADING], parts.utterances[parts.test], seed)
    value = float(pairs[:LEADING].mean())
    return Common(value, min(low, value), max(high, value), pairs, best.ridge, len(parts.test))


def one_hot(labels: Int64[np.ndarray, " n"], classes: int) -> Float64[np.ndarray, "n classes"]:
    """Describe classes by as many numbers as there are, one of them 1."""
    return np.eye(classes)[labels]


def _check(parts: Parts) -> None:
    if len(parts.train) < FEWEST or len(parts.test) < FEWEST // 8:
        raise MethodError(
            _("{count} stretches are too few to find what two descriptions have in common.").format(
                count=len(parts.train) + len(parts.test)
            ),
            hint=_("It needs {fewest} to fit on, and others to report.").format(fewest=FEWEST),
        )


def _centred(values: Float[np.ndarray, "n width"]) -> tuple[np.ndarray, np.ndarray]:
    mean = values.mean(0, dtype=np.float64)
    return values - mean, mean


def _spectrum(centred: Float64[np.ndarray, "n width"]) -> tuple[np.ndarray, np.ndarray]:
    """Find the directions that vary, and how much each does."""
    variance, directions = np.linalg.eigh(centred.T @ centred / len(centred))
    kept = variance > STILL * max(float(variance[-1]), np.finfo(float).tiny)
    return variance[kept], directions[:, kept]


def _whitening(
    variance: Float64[np.ndarray, " kept"], directions: Float64[np.ndarray, "width kept"], ridge: float
) -> Float64[np.ndarray, "width kept"]:
    """Bring all directions that vary to one size; with a ridge the small ones are brought up less."""
    return directions / np.sqrt(variance + ridge * variance.mean())


def _turned(found: Canonical, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return (x - found.mean_x) @ found.turn_x, (y - found.mean_y) @ found.turn_y


def _correlated(x: Float64[np.ndarray, "n pairs"], y: Float64[np.ndarray, "n pairs"]) -> Float64[np.ndarray, " pairs"]:
    x, y = x - x.mean(0), y - y.mean(0)
    scale = np.sqrt((x**2).sum(0) * (y**2).sum(0))
    return np.divide((x * y).sum(0), scale, out=np.zeros(len(scale)), where=scale > np.finfo(float).tiny)


def _interval(
    x: Float64[np.ndarray, "n pairs"],
    y: Float64[np.ndarray, "n pairs"],
    utterances: Sequence[int] | np.ndarray,
    seed: int,
) -> tuple[float, float]:
    """Draw whole utterances again; sums over each are enough."""
    _names, member = np.unique(np.asarray(utterances), return_inverse=True)
    sums = np.zeros((member.max() + 1, 5, x.shape[1]))
    np.add.at(sums, member, np.stack([x, y, x * x, y * y, x * y], 1))
    counts = np.bincount(member)
    chance, found = np.random.default_rng(seed), []
    for draw in chance.integers(0, len(sums), (DRAWS, len(sums))):
        total, n = sums[draw].sum(0), counts[draw].sum()
        variance = (total[2] - total[0] ** 2 / n) * (total[3] - total[1] ** 2 / n)
        scale = np.sqrt(np.maximum(variance, np.finfo(float).tiny))
        found.append(float(((total[4] - total[0] * total[1] / n) / scale).mean()))
    low, high = np.quantile(found, (0.025, 0.975))
    return float(low), float(high)
