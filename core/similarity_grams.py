"""Compare all layers of one model, or of two, over many moments of a corpus: unbiased CKA with an interval."""

from collections.abc import Iterable, Sequence
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
    first: Iterable[Float[np.ndarray, "moments _width"]],
    second: Iterable[Float[np.ndarray, "moments _width"]],
    utterances: Int64[np.ndarray, " moments"],
    seed: int = 0,
    report: Report = silent,
) -> CrossLikeness:
    """Compare every layer of ``first`` with every layer of ``second`` over the same moments.

    utterances  to which each moment belongs, for the interval

    Raises MethodError for fewer than 500 moments. For one clip there is ``core.similarity.likeness``.
    """
    sides = [list(side) for side in (first, second)]
    count = len(utterances)
    if count < FEWEST:
        raise MethodError(
            _("{count} moments of a corpus are too few to compare layers.").format(count=count),
            hint=_("It needs {fewest}, of many voices.").format(fewest=FEWEST),
        )
    layers = len(sides[0]) + len(sides[1])
    most = int(np.clip(np.sqrt(CELLS / layers), LEAST, MOST))
    chosen = np.linspace(0, count - 1, min(count, most)).round().astype(int)
    grams = np.stack([_gram(z_scores(layer[chosen])) for side in sides for layer in side])
    split, every = len(sides[0]), np.arange(len(chosen))
    matrix = _crossed(grams, every, every, split)
    low, high = _halves(grams, matrix, utterances[chosen], split, np.random.default_rng(seed), report)
    return CrossLikeness(matrix, low, high, _chance(grams, split), len(chosen))


def _gram(values: Float32[np.ndarray, "moments width"]) -> Float32[np.ndarray, "moments moments"]:
    """Multiply all moments with each other; of one size for all layers, so that nothing overflows."""
    gram = values @ values.T
    np.fill_diagonal(gram, 0.0)
    return gram / np.float32(max(values.shape[1], 1))


def _crossed(
    grams: Float32[np.ndarray, "layers moments moments"], rows: np.ndarray, others: np.ndarray, split: int
) -> Float64[np.ndarray, "first second"]:
    """Give the unbiased CKA of the layers before ``split`` over ``rows`` with those from it on over ``others``."""
    own, cross = np.zeros(len(grams)), np.zeros((split, len(grams) - split))
    means = [_means(part, chosen) for part, chosen in ((grams[:split], rows), (grams[split:], others))]
    for start in range(0, len(rows), ROWS):
        block = slice(start, start + ROWS)
        one = _centred(grams[:split], rows, block, means[0])
        two = _centred(grams[split:], others, block, means[1])
        cross += one @ two.T
        own += np.concatenate([(one**2).sum(1), (two**2).sum(1)])
    return np.array(
        [[ratio(cross[a, b], own[a], own[split + b]) for b in range(len(own) - split)] for a in range(split)]
    )


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
    grams: np.ndarray,
    matrix: np.ndarray,
    utterances: Int64[np.ndarray, " moments"],
    split: int,
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
        found.append(_crossed(grams, half, half, split) - matrix)
    low, high = np.quantile(found, (0.025, 0.975), axis=0)
    return np.minimum(matrix + low, matrix), np.maximum(matrix + high, matrix)


def _chance(grams: np.ndarray, split: int) -> float:
    """Move one side on by a quarter, a half and three quarters, neighbours staying neighbours."""
    every = np.arange(grams.shape[1])
    moved: Sequence[np.ndarray] = [np.roll(every, round(share * len(every))) for share in SHIFTS]
    return float(np.mean([_crossed(grams, every, others, split) for others in moved]))
