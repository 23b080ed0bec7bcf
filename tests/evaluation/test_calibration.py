"""Calibration agrees with scikit-learn, with hand-made tables, and with what a perfect model shows on few clips."""

import numpy as np
import pytest
from sklearn.metrics import log_loss

from core.evaluation import calibration
from core.evaluation.intervals import estimate
from core.evaluation.metrics import score
from tests.evaluation.made import probable, said

RNG = np.random.default_rng(8)


def test_sure_to_nine_tenths_and_right_in_seven_is_an_error_of_a_fifth() -> None:
    """G22."""
    found = said([0] * 700 + [1] * 300, [0] * 1000, confidence=0.9)
    assert score(calibration.ECE, found) == pytest.approx(0.2, abs=1e-9)
    interval = estimate(calibration.ECE, found)
    assert interval.low < 0.2 < interval.high
    assert interval.high - interval.low == pytest.approx(2 * 1.96 * np.sqrt(0.7 * 0.3 / 1000), abs=0.006)


def test_bins_hold_what_the_table_made_by_hand_says() -> None:
    shares = np.array([[0.95, 0.05], [0.97, 0.03], [0.55, 0.45], [0.4, 0.6]])
    table = calibration.reliability(probable(np.array([0, 1, 0, 1]), shares), bins=10)
    assert table.counts.tolist() == [0, 0, 0, 0, 0, 2, 0, 0, 0, 2]
    assert table.confidence[[5, 9]] == pytest.approx([0.575, 0.96])
    assert table.right[[5, 9]] == pytest.approx([1.0, 0.5])
    assert np.isnan(table.right[0])
    assert np.isnan(table.low[0])
    assert table.low[9] < 0.5 < table.high[9]


# SCIENCE 6.3: a perfectly calibrated model's error in 15 bins
@pytest.mark.parametrize(("n", "known"), [(50, 0.131), (100, 0.095), (300, 0.057), (1000, 0.032), (10_000, 0.010)])
def test_a_perfect_model_shows_the_known_error_on_few_clips(n: int, known: float) -> None:
    """Confidences spread evenly from 0.4 to 1, twenty sets of them."""
    means = []
    for seed in range(20 if n < 1000 else 2):
        certain = np.random.default_rng(seed).uniform(0.4, 1, n)
        shares = np.stack([certain, *[(1 - certain) / 2] * 2], axis=1)
        means.append(calibration.floor(probable(np.zeros(n), shares), draws=200).mean)
    assert np.mean(means) == pytest.approx(known, rel=0.06)


def test_the_floor_is_what_a_perfect_model_shows() -> None:
    certain = RNG.uniform(0.5, 1, 200)
    shares = np.stack([certain, 1 - certain], axis=1)
    floor = calibration.floor(probable(np.zeros(200), shares))
    shown = [
        float(score(calibration.ECE, probable((RNG.random(200) > certain).astype(int), shares))) for _ in range(300)
    ]
    assert floor.mean == pytest.approx(np.mean(shown), abs=0.003)
    assert floor.high == pytest.approx(np.quantile(shown, 0.95), abs=0.008)


def test_surprise_and_brier_agree_with_scikit_learn_and_with_the_definition() -> None:
    shares, true = RNG.dirichlet(np.ones(4), 100), RNG.integers(0, 4, 100)
    found = probable(true, shares)
    assert score(calibration.NLL, found) == pytest.approx(log_loss(true, shares, labels=range(4)))
    by_hand = np.mean([sum((row[k] - (k == t)) ** 2 for k in range(4)) for row, t in zip(shares, true, strict=True)])
    assert score(calibration.BRIER, found) == pytest.approx(by_hand)


@pytest.mark.parametrize("metric", calibration.METRICS, ids=lambda metric: metric.name)
def test_every_metric_lies_inside_its_own_interval(metric) -> None:
    true = RNG.integers(0, 4, 120)
    shares = RNG.dirichlet(np.ones(4), 120)
    shares[np.arange(120), true] += 0.5
    groups = tuple(f"s{number % 7}" for number in range(120))
    found = estimate(metric, probable(true, shares / shares.sum(1, keepdims=True), groups))
    assert found.low <= found.value <= found.high
    assert found.low < found.high
