"""How good answers are: shares right, per class and over all, each worked out from sums that can be drawn again."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64, Int64

from core.evaluation.predictions import Predictions
from core.text import N_

Sums = Float64[np.ndarray, "... features"]
Values = Float64[np.ndarray, "..."]

RIGHT, ACTUAL, SAID = range(3)
"""Counts kept of every class: answered right, truly so, and answered so."""


@dataclass(frozen=True, eq=False)
class Metric:
    """A number, or one per class, that follows from sums over clips.

    name, title, summary  for keys, for people, and what it means in one sentence
    tally    what each clip adds, (n, features)
    value    (..., features) sums -> (...) or (..., classes); nan where it is not defined
    share    sums -> (part, whole) where the number is a plain share of clips, for Wilson's interval; else None
    higher   whether more is better
    biased   whether drawing clips again pushes it to one side; its interval is shifted back by as much
    undefined  what to show where the value is nan
    """

    name: str
    title: str
    summary: str
    tally: Callable[[Predictions], Float64[np.ndarray, "n features"]]
    value: Callable[[Sums], Values]
    share: Callable[[Sums], tuple[Values, Values]] | None = None
    higher: bool = True
    biased: bool = False
    undefined: str = ""


def confusion(predictions: Predictions) -> Int64[np.ndarray, "classes classes"]:
    """Count the clips of each true class (rows) by the answer given (columns)."""
    classes = len(predictions.labels)
    cells = predictions.targets * classes + predictions.answers
    return np.bincount(cells, minlength=classes**2).reshape(classes, classes).astype(np.int64)


def class_counts(predictions: Predictions) -> Float64[np.ndarray, "n features"]:
    """Return what each clip adds to the right, true and given answers of each class, (n, 3 · classes)."""
    clips, classes = np.arange(len(predictions.targets)), len(predictions.labels)
    counts = np.zeros((clips.size, 3, classes))
    counts[clips, RIGHT, predictions.targets] = predictions.correct
    counts[clips, ACTUAL, predictions.targets] = 1
    counts[clips, SAID, predictions.answers] = 1
    return counts.reshape(clips.size, -1)


def ratio(part: Values, whole: Values) -> Values:
    """Divide; nan where there is nothing to divide by."""
    return np.divide(part, whole, out=np.full(np.shape(whole), np.nan), where=whole > 0)


def _by_class(sums: Sums) -> tuple[Values, Values, Values]:
    counts = sums.reshape(*sums.shape[:-1], 3, -1)
    return counts[..., RIGHT, :], counts[..., ACTUAL, :], counts[..., SAID, :]


def _all_right(sums: Sums) -> tuple[Values, Values]:
    right, actual, _said = _by_class(sums)
    return np.asarray(right.sum(-1)), np.asarray(actual.sum(-1))


def _recalled(sums: Sums) -> tuple[Values, Values]:
    right, actual, _said = _by_class(sums)
    return right, actual


def _precise(sums: Sums) -> tuple[Values, Values]:
    right, _actual, said = _by_class(sums)
    return right, said


def _f1(sums: Sums) -> Values:
    right, actual, said = _by_class(sums)
    return ratio(2 * right, actual + said)


def _mean(values: Values) -> Values:
    """Average over the classes for which there is a value; nan where there is none."""
    there = np.isfinite(values)
    return ratio(np.asarray(np.where(there, values, 0.0).sum(-1)), np.asarray(there.sum(-1), float))


ACCURACY = Metric(
    "accuracy",
    N_("Right"),
    N_("Share of all sounds that it answers right."),
    class_counts,
    lambda sums: ratio(*_all_right(sums)),
    _all_right,
)
BALANCED = Metric(
    "balanced accuracy",
    N_("Right, every class counting the same"),
    N_("Share right within each class, averaged over the classes: always saying the commonest class gains nothing."),
    class_counts,
    lambda sums: _mean(ratio(*_recalled(sums))),
)
MACRO_F1 = Metric(
    "macro F1",
    N_("F1, averaged over classes"),
    N_("High only where a class is both found and not claimed wrongly; averaged over the classes."),
    class_counts,
    lambda sums: _mean(_f1(sums)),
)
RECALL = Metric(
    "recall",
    N_("Found"),
    N_("Of the sounds that are of this class, the share that it finds."),
    class_counts,
    lambda sums: ratio(*_recalled(sums)),
    _recalled,
    undefined=N_("not in the test"),
)
PRECISION = Metric(
    "precision",
    N_("Right when it says so"),
    N_("Of the sounds that it calls this class, the share that are."),
    class_counts,
    lambda sums: ratio(*_precise(sums)),
    _precise,
    undefined=N_("never said"),
)
F1 = Metric(
    "F1",
    N_("F1"),
    N_("The harmonic mean of both: high only where both are."),
    class_counts,
    _f1,
    undefined=N_("neither in the test nor said"),
)


def score(metric: Metric, predictions: Predictions) -> Values:
    """Return a metric's plain value on all clips: a number () or one per class (classes,), without an interval."""
    return np.asarray(metric.value(metric.tally(predictions).sum(0)))
