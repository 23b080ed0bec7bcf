"""Work that outlives the page that began it."""

import threading
from collections.abc import Callable

import numpy as np
import pytest

from core.errors import BusyError, CancelledError, DatasetError
from core.jobs import Jobs
from core.progress import Report, Step

SOON = 10.0  # seconds within which a thread of these tests must have answered


def held(started: threading.Event, go: threading.Event) -> Callable[[Report], str]:
    def work(report: Report) -> str:
        report(Step(1, 4, "first"))
        started.set()
        assert go.wait(SOON)
        report(Step(2, 4, "second"))
        return "made"

    return work


@pytest.fixture
def busy() -> tuple[Jobs, str, threading.Event]:
    jobs, started, go = Jobs(waiting=2, kept=2), threading.Event(), threading.Event()
    key = jobs.start("anna", "first", held(started, go))
    assert started.wait(SOON)
    return jobs, key, go


def quick(report: Report) -> int:
    return 42


def test_what_was_made_is_handed_to_whoever_knows_the_key(busy: tuple[Jobs, str, threading.Event]) -> None:
    jobs, key, go = busy
    now = jobs.snapshot(key)
    assert now is not None
    assert (now.status, now.step, now.ended, now.over) == ("running", Step(1, 4, "first"), None, False)
    go.set()
    assert jobs.result(key, SOON) == "made"
    then = jobs.snapshot(key)
    assert then is not None
    assert then.over
    assert then.started is not None
    assert then.ended is not None
    assert then.begun <= then.started <= then.ended
    assert len(key) == 32
    assert jobs.snapshot("another") is None


def test_one_runs_at_a_time_in_the_order_of_asking(busy: tuple[Jobs, str, threading.Event]) -> None:
    jobs, _key, go = busy
    second, third = jobs.start("ben", "second", quick), jobs.start("cleo", "third", quick)
    waiting = [jobs.snapshot(key) for key in (second, third)]
    assert [(snapshot.status, snapshot.ahead) for snapshot in waiting if snapshot] == [("waiting", 1), ("waiting", 2)]
    go.set()
    assert jobs.result(third, SOON) == 42
    ended = [snapshot.ended for snapshot in map(jobs.snapshot, (second, third)) if snapshot]
    assert ended == sorted(ended, key=lambda moment: moment or 0)


def test_nobody_has_two_and_the_queue_is_bounded(busy: tuple[Jobs, str, threading.Event]) -> None:
    jobs, key, go = busy
    with pytest.raises(BusyError, match="yours is running"):
        jobs.start("anna", "again", quick)
    jobs.start("ben", "second", quick)
    jobs.start("cleo", "third", quick)
    with pytest.raises(BusyError, match="2 others are waiting"):
        jobs.start("dora", "fourth", quick)
    assert jobs.of("anna") == key
    go.set()
    assert jobs.result(key, SOON) == "made"
    assert jobs.of("anna") == ""


def test_stopping_takes_effect_at_the_next_step_and_leaves_time_to_keep_what_there_is(
    busy: tuple[Jobs, str, threading.Event],
) -> None:
    jobs, key, go = busy

    def keeps(report: Report) -> str:
        try:
            for step in range(1_000_000):
                report(Step(step, 1_000_000))
        except CancelledError:
            report(Step(1, 1, "keeping"))
            return "kept"
        return "never stopped"

    second = jobs.start("ben", "second", keeps)
    jobs.cancel(key)
    now = jobs.snapshot(key)
    assert now is not None
    assert now.stopping
    go.set()
    with pytest.raises(CancelledError):
        jobs.result(key, SOON)
    while (now := jobs.snapshot(second)) is not None and now.step is None:
        pass
    jobs.cancel(second)
    assert jobs.result(second, SOON) == "kept"


def test_what_waits_is_taken_out_without_ever_beginning(busy: tuple[Jobs, str, threading.Event]) -> None:
    jobs, key, go = busy
    began = threading.Event()
    second = jobs.start("ben", "second", lambda report: began.set())
    jobs.cancel(second)
    with pytest.raises(CancelledError):
        jobs.result(second, SOON)
    go.set()
    jobs.result(key, SOON)
    assert not began.is_set()


def test_what_went_wrong_is_raised_where_it_is_asked_for_and_the_next_one_runs() -> None:
    jobs = Jobs()

    def fails(report: Report) -> None:
        raise DatasetError("It is empty.", hint="Take another.")

    def breaks(report: Report) -> None:
        raise ZeroDivisionError

    first, second = jobs.start("anna", "first", fails), jobs.start("ben", "second", breaks)
    third = jobs.start("cleo", "third", quick)
    with pytest.raises(DatasetError, match="It is empty"):
        jobs.result(first, SOON)
    with pytest.raises(ZeroDivisionError):
        jobs.result(second, SOON)
    assert jobs.result(third, SOON) == 42
    statuses = [snapshot.status for snapshot in map(jobs.snapshot, (first, second, third)) if snapshot]
    assert statuses == ["failed", "failed", "done"]


def test_those_that_are_over_are_forgotten_beyond_a_bound() -> None:
    jobs = Jobs(kept=2)
    keys = []
    for number in range(5):
        keys.append(jobs.start("anna", str(number), quick))
        jobs.result(keys[-1], SOON)
    # of five that are over two stay
    assert [jobs.snapshot(key) is not None for key in keys] == [False, False, False, True, True]


def test_results_of_those_that_are_over_hold_no_more_than_a_bound_the_last_one_aside() -> None:
    jobs = Jobs(held=1000)

    def made(size: int) -> str:
        key = jobs.start("anna", "work", lambda report: np.zeros(size, np.uint8))
        assert len(jobs.result(key, SOON)) == size
        return key

    small, middle = made(300), made(600)
    assert jobs.snapshot(small) and jobs.snapshot(middle)
    last = made(500)
    assert not jobs.snapshot(small) and jobs.snapshot(middle) is None and jobs.snapshot(last)
    large = made(5000)
    assert not jobs.snapshot(last)
    assert len(jobs.result(large, SOON)) == 5000


def test_one_that_nobody_looks_at_makes_room_only_where_its_place_is_wanted() -> None:
    jobs, started, go = Jobs(waiting=1, abandoned=0.0), threading.Event(), threading.Event()
    first = jobs.start("anna", "first", held(started, go))
    assert started.wait(SOON)
    left = jobs.start("ben", "left", quick)
    stays = jobs.start("cleo", "stays", quick)
    with pytest.raises(CancelledError):
        jobs.result(left, SOON)
    go.set()
    assert jobs.result(first, SOON) == "made"
    assert jobs.result(stays, SOON) == 42


def test_time_left_follows_the_pace_of_the_present_part_of_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    from core import jobs as module

    clock = [100.0]
    monkeypatch.setattr(module.time, "monotonic", lambda: clock[0])
    job = module._Job("key", "anna", "title", quick, status="running")
    for done in range(5):
        job.report(Step(done, 10))
        clock[0] += 2.0
    # 4 done in 8 s, 6 to go at 2 s each, and 2 s of those are over since the last step
    assert job.left() == pytest.approx(10.0)
    job.report(Step(0, 3))
    assert job.left() is None


def test_a_key_can_be_given_and_is_known_by_it() -> None:
    jobs = Jobs()
    assert jobs.start("anna", "title", quick, key="f" * 32) == "f" * 32
    assert jobs.result("f" * 32, SOON) == 42
