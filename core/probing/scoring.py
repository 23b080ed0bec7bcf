"""Score what probes answer on the test, with an interval that speaks for new voices and new sentences."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float64, Int64

from core.evaluation.intervals import CELLS_AT_ONCE, quantiles
from core.evaluation.metrics import ratio
from core.probing.ladder import Score
from core.probing.rung import MetricName

DRAWS = 1000

Answers = Int64[np.ndarray, " n"] | Float64[np.ndarray, "n values"]


def tally(metric: MetricName, target: Answers, answer: Answers) -> Float64[np.ndarray, "n features"]:
    """Return what every item adds to the sums from which a metric follows."""
    if metric == "R2":
        error = (answer - target) ** 2
        return np.concatenate([error, target, target**2, np.ones((len(target), 1))], axis=1)
    right = (answer == target).astype(float)
    if metric == "accuracy":
        return np.stack([right, np.ones(len(target))], axis=1)
    each = np.zeros((len(target), int(target.max()) + 1))
    each[np.arange(len(target)), target] = 1
    return np.concatenate([each * right[:, None], each], axis=1)


def values(metric: MetricName, sums: Float64[np.ndarray, "draws features"]) -> Float64[np.ndarray, " draws"]:
    """Work a metric out from sums over items, draw by draw.

    Of several values R² is the mean over them; a value that does not vary in the test is left out.
    """
    if metric == "R2":
        count = sums[..., -1:]
        error, total, squares = np.split(sums[..., :-1], 3, axis=-1)
        spread = squares - ratio(total**2, np.broadcast_to(count, total.shape))
        return _mean(1 - ratio(error, np.where(spread > 1e-9 * np.abs(squares), spread, 0.0)))
    right, there = np.split(sums, 2, axis=-1)
    return _mean(ratio(right, there))


def score(
    metric: MetricName,
    target: Answers,
    answer: Answers,
    axes: Sequence[Int64[np.ndarray, " n"]],
    seed: int = 0,
    draws: int = DRAWS,
) -> Score:
    """Score answers, with the 95 % interval of drawing voices and sentences again.

    axes  number of the voice, of the sentence of every item: each is drawn with replacement by itself and an item
          counts by the product (the pigeonhole bootstrap; Owen 2007, "The pigeonhole bootstrap", which errs on the
          wide side); an axis on which all are alike is left out, and without any the items are drawn
    """
    rows = tally(metric, target, answer)
    whole = plain(metric, target, answer)
    used = [np.unique(axis, return_inverse=True)[1] for axis in axes if np.unique(axis).size > 1]
    used = used or [np.arange(len(rows))]
    chance = np.random.default_rng([seed, 3])
    counts = [int(axis.max()) + 1 for axis in used]
    weights = [chance.multinomial(count, np.full(count, 1 / count), size=draws).astype(float) for count in counts]
    drawn = _sums(rows, used, counts, weights)
    low, high = quantiles(values(metric, drawn)[:, None], min(counts))
    return Score(whole, min(float(low[0]), whole), max(float(high[0]), whole))


def plain(metric: MetricName, target: Answers, answer: Answers) -> float:
    """Score answers, without an interval."""
    return float(values(metric, tally(metric, target, answer).sum(0, keepdims=True))[0])


def balanced(target: Int64[np.ndarray, " n"], answer: Int64[np.ndarray, " n"]) -> float:
    """Average the share right over the classes."""
    return plain("balanced accuracy", target, answer)


def _sums(
    rows: Float64[np.ndarray, "n features"],
    axes: Sequence[Int64[np.ndarray, " n"]],
    counts: Sequence[int],
    weights: Sequence[Float64[np.ndarray, "draws _"]],
) -> Float64[np.ndarray, "draws features"]:
    """Sum over items, each as often as its voice and its sentence were drawn."""
    if len(axes) == 1:
        sums = np.zeros((counts[0], rows.shape[1]))
        np.add.at(sums, axes[0], rows)
        return weights[0] @ sums
    sums = np.zeros((counts[0], counts[1], rows.shape[1]))
    np.add.at(sums, (axes[0], axes[1]), rows)
    once, found = max(1, CELLS_AT_ONCE // sums[0].size), []
    for first in range(0, len(weights[0]), once):
        by_voice = np.tensordot(weights[0][first : first + once], sums, axes=1)  # (draws, sentences, features)
        found.append(np.einsum("ds,dsf->df", weights[1][first : first + once], by_voice))
    return np.concatenate(found)


def _mean(numbers: Float64[np.ndarray, "draws values"]) -> Float64[np.ndarray, " draws"]:
    """Average over the last axis what is a number; nan where nothing is."""
    there = np.isfinite(numbers)
    return ratio(np.where(there, numbers, 0.0).sum(-1), there.sum(-1).astype(float))
