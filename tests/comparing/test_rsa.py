"""Whether two layers find the same utterances alike equals scipy's rank correlation, and chance is told."""

import numpy as np
import pytest
from scipy.spatial.distance import pdist
from scipy.stats import spearmanr

from core import rsa
from core.errors import MethodError

RNG = np.random.default_rng(21)


def _layers(count: int, utterances: int = 60, width: int = 24) -> list[np.ndarray]:
    found = [RNG.normal(size=(utterances, width)).astype(np.float32)]
    while len(found) < count:
        found.append((found[-1] + 0.7 * RNG.normal(size=found[-1].shape)).astype(np.float32))
    return found


def test_it_equals_scipy_on_explicit_distances() -> None:
    first, second = _layers(2), _layers(3)
    found = rsa.agreement(first, second)
    standard = [[(x - x.mean(0)) / x.std(0) for x in side] for side in (first, second)]
    for a, x in enumerate(standard[0]):
        for b, y in enumerate(standard[1]):
            expected = spearmanr(pdist(x, "correlation"), pdist(y, "correlation")).statistic
            assert found.matrix[a, b] == pytest.approx(expected, abs=1e-4)


def test_a_layer_agrees_with_itself_and_less_the_further_away() -> None:
    layers = _layers(4)
    found = rsa.agreement(layers, layers)
    assert np.diag(found.matrix) == pytest.approx(np.ones(4))
    assert (np.diff(found.matrix[0]) < 0).all()
    assert (found.low <= found.matrix).all() and (found.matrix <= found.high).all()


def test_what_is_unrelated_stays_about_chance_and_what_is_related_does_not() -> None:
    layers = _layers(2, 100)
    strangers = [RNG.normal(size=(100, 30)).astype(np.float32) for _each in range(12)]
    found = rsa.agreement([layers[0]], [layers[1], *strangers])
    assert found.matrix[0, 0] > 5 * found.chance[0, 0]
    assert (np.abs(found.matrix[0, 1:]) < 0.12).all()
    # 95 of 100 shuffles stay below chance, so of twelve strangers hardly any lies above
    assert (found.matrix[0, 1:] > found.chance[0, 1:]).sum() <= 3


def test_only_the_order_of_the_distances_counts() -> None:
    first = _layers(1)[0]
    assert rsa._ranked(np.array([[1.0, 3.0, 2.0, 9.0]])) == pytest.approx(
        rsa._ranked(np.array([[0.1, 50.0, 0.2, 51.0]]))
    )
    apart = rsa.distances(first)
    assert np.diag(apart) == pytest.approx(np.zeros(60), abs=1e-9)
    assert (apart == apart.T).all()


def test_the_same_seed_gives_the_same_interval() -> None:
    layers = _layers(2)
    first, second = (rsa.agreement(layers, layers, seed=4) for _twice in range(2))
    assert (first.low == second.low).all() and (first.chance == second.chance).all()


def test_few_utterances_are_refused() -> None:
    with pytest.raises(MethodError, match="19"):
        rsa.agreement(_layers(1, 19), _layers(1, 19))
