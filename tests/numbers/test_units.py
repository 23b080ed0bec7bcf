"""A unit's map, its moments and its labels are those that were planted."""

import numpy as np
import pytest

from core import units
from core.errors import MethodError
from core.tiers import Interval, Tiers
from core.timeline import TimeAxis

AXIS = TimeAxis(start=0.0125, step=0.02, field=0.025, count=100)
RNG = np.random.default_rng(1)


def _planted() -> np.ndarray:
    """Unit 3 rises at frames 20, 50 and 80, by 9, 6 and 3; it falls at 65."""
    values = 0.1 * RNG.normal(size=(100, 12)).astype(np.float32)
    for frame, height in ((20, 9.0), (50, 6.0), (80, 3.0), (65, -5.0)):
        values[frame - 1 : frame + 2, 3] += np.float32(height) * np.array([0.5, 1, 0.5], dtype=np.float32)
    return values


def test_moments_are_the_planted_peaks_in_the_order_of_their_height() -> None:
    found = units.unit(_planted(), AXIS, 3, seconds=2.0, count=3)
    assert [moment.frame for moment in found.most] == [20, 50, 80]
    assert found.least[0].frame == 65
    assert found.most[0].value == pytest.approx(found.curve.max())


def test_a_moment_is_the_sound_that_the_front_end_sees_there() -> None:
    moment = units.unit(_planted(), AXIS, 3, seconds=2.0).most[0]
    assert (moment.start, moment.peak, moment.end) == pytest.approx((0.4, 0.4125, 0.425))


def test_moments_do_not_overlap_and_lie_a_tenth_of_a_second_apart() -> None:
    values = RNG.normal(size=(500, 4)).astype(np.float32)
    found = units.unit(values, TimeAxis(0.0125, 0.02, 0.025, 500), 2, seconds=10.0, count=40)
    for moments in (found.most, found.least):
        assert np.diff(sorted(moment.peak for moment in moments)).min() >= units.APART - 1e-9
    assert all(moment.value > 0 for moment in found.most)
    assert all(moment.value < 0 for moment in found.least)


def test_a_moment_carries_what_is_said_at_its_peak() -> None:
    tiers = Tiers(
        (
            ("word", (Interval(0.3, 0.5, "cat"), Interval(0.5, 1.0, ""))),
            ("phone", (Interval(0.3, 0.41, "k"), Interval(0.41, 0.5, "ae"))),
        )
    )
    moments = units.unit(_planted(), AXIS, 3, seconds=2.0, tiers=tiers).most
    assert moments[0].labels == (("word", "cat"), ("phone", "ae"))
    assert moments[1].labels == ()


def test_the_label_under_which_a_unit_is_high_comes_first_with_its_mean() -> None:
    curve = np.zeros(100, dtype=np.float32)
    curve[10:20], curve[40:50] = 2.0, 4.0
    labels = (Interval(0.2, 0.4, "s"), Interval(0.4, 0.8, "t"), Interval(0.8, 1.0, "s"), Interval(1.0, 2.0, ""))
    rows = units.by_label(curve, AXIS, labels)
    assert [(row.label, row.mean, row.frames) for row in rows] == [("s", 3.0, 20), ("t", 0.0, 20)]


def test_bytes_hold_z_scores_between_the_limits_that_are_stated() -> None:
    values = _planted()
    found = units.activation_map(values, count=5)
    scores = units.z_scores(values)[:, found.units].T
    back = found.low + found.levels / 255 * (found.high - found.low)
    inside = np.abs(scores) <= found.high
    assert np.abs(back - scores)[inside].max() <= (found.high - found.low) / 510 + 1e-6
    assert set(found.levels[~inside]) <= {0, 255}
    assert found.clipped == pytest.approx(1 - inside.mean())


def test_the_most_active_unit_is_the_one_that_moves_most_about_its_mean() -> None:
    values = RNG.normal(size=(100, 12)).astype(np.float32)
    values[:, 3] *= 3.0
    values[:, 5] += 100.0  # large, but moves no more than the others
    found = units.activation_map(values, count=12)
    assert found.units[0] == 3
    assert found.strength[0] == pytest.approx(values[:, 3].std() / np.median(values.std(0)), rel=1e-5)
    assert (np.diff(found.strength) <= 0).all()
    assert found.rogue == (5,)
    assert "5" in units.rogue_sentence(found.rogue)
    assert units.rogue_sentence(()) == ""


def test_clustering_puts_units_that_rise_together_next_to_each_other() -> None:
    slow, fast = np.sin(np.arange(100) / 9), np.sin(np.arange(100) / 2)
    groups = np.array([0, 1, 0, 1, 1, 0, 0, 1])
    values = np.where(groups, slow[:, None], fast[:, None]) + 0.05 * RNG.normal(size=(100, 8))
    order = units.activation_map(values.astype(np.float32), order="clustered").units
    assert sorted(order) == list(range(8))
    assert (np.diff(groups[order]) != 0).sum() == 1


@pytest.mark.parametrize("order", units.ORDERS)
def test_a_map_has_as_many_rows_as_asked_for_or_as_there_are(order: str) -> None:
    assert units.activation_map(_planted(), 4, order).levels.shape == (4, 100)
    assert units.activation_map(_planted(), 99, order).levels.shape == (12, 100)


@pytest.mark.parametrize("index", [-1, 12])
def test_a_unit_that_does_not_exist_is_refused_with_the_numbers_that_do(index: int) -> None:
    with pytest.raises(MethodError) as refusal:
        units.unit(_planted(), AXIS, index, seconds=2.0)
    assert "0 to 11" in refusal.value.hint
