"""The folder that a run of fine-tuning leaves: found again by its token, whatever happened to who began it."""

import json
import re
import secrets
import shutil
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import psutil

from core.dataset.home import home as usual_home
from core.errors import ModelError
from core.finetuning.history import Epoch
from core.finetuning.outcome import Outcome
from core.finetuning.outcome_file import read, write
from core.finetuning.records import built, plain
from core.finetuning.search import Found, SearchSettings
from core.finetuning.settings import FineTuneSettings, SplitSettings
from core.memory import plain_size
from core.model_spec import ModelSpec
from core.room import BUDGET, taken
from core.text import _

TOKEN = re.compile(r"[0-9a-f]{32}")
ASKED, HISTORY, AT_WORK, FAILED, KEPT = "asked.json", "history.jsonl", "at-work.json", "failed.json", "kept"
ENDED = ("outcome.json", "transcripts.json")  # what a run on classes, and one on transcripts, leaves last
LARGEST_JSON = 4_000_000  # bytes
Status = Literal["ended", "failed", "at work", "interrupted"]


@dataclass(frozen=True)
class Asked:
    """What a run was asked to do; enough to go on with it after it was interrupted.

    data   key of the prepared set; ``title`` its name for people
    clip   item of the set whose way through the epochs is kept; -1: none
    begun  seconds since 1970; 0: now
    search  what is tried before, to choose the settings by; None: nothing
    """

    model: ModelSpec
    data: str
    title: str
    settings: FineTuneSettings
    split: SplitSettings
    clip: int = -1
    begun: float = 0.0
    search: SearchSettings | None = None


@dataclass(frozen=True)
class Failure:
    """Why a run ended without an outcome, in words for a person."""

    message: str
    hint: str = ""


@dataclass(frozen=True)
class RunFolder:
    """One run on disk; its token is the permission to look at it."""

    path: Path

    @property
    def token(self) -> str:
        """Name of the run, which nobody can guess."""
        return self.path.name

    @property
    def state(self) -> Path:
        """Where the loop keeps what it needs to go on after an interruption; one folder per division within it."""
        return self.path / "state"

    @property
    def tuned(self) -> Path:
        """Where the taught copy lies, as transformers and Strata open it."""
        return self.path / "model"

    @property
    def epochs(self) -> Path:
        """Where what a chosen clip gave after every epoch is kept."""
        return self.path / "epochs"

    @property
    def board(self) -> Path:
        """Where TensorBoard's event files lie."""
        return self.path / "events"

    @property
    def asked(self) -> Asked:
        """What it was asked to do; ModelError where its file is damaged."""
        return self._record(ASKED, Asked)

    @property
    def status(self) -> Status:
        """How it stands by what is on disk; one that waits in a queue is "interrupted" as long as it has not begun."""
        if any((self.path / name).is_file() for name in ENDED):
            return "ended"
        if (self.path / FAILED).is_file():
            return "failed"
        return "at work" if self._worked_on() else "interrupted"

    @property
    def failure(self) -> Failure | None:
        """Why it failed; None where it did not."""
        return self._record(FAILED, Failure) if (self.path / FAILED).is_file() else None

    @property
    def kept(self) -> bool:
        """Whether it stays when room is made for others."""
        return (self.path / KEPT).is_file()

    def keep(self, kept: bool = True, budget_bytes: int = BUDGET) -> None:
        """Let it stay, or no longer, when room is made for others.

        Kept runs may take half of the room of all runs together; ModelError beyond that, so that others can begin.
        """
        others = [run for run in runs(self.path.parents[1]) if run.kept and run != self]
        if kept and sum(run.bytes for run in (self, *others)) > budget_bytes // 2:
            message = _("No more runs can be kept here: the kept ones take half of the room for runs.")
            raise ModelError(message, hint=_("Download this one, or let go of another."))
        with told(self.token):
            (self.path / KEPT).touch() if kept else (self.path / KEPT).unlink(missing_ok=True)

    @contextmanager
    def at_work(self) -> Iterator[None]:
        """Mark that this program works on the run; the mark of a program that was killed counts for nothing."""
        own = psutil.Process()
        (self.path / FAILED).unlink(missing_ok=True)
        write_json(self.path / AT_WORK, {"pid": own.pid, "since": own.create_time()}, self.token)
        try:
            yield
        finally:
            (self.path / AT_WORK).unlink(missing_ok=True)

    def add_epoch(self, epoch: Epoch, division: int = 0) -> None:
        """Write down an epoch as soon as it is over; OSError where the disk is full, so that the loop can say so."""
        line = json.dumps({"division": division, "epoch": plain(epoch)})
        with (self.path / HISTORY).open("a", encoding="utf-8") as file:
            file.write(line + "\n")

    def history(self) -> Mapping[int, tuple[Epoch, ...]]:
        """Read the epochs so far by division, in order; an epoch that was done twice counts as it was last.

        A last line that is not whole, because the program was killed or writes right now, is left out.
        """
        found: dict[int, dict[int, Epoch]] = {}
        for line in self._text(HISTORY).split("\n")[:-1]:
            with told(self.token):
                row = json.loads(line)
                epoch = built(Epoch, row["epoch"])
                found.setdefault(built(int, row["division"]), {})[epoch.number] = epoch
        return {division: tuple(rows[number] for number in sorted(rows)) for division, rows in sorted(found.items())}

    def write_trials(self, found: Found, division: int = 0) -> None:
        """Write down what was tried to choose the settings of a division."""
        write_json(self.path / _trials(division), plain(found), self.token)

    def read_trials(self, division: int = 0) -> Found | None:
        """Read what was tried; None where nothing was."""
        name = _trials(division)
        return self._record(name, Found) if (self.path / name).is_file() else None

    def write_outcome(self, outcome: Outcome) -> None:
        """Write what came of it; from now on the run has ended, and what was only for going on is removed."""
        with told(self.token):
            write(outcome, self.path)
            shutil.rmtree(self.state, ignore_errors=True)

    def read_outcome(self) -> Outcome:
        """Read what came of it; ModelError where there is nothing yet, or where a file is damaged."""
        with told(self.token):
            return read(self.path, self.tuned)

    def write_failure(self, failure: Failure) -> None:
        """Write down why there is no outcome."""
        write_json(self.path / FAILED, plain(failure), self.token)

    def delete(self) -> None:
        """Remove the run and all that it left."""
        shutil.rmtree(self.path, ignore_errors=True)

    @property
    def bytes(self) -> int:
        """How much disk it takes."""
        return taken(self.path)

    def _worked_on(self) -> bool:
        with told(self.token):
            text = self._text(AT_WORK)
            mark = json.loads(text) if text else {}
            pid, since = mark.get("pid", -1), mark.get("since", -1.0)
            try:
                return pid > 0 and abs(psutil.Process(pid).create_time() - since) < 1.0
            except psutil.Error:
                return False

    def _record(self, name: str, kind: Any) -> Any:
        with told(self.token):
            return built(kind, json.loads(self._text(name)))

    def _text(self, name: str) -> str:
        path = self.path / name
        if not path.is_file():
            return ""
        with told(self.token):
            if path.stat().st_size > LARGEST_JSON:
                raise ValueError(_("{file} is too large").format(file=name))
            return path.read_text("utf-8")


def _trials(division: int) -> str:
    return f"trials-{division}.json" if division else "trials.json"


def begin(asked: Asked, home: Path | None = None, budget_bytes: int = BUDGET) -> RunFolder:
    """Make the folder of a new run; the oldest runs that nobody keeps leave where all take more than the budget.

    ModelError where those that are kept take more.
    """
    run = RunFolder(runs_folder(home) / secrets.token_hex(16))
    if (total := tidy(home, budget_bytes)) > budget_bytes:
        raise ModelError(
            _("The runs that are kept take {size}: there is no place for another.").format(size=plain_size(total)),
            hint=_("Remove runs that are no longer needed."),
        )
    with told(run.token):
        run.path.mkdir(parents=True, mode=0o700)
    begun = asked.begun or time.time()
    write_json(run.path / ASKED, {**plain(asked), "begun": begun}, run.token)
    return run


def find(token: str, home: Path | None = None) -> RunFolder:
    """Find a run by its token; ModelError where there is none."""
    run = RunFolder(runs_folder(home) / token)
    if not TOKEN.fullmatch(token) or not (run.path / ASKED).is_file():
        raise ModelError(
            _("This run of fine-tuning is not here."),
            hint=_("It may have been removed to make room, or was made on another computer."),
        )
    return run


def runs(home: Path | None = None) -> tuple[RunFolder, ...]:
    """List all runs, newest first; for the owner of this computer alone, because tokens are permissions."""
    folder = runs_folder(home)
    found = folder.iterdir() if folder.is_dir() else iter(())
    own = [RunFolder(path) for path in found if TOKEN.fullmatch(path.name) and (path / ASKED).is_file()]
    return tuple(sorted(own, key=lambda run: (run.path / ASKED).stat().st_mtime_ns, reverse=True))


def tidy(home: Path | None = None, budget_bytes: int = BUDGET) -> int:
    """Remove the oldest runs, neither kept nor worked on, until the others fit; return the bytes that all take then."""
    sizes = {run: run.bytes for run in runs(home)}
    total = sum(sizes.values())
    for run in reversed(sizes):
        if total <= budget_bytes:
            break
        if not run.kept and not run._worked_on():
            run.delete()
            total -= sizes[run]
    return total


def runs_folder(home: Path | None = None) -> Path:
    """Return the folder in which all runs lie."""
    return (home or usual_home()) / "runs"


def write_json(path: Path, content: Any, token: str) -> None:
    """Write a file whole or not at all."""
    with told(token):
        part = path.with_name(f"{path.name}.part")
        part.write_text(json.dumps(content), "utf-8")
        part.replace(path)


@contextmanager
def told(token: str) -> Iterator[None]:
    """Turn what goes wrong with the files of a run into a ModelError."""
    try:
        yield
    except OSError as cause:
        raise ModelError(
            _("The files of run {run} cannot be used: {why}.").format(run=token[:8], why=cause.strerror or str(cause)),
            hint=_("Make room on the disk, or look whether Strata may write there."),
        ) from cause
    except (ValueError, KeyError, TypeError, RecursionError) as cause:
        raise ModelError(
            _("The files of run {token} are damaged: {detail}.").format(token=token[:8], detail=str(cause)[:100]),
            hint=_("Remove this run and begin it again."),
        ) from cause
