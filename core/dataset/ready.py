"""The sets that one can start with: those that ship with Strata, and those fetched from their publisher on demand."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from core.dataset import archive, fsdd
from core.dataset import home as homes
from core.dataset.collection import Collection, Task
from core.dataset.naming import clean
from core.errors import DatasetError
from core.progress import Report, silent
from core.sources import EVERYTHING, Policy
from core.text import _

SETS = Path(__file__).resolve().parents[2] / "models" / "sets"
LONGEST_SUMMARY = 500  # characters

Collect = Callable[[Path, Report, Policy], Collection]


@dataclass(frozen=True)
class ReadySet:
    """What is known of a set before its sounds are read.

    name       short and without spaces, for the link
    megabytes  to be fetched, or on disk
    here       whether it is on this computer
    collect    from home folder, report and policy to the collection
    """

    name: str
    title: str
    summary: str
    licence: str
    task: Task
    megabytes: float
    here: bool
    collect: Collect

    def collection(self, report: Report = silent, home: Path | None = None, policy: Policy = EVERYTHING) -> Collection:
        """Return its sounds, fetching what is not here; DatasetError where that fails."""
        return self.collect(home or homes.home(), report, policy)


def ready_sets(home: Path | None = None, shipped: Path = SETS) -> Mapping[str, ReadySet]:
    """List the sets by name; of shipped ones only what their makers wrote about them is opened.

    Raises DatasetError where a shipped set is damaged.
    """
    found = {path.stem: _shipped(path) for path in sorted(shipped.glob("*.zip"))}
    return found | {"fsdd": _fsdd(home or homes.home())}


def _shipped(path: Path) -> ReadySet:
    with path.open("rb") as file:
        told = archive.facts(path.name, file)
    task = told.get("task", "classes")
    if task not in ("classes", "transcripts") or not told.get("title"):
        raise DatasetError(
            _("The set {name} does not say what it is.").format(name=path.name), hint=_("Restore the file.")
        )
    return ReadySet(
        name=path.stem,
        title=_(clean(told["title"])),
        summary=_(clean(told.get("summary", ""), LONGEST_SUMMARY)),
        licence=clean(told.get("licence", "")),
        task=task,  # type: ignore[arg-type]
        megabytes=path.stat().st_size / 1e6,
        here=True,
        collect=partial(_read, path),
    )


def _read(path: Path, home: Path, report: Report, policy: Policy) -> Collection:
    try:
        data = path.read_bytes()
    except OSError as cause:
        raise DatasetError(
            _("The set {name} cannot be read.").format(name=path.name), hint=_("Restore the file.")
        ) from cause
    return archive.read(path.name, data)


def _fsdd(home: Path) -> ReadySet:
    return ReadySet(
        name="fsdd",
        title=_(fsdd.TITLE),
        summary=_(fsdd.SUMMARY),
        licence=fsdd.LICENCE,
        task="classes",
        megabytes=fsdd.RELEASE.size / 1e6,
        here=fsdd.place(home).is_file(),
        collect=fsdd.collection,
    )
