"""What the commands of ``python -m core.finetuning`` share, and the first of them: prepare."""

import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from core.dataset import archive, audiofolder, ready
from core.dataset import home as homes
from core.dataset.bounds import BOUNDS
from core.dataset.collection import Collection, Skipped
from core.dataset.prepared import PreparedSet
from core.dataset.preparing import prepare
from core.errors import DatasetError
from core.finetuning.arguments import add_settings, read_settings
from core.finetuning.settings import PrepareSettings
from core.memory import plain_size
from core.progress import Report, Step
from core.text import N_, _, n_

MOST_LISTED = 20  # files left out that are named


@dataclass(frozen=True)
class Command:
    """A command: its name, what it does in a sentence, its arguments, and the function that does it."""

    name: str
    summary: str
    arguments: Callable[[ArgumentParser], None]
    run: Callable[[Namespace], None]


def say(line: str = "") -> None:
    """Write a line that the person asked for."""
    sys.stdout.write(f"{line}\n")


def progress(done: str) -> Report:
    """Tell of progress on one line of the terminal; quiet where nobody looks, as in a file."""
    shown = [-1]

    def report(step: Step) -> None:
        percent = round(100 * step.fraction)
        if percent != shown[0] and sys.stderr.isatty():
            shown[0] = percent
            sys.stderr.write(f"\r{done} {percent:3d} %" + ("\n" if percent == 100 else ""))
            sys.stderr.flush()

    return report


def collection_of(asked: str, home: Path, merge_case: bool) -> Collection:
    """Read what was named: a folder, a zip, or a ready set."""
    path = Path(asked).expanduser()
    if path.is_dir():
        return audiofolder.read(path, merge_case)
    if path.is_file():
        if path.stat().st_size > BOUNDS.total_bytes:
            raise DatasetError(
                _("{name} is {size} large.").format(name=path.name, size=plain_size(path.stat().st_size)),
                hint=_("At most {most} are read: unpack it and name the folder.").format(
                    most=plain_size(BOUNDS.total_bytes)
                ),
            )
        return archive.read(path.name, path.read_bytes(), merge_case)
    sets = ready.ready_sets(home)
    if asked in sets:
        return sets[asked].collection(progress(_("Fetching")), home)
    raise DatasetError(
        _("There is no folder, zip or ready set called {name}.").format(name=asked),
        hint=_("Ready sets: {names}.").format(names=", ".join(sets)),
    )


def _prepare_arguments(parser: ArgumentParser) -> None:
    parser.add_argument("sounds", help=_("A folder or zip with a folder per class or a metadata.csv, or a ready set."))
    parser.add_argument("--home", type=Path, default=homes.home(), help=_("Where prepared sounds are kept."))
    parser.add_argument(
        "--merge-case", action="store_true", help=_("Labels that differ only in case or spaces are one class.")
    )
    add_settings(parser, PrepareSettings)


def _prepare(arguments: Namespace) -> None:
    home = arguments.home.expanduser().absolute()
    collection = collection_of(arguments.sounds, home, arguments.merge_case)
    data = prepare(collection, read_settings(arguments, PrepareSettings), home, progress(_("Preparing")))
    for line in _told(data):
        say(line)


def _told(data: PreparedSet) -> list[str]:
    """Say what was prepared: how much of what, what was left out, and where it lies."""
    sounds = n_("{count} sound", "{count} sounds", len(data.items)).format(count=len(data.items))
    lines = [_("{title}: {sounds}, {seconds:.1f} s").format(title=data.title, sounds=sounds, seconds=data.seconds)]
    lines += [f"  {label}: {sum(item.label == label for item in data.items)}" for label in data.labels]
    if data.licence:
        lines.append(_("Licence: {licence}").format(licence=data.licence))
    if data.source:
        lines.append(_("Source: {source}").format(source=data.source))
    return [*lines, *_left_out(data.skipped), str(data.folder)]


def _left_out(skipped: tuple[Skipped, ...]) -> list[str]:
    if not skipped:
        return []
    head = n_("{count} left out:", "{count} left out:", len(skipped)).format(count=len(skipped))
    rest = [f"  … {len(skipped) - MOST_LISTED}"] if len(skipped) > MOST_LISTED else []
    return [head, *(f"  {entry.name}: {entry.reason}" for entry in skipped[:MOST_LISTED]), *rest]


PREPARE = Command(
    "prepare", N_("Make a folder, a zip or a ready set ready for training, once."), _prepare_arguments, _prepare
)
