"""Likeness of layers: unbiased, the same as two other ways of computing it, and honest about short clips."""

import time

import numpy as np
import pytest

from core import similarity
from core.errors import MethodError
from core.grid import TokenGrid
from core.timeline import TimeAxis
from core.trace import Trace

RNG = np.random.default_rng(4)


def _noise(frames: int, width: int) -> np.ndarray:
    return RNG.normal(size=(frames, width)).astype(np.float32)


def _song(k: np.ndarray, other: np.ndarray) -> float:
    """Unbiased HSIC as printed by Song et al. 2012, equation 4."""
    n, one = len(k), np.ones(len(k))
    return (
        np.trace(k @ other)
        + (one @ k @ one) * (one @ other @ one) / ((n - 1) * (n - 2))
        - 2 / (n - 2) * (one @ k @ other @ one)
    ) / (n * (n - 3))


def _explicit(x: np.ndarray, y: np.ndarray) -> float:
    k, other = (values.astype(float) @ values.astype(float).T for values in (x, y))
    np.fill_diagonal(k, 0)
    np.fill_diagonal(other, 0)
    return _song(k, other) / np.sqrt(_song(k, k) * _song(other, other))


def _biased(x: np.ndarray, y: np.ndarray) -> float:
    """Linear CKA as in Kornblith et al. 2019."""
    x, y = x - x.mean(0), y - y.mean(0)
    return float(((x.T @ y) ** 2).sum() / (np.linalg.norm(x.T @ x) * np.linalg.norm(y.T @ y)))


def _trace(layers: tuple[np.ndarray, ...], axes: tuple[TimeAxis, ...]) -> Trace:
    return Trace("model", "clip", 2.0, layers, tuple(TokenGrid(axis) for axis in axes), (), (), None)


@pytest.mark.parametrize(("frames", "width"), [(60, 90), (200, 30)])
def test_both_forms_equal_the_printed_formula(frames: int, width: int) -> None:
    x = _noise(frames, width) + np.float32(2)
    y = (x[:, : width // 2] + 0.5 * _noise(frames, width // 2)).astype(np.float32)
    assert similarity.cka(x, y) == pytest.approx(_explicit(x, y), abs=1e-9)
    assert similarity.likeness([x, y], standardise=False).matrix[0, 1] == pytest.approx(_explicit(x, y), abs=1e-9)


def test_a_layer_resembles_itself_fully_and_every_rotation_and_scale_of_itself() -> None:
    x = _noise(150, 40)
    rotation = np.linalg.qr(RNG.normal(size=(40, 40)))[0]
    assert similarity.cka(x, x) == pytest.approx(1.0, abs=1e-6)
    assert similarity.cka(x, (7 * x @ rotation).astype(np.float32)) == pytest.approx(1.0, abs=1e-6)


def test_unrelated_layers_score_zero_where_the_biased_form_scores_four_fifths() -> None:
    x, y = _noise(199, 768), _noise(199, 768)
    assert abs(similarity.cka(x, y)) < 0.02
    assert _biased(x, y) > 0.7


def test_one_shared_outsized_unit_decides_only_where_units_are_not_standardised() -> None:
    x, y = _noise(400, 100), _noise(400, 100)
    x[:, 0] = y[:, 0] = 100 * x[:, 0]
    assert similarity.likeness([x, y], standardise=False).matrix[0, 1] > 0.99
    assert similarity.likeness([x, y]).matrix[0, 1] < 0.15


def test_the_matrix_is_symmetric_with_ones_and_falls_with_distance() -> None:
    layers = [_noise(300, 64)]
    for _ in range(5):
        layers.append((layers[-1] + 0.5 * _noise(300, 64)).astype(np.float32))
    found = similarity.likeness(layers)
    assert np.diag(found.matrix) == pytest.approx(np.ones(6))
    assert (found.matrix == found.matrix.T).all()
    assert (np.diff(found.matrix[0]) < 0).all()
    assert abs(found.chance) < 0.02


def test_chance_is_high_for_a_clip_whose_moments_drift_slowly() -> None:
    drift = [np.cumsum(_noise(400, 20), axis=0) for _ in range(2)]
    assert similarity.likeness([values.astype(np.float32) for values in drift]).chance > 0.1


def test_many_frames_are_thinned_out_and_few_are_refused() -> None:
    assert similarity.likeness([_noise(2500, 8)] * 2).frames == similarity.MOST
    assert similarity.likeness([_noise(2500, 8)] * 2).caution == ""
    assert "120" in similarity.likeness([_noise(120, 8)] * 2).caution
    with pytest.raises(MethodError):
        similarity.likeness([_noise(24, 8)] * 2)
    with pytest.raises(MethodError):
        similarity.cka(_noise(24, 8), _noise(24, 8))


def test_layers_on_other_grids_are_compared_at_the_same_moments() -> None:
    fine, coarse = TimeAxis(0.01, 0.02, 0.025, 100), TimeAxis(0.04, 0.08, 0.1, 25)
    values = np.arange(100, dtype=np.float32)[:, None]
    shared = similarity.shared_frames(_trace((values, values[:25]), (fine, coarse)))
    assert [len(layer) for layer in shared] == [25, 25]
    assert fine.centres()[shared[0][:, 0].astype(int)] == pytest.approx(coarse.centres(), abs=0.0101)


def test_a_block_that_doubles_takes_one_step_of_its_own_length_in_the_same_direction() -> None:
    axis = TimeAxis(0.01, 0.02, 0.025, 100)
    x = _noise(100, 30)
    trace = _trace((x, 2 * x + np.float32(5), 2 * x + np.float32(5)), (axis,) * 3)
    found = similarity.steps(trace, similarity.likeness(similarity.shared_frames(trace)))
    assert found.step == pytest.approx([1.0, 0.0], abs=1e-5)
    assert found.cosine[0] == pytest.approx(np.ones(100), abs=1e-5)
    assert found.difference == pytest.approx([0.0, 0.0], abs=1e-6)


def test_a_block_that_changes_the_frames_has_no_step_length() -> None:
    trace = _trace((_noise(100, 8), _noise(50, 16)), (TimeAxis(0.01, 0.02, 0.02, 100), TimeAxis(0.02, 0.04, 0.04, 50)))
    found = similarity.steps(trace, similarity.likeness(similarity.shared_frames(trace)))
    assert np.isnan(found.step[0])
    assert found.cosine[0].size == 0


def test_thirteen_layers_of_ten_seconds_take_less_than_two_seconds() -> None:
    layers = [_noise(500, 768) for _ in range(13)]
    start = time.process_time()
    similarity.likeness(layers)
    assert time.process_time() - start < 2.0
