"""A probe is scikit-learn's logistic or ridge regression, and the minimum of the objective that it names."""

import numpy as np
import pytest

from core.probing.probe import Probe, Standard, softmax, teach_classes, teach_values
from tests.probing.hearing import planted_vectors


def _planted(classes: int, count: int = 600) -> tuple[np.ndarray, np.ndarray]:
    target = np.random.default_rng(1).integers(0, classes, count)
    return planted_vectors(target, classes, clear=0.7), target


@pytest.mark.parametrize("classes", [2, 3, 7])
@pytest.mark.parametrize("strength", [1.0, 0.01])
def test_a_probe_says_what_logistic_regression_of_scikit_learn_says_on_the_same_vectors(
    classes: int, strength: float
) -> None:
    from sklearn.linear_model import LogisticRegression
    from sklearn.pipeline import make_pipeline
    from sklearn.preprocessing import StandardScaler

    vectors, target = _planted(classes)
    standard = Standard.of(vectors[:400])
    weight, bias = teach_classes(standard(vectors[:400]), target[:400], classes, strength)
    probe = Probe("phone", 0, tuple(map(str, range(classes))), standard.mean, standard.scale, weight, bias)
    theirs = make_pipeline(StandardScaler(), LogisticRegression(C=1 / (strength * 400), tol=1e-8, max_iter=10_000))
    theirs.fit(vectors[:400].astype(float), target[:400])
    found = theirs.predict_proba(vectors[400:].astype(float))
    assert probe.probabilities(vectors[400:]) == pytest.approx(found, abs=1e-3)
    assert probe.answers(vectors[400:]) == tuple(map(str, found.argmax(1)))


@pytest.mark.parametrize("classes", [3, 7])
def test_the_gradient_of_the_objective_is_zero_at_what_a_probe_learned(classes: int) -> None:
    vectors, target = _planted(classes)
    rows, strength = Standard.of(vectors)(vectors).astype(float), 0.05
    weight, bias = teach_classes(rows.astype(np.float32), target, classes, strength)
    # of the mean cross-entropy: (softmax - truth)ᵀ x / n; of the hold: strength · weight
    wrong = softmax(rows @ weight.T + bias) - np.eye(classes)[target]
    assert np.abs(wrong.T @ rows / len(rows) + strength * weight).max() < 1e-4
    assert np.abs(wrong.mean(0)).max() < 1e-4


def test_values_are_recovered_as_ridge_regression_of_scikit_learn_recovers_them() -> None:
    from sklearn.linear_model import Ridge

    chance = np.random.default_rng(0)
    rows = chance.normal(size=(300, 9)).astype(np.float32)
    target = rows @ chance.normal(size=(9, 3)) + chance.normal(size=(300, 3)) + 7
    weight, bias = teach_values(rows, target, 0.02)
    theirs = Ridge(alpha=0.02 * 300).fit(rows.astype(float), target)
    assert weight == pytest.approx(theirs.coef_, abs=1e-5)
    assert bias == pytest.approx(theirs.intercept_, abs=1e-4)


def test_a_unit_that_never_moves_stays_at_zero() -> None:
    vectors = np.stack([np.full(50, 3.7), np.arange(50.0)], axis=1).astype(np.float32)
    standard = Standard.of(vectors)
    assert standard(vectors)[:, 0] == pytest.approx(np.zeros(50), abs=1e-6)
    assert standard(vectors)[:, 1].std() == pytest.approx(1.0, abs=1e-5)


def test_a_class_that_never_occurs_in_the_lesson_is_never_answered() -> None:
    vectors, target = _planted(4)
    some = target != 2
    weight, bias = teach_classes(Standard.of(vectors)(vectors)[some], target[some], 4, 0.1)
    outputs = Standard.of(vectors)(vectors).astype(float) @ weight.T + bias
    assert 2 not in outputs.argmax(1)
    assert softmax(outputs)[:, 2].max() < 1e-6
