"""Compare all layers of one model, or of two, over many moments of a corpus: unbiased CKA with an interval."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32, Float64, Int64

from core.activity import z_scores
from core.errors import MethodError
from core.progress import Report, Step, silent
from core.similarity import SHIFTS, ratio
from core.text import _

FEWEST = 500  # moments: fewer are for one clip, with its warning
MOST, LEAST = 2000, 1000  # moments used; fewer where there are many layers
CELLS = 64_000_000  # of all Gram matrices together: 256 MB
ROWS = 64  # of a Gram matrix that are centred at once
Pair = tuple[Float32[np.ndarray, "first moments moments"], Float32[np.ndarray, "second moments moments"]]
HALVES = 20  # draws of half of the utterances, for the interval


@dataclass(frozen=True, eq=False)
class CrossLikeness:
    """Unbiased linear CKA of every layer of one model with every layer of another, every unit in its own spread.

    matrix     1 is alike but for rotation and scale; slightly negative values are chance
    low, high  95 % interval, from halves of the utterances
    chance     mean when the moments of one side are moved on by some utterances, so that they no longer match
    moments    that were compared
    """

    matrix: Float64[np.ndarray, "first second"]
    low: Float64[np.ndarray, "first second"]
    high: Float64[np.ndarray, "first second"]
    chance: float
    moments: int


def cross_likeness(
    first: Sequence[Float[np.ndarray, "moments _width"]],
    second: Sequence[Float[np.ndarray, "moments _width"]] | None,
    utterances: Int64[np.ndarray, " moments"],
    seed: int = 0,
    report: Report = silent,
) -> CrossLikeness:
    """Compare every layer of ``first`` with every layer of ``second`` (None: of the same) over the same moments.

    utterances  to which each moment belongs, for the interval

    Raises MethodError for fewer than 500 moments. For one clip there is ``core.similarity.likeness``.
    """
    count = len(utterances)
    if count < FEWEST:
        raise MethodError(
            _("{count} moments of a corpus are too few to compare layers.").format(count=count),
            hint=_("It needs {fewest}, of many voices.").format(fewest=FEWEST),
        )
    most = int(np.clip(np.sqrt(CELLS / (len(first) + len(second or ()))), LEAST, MOST))
    chosen = np.linspace(0, count - 1, min(count, most)).round().astype(int)
    one = _grams(first, chosen)
    grams = one, one if second is None else _grams(second, chosen)
    every = np.arange(len(chosen))
    matrix = _crossed(grams, every, every)
    low, high = _halves(grams, matrix, utterances[chosen], np.random.default_rng(seed), report)
    return CrossLikeness(matrix, low, high, _chance(grams), len(chosen))


def _grams(
    layers: Sequence[Float[np.ndarray, "moments _width"]], chosen: Int64[np.ndarray, " some"]
) -> Float32[np.ndarray, "layers some some"]:
    """Multiply all moments with each other, the diagonal left out; of one size, so that nothing overflows."""
    grams = np.empty((len(layers), len(chosen), len(chosen)), np.float32)
    for gram, layer in zip(grams, layers, strict=True):
        values = z_scores(layer[chosen])
        np.matmul(values, values.T / np.float32(values.shape[1]), out=gram)
        np.fill_diagonal(gram, 0.0)
    return grams


def _crossed(grams: Pair, rows: np.ndarray, others: np.ndarray) -> Float64[np.ndarray, "first second"]:
    """Give the unbiased CKA of the layers of one side over ``rows`` with those of the other over ``others``."""
    same = grams[0] is grams[1] and rows is others
    own = [np.zeros(len(side)) for side in grams]
    cross, means = np.zeros((len(grams[0]), len(grams[1]))), [_means(grams[0], rows)]
    means.append(means[0] if same else _means(grams[1], others))
    for start in range(0, len(rows), ROWS):
        block = slice(start, start + ROWS)
        one = _centred(grams[0], rows, block, means[0])
        two = one if same else _centred(grams[1], others, block, means[1])
        cross += one @ two.T
        own = [own[0] + (one**2).sum(1), own[1] + (two**2).sum(1)]
    return np.array([[ratio(cross[a, b], x, y) for b, y in enumerate(own[1])] for a, x in enumerate(own[0])])


def _means(
    grams: Float32[np.ndarray, "layers moments moments"], rows: Int64[np.ndarray, " some"]
) -> Float64[np.ndarray, "layers some"]:
    """Sum every row over some moments, divided as the U-centring of Székely and Rizzo (2014) asks."""
    member = np.zeros(grams.shape[1], np.float32)
    member[rows] = 1
    return (grams @ member)[:, rows].astype(np.float64) / (len(rows) - 2)


def _centred(
    grams: Float32[np.ndarray, "layers moments moments"],
    rows: Int64[np.ndarray, " some"],
    block: slice,
    means: Float64[np.ndarray, "layers some"],
) -> Float64[np.ndarray, "layers cells"]:
    """U-centre some rows of every Gram matrix, the diagonal left out."""
    count = len(rows)
    part = grams[:, rows[block]][:, :, rows].astype(np.float64)
    part -= means[:, block, None] + means[:, None, :] - means.sum(1)[:, None, None] / (count - 1)
    at = np.arange(count)[block]
    part[:, np.arange(len(at)), at] = 0.0
    return part.reshape(len(part), -1)


def _halves(
    grams: Pair,
    matrix: np.ndarray,
    utterances: Int64[np.ndarray, " moments"],
    chance: np.random.Generator,
    report: Report,
) -> tuple[np.ndarray, np.ndarray]:
    """Spread of halves of the utterances about the whole: as that of the whole about the truth.

    Drawing with replacement would compare moments with themselves, which the unbiased form must not (Politis, Romano
    and Wolf 1999 on halves).
    """
    names, found = np.unique(utterances), []
    for done in range(HALVES):
        report(Step(done, HALVES, _("Comparing halves of the utterances")))
        half = np.flatnonzero(np.isin(utterances, chance.permutation(names)[: max(1, len(names) // 2)]))
        found.append(_crossed(grams, half, half) - matrix)
    low, high = np.quantile(found, (0.025, 0.975), axis=0)
    return np.minimum(matrix + low, matrix), np.maximum(matrix + high, matrix)


def _chance(grams: Pair) -> float:
    """Move one side on by a quarter, a half and three quarters, neighbours staying neighbours."""
    every = np.arange(grams[0].shape[1])
    moved = [np.roll(every, round(share * len(every))) for share in SHIFTS]
    return float(np.mean([_crossed(grams, every, others) for others in moved]))
