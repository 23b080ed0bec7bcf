"""Intervals agree with scipy, hold the truth as often as they say, and are wider where clips share speakers."""

import numpy as np
import pytest
from scipy.stats import binomtest

from core.evaluation import intervals
from core.evaluation.metrics import ACCURACY, BALANCED, PRECISION, RECALL
from tests.evaluation.made import said


def answers(right: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    return np.zeros(right.size, int), np.where(right, 0, 1)


@pytest.mark.parametrize(("right", "whole"), [(0, 7), (7, 7), (18, 20), (45, 50), (360, 400), (1, 2)])
def test_wilson_agrees_with_scipy(right: int, whole: int) -> None:
    reference = binomtest(right, whole).proportion_ci(0.95, "wilson")
    low, high = intervals.wilson(float(right), float(whole))
    assert (low, high) == pytest.approx((reference.low, reference.high), abs=1e-9)


# SCIENCE 6.3: at 90 % right
@pytest.mark.parametrize(("n", "ends"), [(20, (0.70, 0.97)), (50, (0.79, 0.96)), (100, (0.83, 0.95))])
def test_ninety_in_a_hundred_on_few_clips_says_little(n: int, ends: tuple[float, float]) -> None:
    found = intervals.estimate(ACCURACY, said(*answers(np.arange(n) < 0.9 * n)))
    assert (found.low, found.high) == pytest.approx(ends, abs=0.006)
    assert (found.method, found.n, found.groups) == ("wilson", n, 0)
    assert not found.reliable
    assert "not known" in found.caution()


@pytest.mark.parametrize("groups", [10, 40])
def test_the_interval_by_speaker_holds_the_truth_in_93_to_97_of_100_tests(groups: int) -> None:
    """G22. Speakers differ: each has its own share right, a beta distribution around 0.7."""
    chance, held, tests, each = np.random.default_rng(5), 0, 1000, 20
    for test in range(tests):
        own = chance.beta(7, 3, groups)
        right = chance.binomial(each, own).astype(float)
        tally = np.stack([right, np.full(groups, float(each))], axis=1)
        sums = intervals.drawn(tally, np.arange(groups), draws=500, seed=test)
        low, high = intervals.quantiles(sums[:, 0] / sums[:, 1], groups)
        held += low <= 0.7 <= high
    assert 0.93 <= held / tests <= 0.97


def test_by_clip_the_interval_is_far_too_sure_where_clips_share_speakers() -> None:
    speakers = np.repeat([f"s{number}" for number in range(8)], 50)
    right = np.random.default_rng(2).random(400) < np.repeat([0.95, 0.9, 0.9, 0.85, 0.7, 0.6, 0.5, 0.4], 50)
    alone = intervals.estimate(ACCURACY, said(*answers(right)))
    shared = intervals.estimate(ACCURACY, said(*answers(right), groups=speakers))
    assert (shared.method, shared.groups, shared.reliable, shared.caution()) == ("groups", 8, True, "")
    assert shared.high - shared.low > 2.5 * (alone.high - alone.low)
    assert shared.value == alone.value


def test_four_speakers_are_too_few_to_speak_of_new_ones() -> None:
    speakers = np.repeat(list("wxyz"), 25)
    right = np.concatenate([np.arange(25) < some for some in (25, 20, 15, 10)])
    found = intervals.estimate(ACCURACY, said(*answers(right), groups=speakers))
    assert not found.reliable
    assert "cannot be assessed" in found.caution()
    assert found.low == pytest.approx(0.4, abs=0.05)
    assert found.high == pytest.approx(1.0, abs=0.05)


def test_everything_right_is_never_certain() -> None:
    speakers = np.repeat([f"s{number}" for number in range(6)], 5)
    found = intervals.estimate(ACCURACY, said(*answers(np.ones(30, bool)), groups=speakers))
    assert (found.value, found.high) == (1.0, 1.0)
    assert found.low == pytest.approx(binomtest(30, 30).proportion_ci(0.95, "wilson").low)


def test_each_class_has_its_own_interval_and_count() -> None:
    found = said([0, 0, 0, 0, 1, 1, 2], [0, 0, 0, 1, 1, 1, 1], groups=["x", "x", "y", "y", "x", "", "y"])
    recall, precision = (intervals.estimates(metric, found) for metric in (RECALL, PRECISION))
    assert [estimate.n for estimate in recall] == [4, 2, 1]
    assert [estimate.groups for estimate in recall] == [2, 1, 1]
    assert [estimate.n for estimate in precision] == [3, 4, 0]
    assert not precision[2].defined
    assert np.isnan(precision[2].low)
    assert precision[1].value == 0.5


def test_the_same_seed_gives_the_same_interval_and_another_barely_moves_it() -> None:
    right = np.random.default_rng(3).random(200) < 0.8
    found = said(np.arange(200) % 3, np.where(right, np.arange(200) % 3, 0))
    first, same, other = (intervals.estimate(BALANCED, found, seed) for seed in (0, 0, 1))
    assert first == same
    assert first.low == pytest.approx(other.low, abs=0.01)


def test_draws_are_the_same_however_many_are_held_at_once(monkeypatch) -> None:
    tally = np.random.default_rng(4).random((50, 3))
    whole = intervals.drawn(tally, np.arange(50), draws=40)
    monkeypatch.setattr(intervals, "CELLS_AT_ONCE", 350)
    assert intervals.drawn(tally, np.arange(50), draws=40) == pytest.approx(whole)


def test_a_difference_is_drawn_on_the_same_clips() -> None:
    """Of 300 clips 30 more are right: by hand the standard error is sqrt(30/300 - 0.01) / sqrt(300) = 0.0173."""
    before, after = np.arange(300) < 180, np.arange(300) < 210
    found = intervals.difference(ACCURACY, said(*answers(before)), said(*answers(after)))
    assert found.value == pytest.approx(0.1)
    assert (found.low, found.high) == pytest.approx((0.1 - 1.96 * 0.0173, 0.1 + 1.96 * 0.0173), abs=0.004)
    assert found.excludes_zero
