"""What a run leaves on disk, and what is believed of it."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from core.errors import ModelError
from core.finetuning import runs
from core.finetuning.runs import Failure, RunFolder
from tests.finetuning_runs.made import ASKED, EPOCHS, outcome


@pytest.fixture
def run(tmp_path: Path) -> RunFolder:
    return runs.begin(ASKED, tmp_path)


def test_a_run_is_found_again_by_a_token_that_nobody_guesses(run: RunFolder, tmp_path: Path) -> None:
    found = runs.find(run.token, tmp_path)
    assert len(run.token) == 32
    assert replace(found.asked, begun=0.0) == ASKED
    assert found.asked.begun > 0
    for wrong in ("0" * 32, "..", "", f"../runs/{run.token}", run.token.upper()):
        with pytest.raises(ModelError, match="not here"):
            runs.find(wrong, tmp_path)


def test_epochs_are_there_as_soon_as_they_are_over(run: RunFolder) -> None:
    assert run.history() == {}
    run.add_epoch(EPOCHS[0])
    run.add_epoch(EPOCHS[0], division=1)
    assert run.history() == {0: EPOCHS[:1], 1: EPOCHS[:1]}
    run.add_epoch(EPOCHS[1])
    again = replace(EPOCHS[1], loss=0.1)
    run.add_epoch(again)  # done twice, because the program was killed before it had kept the weights
    with (run.path / "history.jsonl").open("a") as file:
        file.write('{"division": 0, "epo')  # killed in the middle of a line
    assert run.history()[0] == (EPOCHS[0], again)


def test_an_outcome_is_read_as_it_was_written(run: RunFolder) -> None:
    run.state.mkdir()
    made = outcome(run.token, run.tuned)
    run.write_outcome(made)
    found = run.read_outcome()
    plain = [f.name for f in fields(made) if f.name not in {"before", "after", "inside"}]
    assert [getattr(found, name) for name in plain] == [getattr(made, name) for name in plain]
    for ours, theirs in zip((*made.before, made.after), (*found.before, found.after), strict=True):
        assert (ours.name, ours.labels, ours.groups) == (theirs.name, theirs.labels, theirs.groups)
        for name in ("items", "targets", "probabilities"):
            assert np.array_equal(getattr(ours, name), getattr(theirs, name))
    for name in ("drift", "layer_weights", "span_before", "span_after"):
        assert np.array_equal(getattr(made.inside, name), getattr(found.inside, name))
    assert found.inside.frames == 700
    assert run.status == "ended"
    assert not run.state.exists()


def test_a_killed_program_leaves_an_interrupted_run(run: RunFolder) -> None:
    assert run.status == "interrupted"  # begun, and nobody works on it
    with run.at_work():
        assert run.status == "at work"
    assert run.status == "interrupted"
    kill = (
        "import os, sys; from pathlib import Path; from core.finetuning.runs import RunFolder\n"
        "with RunFolder(Path(sys.argv[1])).at_work(): os.kill(os.getpid(), 9)"
    )
    subprocess.run([sys.executable, "-c", kill, str(run.path)], check=False, timeout=60)
    assert (run.path / "at-work.json").is_file()
    assert run.status == "interrupted"


def test_a_run_that_failed_says_why_until_it_is_begun_anew(run: RunFolder) -> None:
    run.write_failure(Failure("The loss became no number.", "Take a lower learning rate."))
    assert run.status == "failed"
    assert run.failure == Failure("The loss became no number.", "Take a lower learning rate.")
    with run.at_work():
        assert run.status == "at work"
    assert run.failure is None


def _change(file: str, change: Callable[[dict], None]) -> Callable[[RunFolder], None]:
    def damage(run: RunFolder) -> None:
        table = json.loads((run.path / file).read_text())
        change(table)
        (run.path / file).write_text(json.dumps(table))

    return damage


def _arrays(**changes: object) -> Callable[[RunFolder], None]:
    def damage(run: RunFolder) -> None:
        with np.load(run.path / "outcome.npz") as archive:
            arrays = dict(archive)
        np.savez(run.path / "outcome.npz", **{**arrays, **{name.replace("_", "."): v for name, v in changes.items()}})

    return damage


DAMAGES = {
    "no table": lambda run: (run.path / "outcome.json").write_text("nothing"),
    "another type": _change("outcome.json", lambda table: table.update(seconds="long")),
    "another field": _change("outcome.json", lambda table: table.update(more=1)),
    "another version": _change("outcome.json", lambda table: table.update(format=2)),
    "another strategy of stopping": _change("outcome.json", lambda table: table["split"].update(kind="none")),
    "fewer labels": _change("outcome.json", lambda table: table["after"].update(labels=["no"])),
    "no numbers": lambda run: (run.path / "outcome.npz").write_bytes(b"PK"),
    "numbers left out": lambda run: np.savez(run.path / "outcome.npz", a=np.zeros(1)),
    "a pickle": _arrays(**{"0_items": np.array([{}, {}, {}], dtype=object)}),
    "a class that is not there": _arrays(**{"1_targets": np.array([0, 1, 5])}),
    "no probabilities": _arrays(**{"1_probabilities": np.full((3, 2), np.nan)}),
    "other sounds after": _arrays(**{"1_items": np.array([4, 2, 8])}),
}


@pytest.mark.parametrize("damage", DAMAGES.values(), ids=DAMAGES)
def test_a_damaged_outcome_is_refused_in_a_sentence(run: RunFolder, damage: Callable[[RunFolder], None]) -> None:
    run.write_outcome(outcome(run.token, run.tuned))
    damage(run)
    with pytest.raises(ModelError, match="are damaged"):
        run.read_outcome()


def test_what_was_asked_is_not_believed_either(run: RunFolder) -> None:
    _change("asked.json", lambda table: table["settings"].update(epochs="many"))(run)
    with pytest.raises(ModelError, match="epochs: 'many'"):
        _ = run.asked


def test_numbers_that_unpack_without_end_are_not_unpacked(run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    run.write_outcome(outcome(run.token, run.tuned))
    np.savez_compressed(run.path / "outcome.npz", a=np.zeros(40_000_000))
    assert (run.path / "outcome.npz").stat().st_size < 1_000_000
    with pytest.raises(ModelError, match="too large"):
        run.read_outcome()


def test_a_full_disk_is_said(run: RunFolder) -> None:
    shutil.rmtree(run.path)
    with pytest.raises(ModelError, match="cannot be used: No such file"):
        run.write_failure(Failure("x"))


def test_the_oldest_that_nobody_keeps_make_room(tmp_path: Path) -> None:
    made = [runs.begin(replace(ASKED, title=str(number)), tmp_path) for number in range(4)]
    for run in made:
        (run.path / "weights").write_bytes(bytes(10_000))
    made[0].keep()
    assert runs.runs(tmp_path) == tuple(reversed(made))
    with made[1].at_work():
        runs.tidy(tmp_path, 35_000)
    assert runs.runs(tmp_path) == (made[3], made[1], made[0])
    made[0].keep(False)
    runs.tidy(tmp_path, 25_000)
    assert runs.runs(tmp_path) == (made[3], made[1])
    made[3].delete()
    assert runs.runs(tmp_path) == (made[1],)


def test_where_kept_runs_fill_the_room_no_other_begins(tmp_path: Path) -> None:
    kept = runs.begin(ASKED, tmp_path)
    (kept.path / "weights").write_bytes(bytes(10_000))
    kept.keep()
    with pytest.raises(ModelError, match="no place for another"):
        runs.begin(ASKED, tmp_path, 9_000)
    assert runs.runs(tmp_path) == (kept,)


def test_kept_runs_leave_room_for_others_to_begin(tmp_path: Path) -> None:
    first, second = (runs.begin(ASKED, tmp_path) for _run in range(2))
    for run in (first, second):
        (run.path / "weights").write_bytes(bytes(30_000))
    first.keep(budget_bytes=100_000)
    with pytest.raises(ModelError, match="No more runs"):
        second.keep(budget_bytes=100_000)
    first.keep(False)
    second.keep(budget_bytes=100_000)
    assert (first.kept, second.kept) == (False, True)
