"""What two descriptions have in common is told on stretches that were not fitted on, and equals other computations."""

import numpy as np
import pytest

from core import cca
from core.errors import MethodError

RNG = np.random.default_rng(11)


def _planted(shared: int = 10, n: int = 4000, noise: float = 10**-0.5) -> tuple[np.ndarray, np.ndarray]:
    """300 and 40 numbers that share some directions, signal ten times as strong as the noise in each."""
    x, y = RNG.normal(size=(n, 300)), RNG.normal(size=(n, 40))
    common = RNG.normal(size=(n, shared))
    x[:, :shared], y[:, :shared] = (common + noise * RNG.normal(size=(n, shared)) for _side in "xy")
    turns = [np.linalg.qr(RNG.normal(size=(width, width)))[0] for width in (300, 40)]
    return x @ turns[0], y @ turns[1]


def _parts(n: int) -> cca.Parts:
    thirds = np.split(np.arange(n), [n // 2, 5 * n // 8])
    return cca.Parts(*thirds, utterances=np.arange(n) // 10)


def test_unrelated_descriptions_have_nothing_in_common_though_the_fit_says_three_quarters() -> None:
    x, y = RNG.normal(size=(4000, 300)), RNG.normal(size=(4000, 40))
    assert cca.fit(x[:500], y[:500]).fitted.mean() == pytest.approx(0.77, abs=0.03)
    found = cca.common(x, y, _parts(4000))
    assert abs(found.value) < 0.03
    assert found.low < 0.02 and found.high > -0.02


def test_ten_planted_directions_are_found_and_no_eleventh() -> None:
    found = cca.common(*_planted(), _parts(4000))
    assert (found.pairs > 0.8).sum() == 10
    assert found.pairs[:10] == pytest.approx(np.full(10, 1 / 1.1), abs=0.05)
    assert np.abs(found.pairs[10:]).max() < 0.15
    assert found.low <= found.value <= found.high
    assert found.value == pytest.approx(found.pairs[: cca.LEADING].mean())


def test_without_a_ridge_it_equals_the_angles_between_the_two_spaces() -> None:
    x, y = RNG.normal(size=(500, 12)), RNG.normal(size=(500, 5))
    y[:, 0] += x[:, 0]
    bases = [np.linalg.qr(values - values.mean(0))[0] for values in (x, y)]
    assert cca.fit(x, y).fitted == pytest.approx(np.linalg.svd(bases[0].T @ bases[1])[1], abs=1e-9)


def test_it_equals_scikit_learn() -> None:
    from sklearn.cross_decomposition import CCA

    x, y = RNG.normal(size=(600, 6)), RNG.normal(size=(600, 3))
    y += x[:, :3] * [2.0, 1.0, 0.5]
    reference = CCA(n_components=3, max_iter=5000, tol=1e-12).fit(x, y)
    turned = reference.transform(x, y)
    expected = [np.corrcoef(turned[0][:, at], turned[1][:, at])[0, 1] for at in range(3)]
    found = cca.fit(x, y)
    assert found.fitted == pytest.approx(expected, abs=1e-4)
    assert cca.correlations(found, x, y) == pytest.approx(expected, abs=1e-4)


def test_any_stretching_and_turning_of_a_description_leaves_what_is_in_common() -> None:
    x, y = _planted(5)
    skewed = x @ (np.diag(np.linspace(0.5, 2, 300)) @ np.linalg.qr(RNG.normal(size=(300, 300)))[0])
    first, second = (cca.fit(values[:2000], y[:2000]) for values in (x, skewed))
    assert cca.correlations(first, x[2000:], y[2000:])[:5] == pytest.approx(
        cca.correlations(second, skewed[2000:], y[2000:])[:5], abs=1e-6
    )


def test_classes_that_a_layer_tells_apart_are_in_common_with_it() -> None:
    labels = RNG.integers(0, 6, 3000)
    layer = np.eye(6)[labels] @ RNG.normal(size=(6, 30)) + 0.3 * RNG.normal(size=(3000, 30))
    found = cca.common(layer, cca.one_hot(labels, 6), _parts(3000))
    assert found.pairs.shape == (5,), "six classes leave five directions"
    assert found.value > 0.9


def test_the_ridge_is_chosen_on_stretches_of_its_own_and_helps_where_there_are_few() -> None:
    x, y = _planted(10, 640)
    found = cca.common(x, y, _parts(640))
    bare = cca.fit(x[:320], y[:320])
    assert found.ridge > cca.RIDGES[0]
    assert found.value > cca.correlations(bare, x[400:], y[400:])[: cca.LEADING].mean() + 0.05


def test_too_few_stretches_are_refused() -> None:
    with pytest.raises(MethodError, match="too few"):
        cca.common(RNG.normal(size=(300, 4)), RNG.normal(size=(300, 4)), _parts(300))
