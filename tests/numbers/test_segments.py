"""Segments cover every frame once, whatever they are made of."""

from itertools import pairwise

import numpy as np
import pytest

from core import segments
from core.errors import MethodError
from core.tiers import Interval, Tiers
from core.timeline import TimeAxis

AXIS = TimeAxis(start=0.0125, step=0.02, field=0.025, count=49)
SECONDS = 1.0
WORDS = (
    Interval(0.0, 0.2, ""),
    Interval(0.2, 0.5, "the"),
    Interval(0.5, 0.7, "cat"),
    Interval(0.7, 1.0, ""),
)
TIERS = Tiers((("word", WORDS),))


def _made() -> dict[str, tuple[segments.Segment, ...]]:
    long_axis = TimeAxis(0.0125, 0.02, 0.025, 999)
    many = tuple(Interval(0.1 * at, 0.1 * at + 0.08, f"p{at}") for at in range(190))
    return {
        "tier": segments.of_tier(TIERS, "word", AXIS, SECONDS),
        "symbols": segments.of_intervals((Interval(0.1, 0.14, "k"), Interval(0.3, 0.9, "t")), AXIS, SECONDS),
        "nothing": segments.of_intervals((), AXIS, SECONDS),
        "windows": segments.windows(AXIS, SECONDS, 7),
        "more windows than frames": segments.windows(AXIS, SECONDS, 500),
        "limited": segments.limited(segments.of_intervals(many, long_axis, 20.0), around=10.0),
    }


@pytest.mark.parametrize("kind", _made())
def test_every_frame_and_every_second_belongs_to_one_segment(kind: str) -> None:
    made = _made()[kind]
    assert made[0].first == 0
    assert made[0].start == 0.0
    assert made[-1].stop in (49, 999)
    assert made[-1].end in (1.0, 20.0)
    for left, right in pairwise(made):
        assert left.stop == right.first
        assert left.end == pytest.approx(right.start)
        assert left.stop > left.first
        assert left.end > left.start


def test_words_keep_their_times_and_silences_are_dots() -> None:
    made = segments.of_tier(TIERS, "word", AXIS, SECONDS)
    assert [item.label for item in made] == ["·", "the", "cat", "·"]
    assert [(item.start, item.end) for item in made] == [(0.0, 0.2), (0.2, 0.5), (0.5, 0.7), (0.7, 1.0)]


def test_a_frame_belongs_to_the_word_that_holds_its_centre() -> None:
    made = segments.of_tier(TIERS, "word", AXIS, SECONDS)
    centres = AXIS.centres()
    for item in made:
        assert ((centres[item.frames] >= item.start) & (centres[item.frames] < item.end)).all()


def test_an_interval_between_two_centres_has_no_frame_and_is_left_out() -> None:
    made = segments.of_intervals(
        (Interval(0.1, 0.2, "a"), Interval(0.2, 0.21, "b"), Interval(0.21, 0.3, "c")), AXIS, 1.0
    )
    assert [item.label for item in made] == ["·", "a", "c", "·"]


def test_equal_windows_differ_by_one_frame_at_most() -> None:
    sizes = [item.stop - item.first for item in segments.windows(AXIS, SECONDS, 7)]
    assert sizes == [7] * 7
    assert np.ptp([item.stop - item.first for item in segments.windows(AXIS, SECONDS, 10)]) <= 1


def test_no_more_than_forty_segments_remain_around_the_moment_asked_for() -> None:
    made = _made()["limited"]
    assert len(made) == segments.MOST
    assert made[0].label == made[-1].label == segments.REST
    inner = made[1:-1]
    assert inner[0].start < 10.0 < inner[-1].end


@pytest.mark.parametrize("around", [0.0, 20.0])
def test_at_an_end_of_the_clip_only_the_other_side_is_gathered(around: float) -> None:
    long_axis = TimeAxis(0.0125, 0.02, 0.025, 999)
    made = segments.limited(segments.windows(long_axis, 20.0, 100), around=around)
    assert len(made) == segments.MOST - 1
    assert [item.label for item in made].count(segments.REST) == 1


def test_a_region_names_the_segments_that_it_touches() -> None:
    made = segments.of_tier(TIERS, "word", AXIS, SECONDS)
    assert segments.within(made, 0.45, 0.55) == (1, 2)
    assert segments.within(made, 0.2, 0.5) == (1,)


def test_a_clip_without_words_is_refused_with_a_way_on() -> None:
    with pytest.raises(MethodError) as refusal:
        segments.of_tier(Tiers(), "word", AXIS, SECONDS)
    assert "windows" in refusal.value.hint
