"""Stretches name frames by one rule; vectors lie on disk and go with their owner."""

import gc
from pathlib import Path

import numpy as np
import pytest

from core.timeline import TimeAxis
from core.vectors.stretches import Stretches, pooled, spans
from core.vectors.vectors import Vectors

TIME = TimeAxis(start=0.01, step=0.02, field=0.025, count=5)  # centres 10, 30, 50, 70, 90 ms


def test_a_stretch_is_the_mean_of_the_frames_whose_centres_lie_in_it() -> None:
    frames = np.arange(5, dtype=np.float32)[:, None] * np.array([[1, 10]], np.float32)
    start, end = np.array([0.0, 0.03, 0.031]), np.array([0.05, 0.07, 0.049])
    found = pooled(frames, TIME, start, end)
    # frames 0 and 1; frames 1 and 2; none has its centre there, and frame 2 or 1 is nearest to 40 ms
    assert found[:2].tolist() == [[0.5, 5.0], [1.5, 15.0]]
    assert found[2, 0] in {1.0, 2.0}


def test_a_moment_is_its_nearest_frame_and_never_beyond_the_clip() -> None:
    seconds = np.array([-1.0, 0.0, 0.039, 0.041, 7.0])
    first, last = spans(TIME, seconds, seconds)
    assert first.tolist() == [0, 0, 1, 2, 4]
    assert (last - first == 1).all()


@pytest.mark.parametrize("seed", range(5))
def test_many_stretches_at_once_follow_the_rule_of_one(seed: int) -> None:
    chance = np.random.default_rng(seed)
    start = chance.uniform(0, 0.1, 200)
    end = start + chance.uniform(0, 0.05, 200)
    first, last = spans(TIME, start, end)
    for row in range(200):
        wanted = TIME.within(float(start[row]), float(end[row]))
        assert (first[row], last[row]) == (wanted.start, wanted.stop)


def test_stretches_are_found_by_their_utterance() -> None:
    asked = Stretches.of([(7, 0.0, 1.0), (2, 0.5, 0.6), (7, 0.2, 0.2)])
    assert [(index, rows.tolist()) for index, rows in asked.by_utterance()] == [(2, [1]), (7, [0, 2])]
    assert list(Stretches.of([]).by_utterance()) == []
    assert asked.taken(np.array([2, 0])).end.tolist() == [0.2, 1.0]


@pytest.mark.parametrize("row", [(0, 1.0, 0.5), (0, float("nan"), 1.0), (0, 0.0, float("inf"))])
def test_a_stretch_that_cannot_be_is_refused(row: tuple[int, float, float]) -> None:
    with pytest.raises(ValueError, match="begin before it ends"):
        Stretches.of([row])


def test_rows_put_in_any_order_stand_at_their_places_and_cannot_be_changed() -> None:
    rows = np.arange(12, dtype=np.float32).reshape(6, 2)
    found = Vectors.empty({-1: 2, 3: 2}, 6)
    for places in (np.array([4, 5]), np.array([2, 0]), np.array([3, 1])):
        found.put(3, places, rows[places])
    assert np.array_equal(found.of(3), rows)
    assert not found.of(-1).any()
    with pytest.raises(ValueError, match="read-only"):
        found.of(3)[0, 0] = 1.0


def test_vectors_leave_nothing_on_disk(tmp_path: Path) -> None:
    found = Vectors.empty({0: 4, 1: 4}, 10, tmp_path)
    opened = found.of(1)
    found.close()
    assert list(tmp_path.iterdir()) == []
    assert not opened.any()
    with pytest.raises(ValueError, match="closed"):
        found.of(1)


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="open files are counted where Linux lists them")
def test_forgotten_vectors_free_their_files() -> None:
    before = len(list(Path("/proc/self/fd").iterdir()))
    found = Vectors.empty(dict.fromkeys(range(20), 3), 10)
    assert len(list(Path("/proc/self/fd").iterdir())) == before + 20
    del found
    gc.collect()
    assert len(list(Path("/proc/self/fd").iterdir())) == before


def test_arrays_that_are_there_already_are_held_like_any_other() -> None:
    values = {0: np.ones((3, 2), np.float32), 1: np.zeros((3, 5), np.float32)}
    with Vectors.holding(values) as found:
        assert (found.stops, found.count, found.widths) == ((0, 1), 3, (2, 5))
        assert all(np.array_equal(found.of(stop), rows) for stop, rows in values.items())


def test_no_stretches_give_no_rows() -> None:
    with Vectors.empty({0: 3}, 0) as found:
        assert found.of(0).shape == (0, 3)
