"""Metrics agree with scikit-learn and with tables worked out by hand."""

import numpy as np
import pytest
from sklearn import metrics as reference

from core.evaluation import metrics
from tests.evaluation.made import said

RNG = np.random.default_rng(11)


@pytest.mark.parametrize("classes", [2, 3, 9])
def test_metrics_agree_with_scikit_learn(classes: int) -> None:
    true, given = RNG.integers(0, classes, 200), RNG.integers(0, classes, 200)
    given[:80] = true[:80]
    found = said(true, given, classes)
    assert (metrics.confusion(found) == reference.confusion_matrix(true, given)).all()
    assert metrics.score(metrics.ACCURACY, found) == pytest.approx(reference.accuracy_score(true, given))
    assert metrics.score(metrics.BALANCED, found) == pytest.approx(reference.balanced_accuracy_score(true, given))
    assert metrics.score(metrics.MACRO_F1, found) == pytest.approx(reference.f1_score(true, given, average="macro"))
    for metric, function in (
        (metrics.PRECISION, reference.precision_score),
        (metrics.RECALL, reference.recall_score),
        (metrics.F1, reference.f1_score),
    ):
        assert metrics.score(metric, found) == pytest.approx(function(true, given, average=None))


def test_a_class_never_answered_has_no_precision_rather_than_zero() -> None:
    found = said([0, 0, 1, 2], [0, 1, 1, 1])
    assert metrics.score(metrics.PRECISION, found) == pytest.approx([1.0, 1 / 3, np.nan], nan_ok=True)
    assert metrics.PRECISION.undefined == "never said"
    assert metrics.score(metrics.RECALL, found) == pytest.approx([0.5, 1.0, 0.0])
    assert metrics.score(metrics.F1, found) == pytest.approx([2 / 3, 0.5, 0.0])


def test_a_class_absent_from_the_test_counts_in_no_average() -> None:
    found = said([0, 0, 1, 1], [0, 0, 1, 0])
    assert metrics.score(metrics.BALANCED, found) == pytest.approx(0.75)
    assert metrics.score(metrics.MACRO_F1, found) == pytest.approx((0.8 + 2 / 3) / 2)


def test_always_saying_the_commonest_class_gains_nothing_where_classes_count_the_same() -> None:
    found = said([0] * 90 + [1] * 10, [0] * 100, 2)
    assert metrics.score(metrics.ACCURACY, found) == pytest.approx(0.9)
    assert metrics.score(metrics.BALANCED, found) == pytest.approx(0.5)
