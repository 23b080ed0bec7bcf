"""Do two layers find the same utterances alike? Representational similarity analysis (Kriegeskorte et al. 2008).

Whole utterances are compared, averaged over time: such global comparisons agree better with each other than local ones
(Chrupała, Higy and Alishahi 2020).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float64, Int64

from core.activity import z_scores
from core.errors import MethodError
from core.progress import Report, Step, silent
from core.text import N_, _

FEWEST = 20  # utterances: fewer give fewer than 190 pairs
MOST = 300  # utterances used; more are thinned out evenly
SHUFFLES = 100  # of the utterances of one side, to see what chance gives
HALVES = 30  # draws of half of the utterances, for the interval

MEANING = N_(
    "1: the two layers agree fully on which utterances are alike; 0: no more than chance. Only the order of the "
    "distances counts."
)


@dataclass(frozen=True, eq=False)
class Agreement:
    """Rank correlation of the distances between utterances, every layer of one model with every one of another.

    matrix      Spearman's correlation over all pairs of utterances
    low, high   95 % interval, from halves of the utterances
    chance      what 95 of 100 shuffles of one side's utterances stay below, pair by pair of layers
    utterances  compared
    """

    matrix: Float64[np.ndarray, "first second"]
    low: Float64[np.ndarray, "first second"]
    high: Float64[np.ndarray, "first second"]
    chance: Float64[np.ndarray, "first second"]
    utterances: int


def distances(pooled: Float[np.ndarray, "utterances width"]) -> Float64[np.ndarray, "utterances utterances"]:
    """Give 1 - correlation between utterances, every unit first measured in its own spread over them."""
    values = z_scores(pooled).astype(np.float64)
    values -= values.mean(1, keepdims=True)
    values /= np.maximum(np.linalg.norm(values, axis=1, keepdims=True), np.finfo(float).tiny)
    return 1.0 - values @ values.T


def agreement(
    first: Sequence[Float[np.ndarray, "utterances _width"]],
    second: Sequence[Float[np.ndarray, "utterances _width"]],
    seed: int = 0,
    report: Report = silent,
) -> Agreement:
    """Compare every layer of one model with every layer of another over the same utterances, averaged over time each.

    Raises MethodError for fewer than 20 utterances.
    """
    count = len(first[0])
    if count < FEWEST:
        raise MethodError(
            _("{count} utterances are too few to compare how they are arranged.").format(count=count),
            hint=_("It needs {fewest}.").format(fewest=FEWEST),
        )
    chosen = np.linspace(0, count - 1, min(count, MOST)).round().astype(int)
    apart = [[distances(layer[chosen]) for layer in side] for side in (first, second)]
    matrix = _compared(apart, np.arange(len(chosen)))
    chance = np.random.default_rng(seed)
    low, high = _halves(apart, matrix, chance, report)
    return Agreement(matrix, low, high, _shuffled(apart, chance, report), len(chosen))


def _compared(
    apart: Sequence[Sequence[np.ndarray]], rows: Int64[np.ndarray, " some"]
) -> Float64[np.ndarray, "first second"]:
    """Correlate ranks of the upper triangles over some of the utterances."""
    upper = np.triu_indices(len(rows), 1)
    one, two = (_ranked(np.stack([layer[np.ix_(rows, rows)][upper] for layer in side])) for side in apart)
    return one @ two.T


def _ranked(values: Float64[np.ndarray, "layers pairs"]) -> Float64[np.ndarray, "layers pairs"]:
    """Turn values into ranks, ties shared, with mean 0 and length 1."""
    from scipy.stats import rankdata

    ranks = rankdata(values, axis=1)
    ranks = ranks - ranks.mean(1, keepdims=True)
    return ranks / np.maximum(np.linalg.norm(ranks, axis=1, keepdims=True), np.finfo(float).tiny)


def _halves(
    apart: Sequence[Sequence[np.ndarray]], matrix: np.ndarray, chance: np.random.Generator, report: Report
) -> tuple[np.ndarray, np.ndarray]:
    """Spread of halves about the whole: as that of the whole about the truth (Politis, Romano and Wolf 1999).

    Drawing with replacement would bring pairs of one utterance with itself, which every layer finds alike.
    """
    count, found = len(apart[0][0]), []
    for done in range(HALVES):
        report(Step(done, HALVES, _("Comparing halves of the utterances")))
        half = np.sort(chance.permutation(count)[: count // 2])
        found.append(_compared(apart, half) - matrix)
    low, high = np.quantile(found, (0.025, 0.975), axis=0)
    return np.minimum(matrix + low, matrix), np.maximum(matrix + high, matrix)


def _shuffled(
    apart: Sequence[Sequence[np.ndarray]], chance: np.random.Generator, report: Report
) -> Float64[np.ndarray, "first second"]:
    """Let the utterances of one side change places: ranks stay, so they are taken once (Mantel 1967)."""
    count = len(apart[0][0])
    upper = np.triu_indices(count, 1)
    one, two = (_ranked(np.stack([layer[upper] for layer in side])) for side in apart)
    square = np.zeros((len(two), count, count))
    square[:, upper[0], upper[1]] = square[:, upper[1], upper[0]] = two
    found = []
    for done in range(SHUFFLES):
        report(Step(done, SHUFFLES, _("Comparing shuffled utterances")))
        order = chance.permutation(count)
        found.append(one @ square[:, order][:, :, order][:, upper[0], upper[1]].T)
    return np.quantile(found, 0.95, axis=0)
