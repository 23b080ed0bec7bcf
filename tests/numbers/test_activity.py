"""Activity says when a layer stands out, and is comparable over layers."""

import numpy as np
import pytest

from core import activity
from core.clip import Clip
from core.grid import TokenGrid
from core.timeline import TimeAxis
from core.trace import Trace

RNG = np.random.default_rng(0)


def _noise(frames: int = 200, units: int = 40) -> np.ndarray:
    return RNG.normal(size=(frames, units)).astype(np.float32)


def test_mean_square_of_standing_is_one_whatever_the_scale_of_the_layer() -> None:
    for factor in (1e-3, 1.0, 1e3):
        found = activity.activity(factor * _noise() + np.float32(5 * factor))
        assert (found.standing.astype(float) ** 2).mean() == pytest.approx(1.0, abs=1e-4)


def test_a_planted_loud_moment_stands_out_there_and_only_there() -> None:
    values = 0.1 * _noise()
    values[120:125] += 3.0
    found = activity.activity(values)
    assert set(np.argsort(-found.standing)[:5]) == set(range(120, 125))
    assert found.standing[:120].max() < 1.5


def test_one_outsized_unit_does_not_decide() -> None:
    values = _noise()
    values[60:65] += 4.0
    values[:, 7] = 1000 * _noise()[:, 7]
    assert set(np.argsort(-activity.activity(values).standing)[:5]) == set(range(60, 65))


def test_change_is_zero_for_a_still_layer_and_one_for_unrelated_frames() -> None:
    still = np.repeat(_noise(2, 400), 50, axis=0)
    found = activity.activity(still)
    assert found.change[0] == 0.0
    assert found.change[1:50].max() == 0.0
    assert found.change[50] > 1.0
    assert activity.activity(_noise(2000, 400)).change[1:].mean() == pytest.approx(1.0, abs=0.01)


def test_moving_share_of_a_constant_plus_a_swing_is_worked_out_by_hand() -> None:
    values = np.full((4, 3), 2.0, dtype=np.float32)
    values[::2] += 1.0  # mean 2.5, variance 0.25, power (4 + 9) / 2
    assert activity.activity(values).moving == pytest.approx(0.25 / 6.5, rel=1e-6)
    assert activity.activity(values).size == pytest.approx([3.0, 2.0, 3.0, 2.0])


@pytest.mark.parametrize("constant", [0.0, 0.1, -1e4])
def test_a_unit_that_stands_still_scores_zero(constant: float) -> None:
    values = _noise()
    values[:, 3] = constant
    assert (activity.z_scores(values)[:, 3] == 0).all()
    assert (activity.z_scores(np.full((30, 5), constant, dtype=np.float32)) == 0).all()


def test_z_scores_agree_with_scipy() -> None:
    from scipy.stats import zscore

    values = _noise() * np.linspace(0.1, 50, 40, dtype=np.float32) + np.float32(3)
    assert np.abs(activity.z_scores(values) - zscore(values.astype(float), axis=0)).max() < 1e-5


def test_loudness_of_a_sine_is_its_rms_in_db_and_silence_is_the_floor() -> None:
    seconds = np.arange(16000) / 16000
    samples = np.where(seconds < 0.5, 0.5 * np.sin(2 * np.pi * 400 * seconds), 0.0)
    heard = activity.loudness(Clip.of("tone", samples, 16000), TimeAxis(0.0125, 0.02, 0.025, 49))
    assert heard[5] == pytest.approx(20 * np.log10(0.5 / np.sqrt(2)), abs=0.01)
    assert heard[-1] == activity.FLOOR


def test_every_layer_and_convolution_of_a_trace_is_measured() -> None:
    grid = TokenGrid(TimeAxis(0.0125, 0.02, 0.025, 50))
    layers = tuple(_noise(50, 8) for _ in range(4))
    trace = Trace("model", "clip", 1.0, layers, (grid,) * 4, (), (_noise(50, 6), _noise(50, 6)), None)
    assert len(activity.layers(trace)) == 4
    assert len(activity.convolutions(trace)) == 2
    assert (activity.layers(trace)[2].standing == activity.activity(layers[2]).standing).all()
