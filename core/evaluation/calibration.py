"""Whether probabilities can be believed: of answers given with 80 % confidence, are 80 % right?"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Bool, Float64, Int64

from core.evaluation.intervals import CELLS_AT_ONCE, wilson
from core.evaluation.metrics import ACCURACY, BALANCED, MACRO_F1, Metric, Sums, Values, ratio
from core.evaluation.predictions import Predictions
from core.text import N_

BINS = 15
LEAST_PROBABILITY = 1e-12
FLOOR_DRAWS = 1000


@dataclass(frozen=True, eq=False)
class Reliability:
    """Answers sorted by their confidence into bins of equal width.

    edges       (bins + 1,) of confidence, 0 to 1
    counts      (bins,) clips in each
    confidence  (bins,) their mean confidence; nan where a bin is empty
    right       (bins,) share of them answered right; nan where empty
    low, high   (bins,) Wilson's interval of that share
    """

    edges: Float64[np.ndarray, " edges"]
    counts: Int64[np.ndarray, " bins"]
    confidence: Float64[np.ndarray, " bins"]
    right: Float64[np.ndarray, " bins"]
    low: Float64[np.ndarray, " bins"]
    high: Float64[np.ndarray, " bins"]


@dataclass(frozen=True)
class Floor:
    """The calibration error that a perfectly calibrated model would show on as few clips with the same confidences.

    mean, high  of many such tests: the average, and what 95 of 100 stay below
    """

    mean: float
    high: float


def confidences(predictions: Predictions) -> Float64[np.ndarray, " n"]:
    """Return the probability of each clip's answer, (n,)."""
    return predictions.probabilities.max(axis=1)


def reliability(predictions: Predictions, bins: int = BINS) -> Reliability:
    """Sort the answers into bins of confidence and count how many are right in each."""
    sums = _binned(confidences(predictions), predictions.correct, bins).sum(0).reshape(3, bins)
    counts, certain, right = sums
    low, high = wilson(right, counts)
    edges = np.linspace(0, 1, bins + 1)
    return Reliability(edges, counts.astype(np.int64), ratio(certain, counts), ratio(right, counts), low, high)


def floor(predictions: Predictions, draws: int = FLOOR_DRAWS, seed: int = 0) -> Floor:
    """Draw right and wrong from the model's own confidences and measure the calibration error of each draw.

    With few clips it is far from zero: about 0.13 with 50, 0.03 with 1,000.
    """
    certain, chance = confidences(predictions), np.random.default_rng(seed)
    home = np.eye(BINS)[_bin(certain, BINS)]
    rows, found = max(1, CELLS_AT_ONCE // len(certain)), []
    for first in range(0, draws, rows):
        right = chance.random((min(rows, draws - first), len(certain))) < certain
        found.append(np.abs((right - certain) @ home).sum(1) / len(certain))
    errors = np.concatenate(found)
    return Floor(float(errors.mean()), float(np.quantile(errors, 0.95)))


def _bin(certain: Float64[np.ndarray, " n"], bins: int) -> Int64[np.ndarray, " n"]:
    # bins are open below and closed above, as in Guo et al. 2017; rounding must not lift an edge into the next
    return (np.ceil(np.round(certain * bins, 9)) - 1).clip(0, bins - 1).astype(np.int64)


def _binned(
    certain: Float64[np.ndarray, " n"], right: Bool[np.ndarray, " n"], bins: int
) -> Float64[np.ndarray, "n features"]:
    """Return what each clip adds to its bin's count, confidence and number right, (n, 3 · bins)."""
    home = np.eye(bins)[_bin(certain, bins)]
    return np.hstack([home, home * certain[:, None], home * right[:, None]])


def _error(sums: Sums) -> Values:
    counts, certain, right = np.split(sums, 3, axis=-1)
    return np.asarray(np.abs(right - certain).sum(-1) / counts.sum(-1))


def _squared(predictions: Predictions) -> Float64[np.ndarray, "n features"]:
    truth = np.eye(len(predictions.labels))[predictions.targets]
    return _one_each(((predictions.probabilities - truth) ** 2).sum(1))


def _surprise(predictions: Predictions) -> Float64[np.ndarray, "n features"]:
    said = predictions.probabilities[np.arange(len(predictions.targets)), predictions.targets]
    return _one_each(-np.log(np.maximum(said, LEAST_PROBABILITY)))


def _one_each(values: Float64[np.ndarray, " n"]) -> Float64[np.ndarray, "n features"]:
    return np.stack([values, np.ones_like(values)], axis=1)


def _average(sums: Sums) -> Values:
    return np.asarray(sums[..., 0] / sums[..., 1])


ECE = Metric(
    "ECE",
    N_("Calibration error"),
    N_("How far confidence and share right lie apart, averaged over 15 bins (ECE); never zero with few sounds."),
    lambda predictions: _binned(confidences(predictions), predictions.correct, BINS),
    _error,
    higher=False,
    biased=True,
)
BRIER = Metric(
    "Brier",
    N_("Brier score"),
    N_("Squared distance of the probabilities from the truth, summed over classes: 0 is perfect, 2 the worst."),
    _squared,
    _average,
    higher=False,
)
NLL = Metric(
    "NLL",
    N_("Surprise"),
    N_("Mean of -ln of the probability given to the truth: being sure and wrong costs most."),
    _surprise,
    _average,
    higher=False,
)
METRICS = (ACCURACY, BALANCED, MACRO_F1, ECE, BRIER, NLL)
