"""Understand files as Hugging Face's ``audiofolder`` lays them out: a folder per class, or a list of files beside them.

Folders train, validation and test are the publisher's own sides. Sounds in a folder called unlabelled have no label.
"""

import tomllib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from core.dataset import sheet
from core.dataset.collection import Collection, Example, Skipped, Split, Task
from core.dataset.naming import LONGEST_TEXT, clean, demand_classes, settled, shown
from core.dataset.sheet import Sheet
from core.errors import DatasetError
from core.text import _

SOUNDS = frozenset(
    "wav wave flac ogg oga opus mp3 aif aiff aifc caf m4a mp4 aac webm mka mkv wma amr au".split()  # noqa: SIM905
)
ARCHIVES = frozenset("zip tar gz tgz bz2 xz 7z rar zst".split())  # noqa: SIM905
ABOUT = frozenset("readme license licence copying copyright citation dataset_infos set".split())  # noqa: SIM905
FACTS = "set.toml"
LARGEST_FACTS = 100_000  # bytes

SIDES: dict[str, Split] = {
    "train": "train", "training": "train",
    "validation": "validation", "valid": "validation", "val": "validation", "dev": "validation",
    "test": "test", "testing": "test", "eval": "test", "evaluation": "test",
}  # fmt: skip
UNLABELLED = frozenset({"unlabelled", "unlabeled"})


@dataclass(frozen=True)
class Entry:
    """A file as it lies in a folder or an archive: its path from there, its size in bytes, and its content."""

    path: PurePosixPath
    size: int
    read: Callable[[], bytes]


@dataclass(frozen=True)
class Found:
    """Everything that lies somewhere; ``folders`` are all of them, empty ones too."""

    title: str
    entries: tuple[Entry, ...]
    folders: tuple[PurePosixPath, ...] = ()
    skipped: tuple[Skipped, ...] = ()


def arrange(found: Found, merge_case: bool = False) -> Collection:
    """Tell which file is what, without opening any sound.

    Raises DatasetError where labels differ only in case and are not to be merged, and where fewer than two classes are.
    """
    sounds, others = _sorted_out(found.entries)
    top = _wrapping([entry.path for entry in (*sounds, *others)])
    listed = [(entry.path.parent, _sheet(entry)) for entry in others if entry.path.name.lower() in sheet.NAMES]
    skipped = [*found.skipped, *_not_sounds(others)]
    if listed:
        examples, task = _by_sheets(sounds, listed, top, skipped)
    else:
        examples, task = _by_folders(sounds, top, skipped), "classes"
        skipped += _empty(found, sounds, top)
    facts = _facts(others, top)
    told = facts.get("task")
    task = told if told in ("classes", "transcripts") else task  # type: ignore[assignment]
    examples = list(settled(examples, merge_case))
    demand_classes(examples, skipped, task)
    return Collection(
        title=clean(facts.get("title", "") or found.title) or _("sounds"),
        examples=tuple(examples),
        task=task,
        licence=clean(facts.get("licence", ""), LONGEST_TEXT),
        source=clean(facts.get("source", ""), LONGEST_TEXT),
        skipped=tuple(skipped),
    )


def hidden(path: PurePosixPath) -> bool:
    """Tell whether a file is one that systems leave behind: .DS_Store, __MACOSX, Thumbs.db."""
    return any(
        (part.startswith(".") and part != "..") or part in ("__MACOSX", "Thumbs.db", "desktop.ini")
        for part in path.parts
    )


def _sorted_out(entries: Sequence[Entry]) -> tuple[list[Entry], list[Entry]]:
    seen = sorted((entry for entry in entries if not hidden(entry.path)), key=lambda entry: str(entry.path))
    is_sound = {entry.path: entry.path.suffix.lower().lstrip(".") in SOUNDS for entry in seen}
    return [entry for entry in seen if is_sound[entry.path]], [entry for entry in seen if not is_sound[entry.path]]


def _not_sounds(others: Sequence[Entry]) -> Iterator[Skipped]:
    for entry in others:
        name = entry.path.name.lower()
        if name in sheet.NAMES or name == FACTS or entry.path.stem.lower() in ABOUT:
            continue
        if entry.path.suffix.lower().lstrip(".") in ARCHIVES:
            yield Skipped(_shown(entry.path), _("An archive inside is not opened; unpack it first."))
        else:
            yield Skipped(_shown(entry.path), _("It is not named like a sound."))


def _wrapping(paths: Sequence[PurePosixPath]) -> PurePosixPath:
    """Find the folders that only wrap the whole set, as in digits/zero/1.wav, digits/one/1.wav."""
    top = PurePosixPath()
    while True:
        inner = [path.relative_to(top).parts for path in paths if path.is_relative_to(top)]
        left = [parts for parts in inner if len(parts) > 1]
        firsts = {parts[0] for parts in left}
        files = [path for path in paths if path.parent == top and path.stem.lower() not in ABOUT]
        if files or len(firsts) != 1 or {first.lower() for first in firsts} & SIDES.keys():
            return top
        sheets = any(len(parts) == 2 and parts[1].lower() in sheet.NAMES for parts in left)
        deep = all(len(parts) > 2 for parts in left if PurePosixPath(parts[-1]).suffix.lower().lstrip(".") in SOUNDS)
        if not sheets and not deep:
            return top
        top /= firsts.pop()


def _by_folders(sounds: Sequence[Entry], top: PurePosixPath, skipped: list[Skipped]) -> list[Example]:
    inner = [entry.path.relative_to(top).parts for entry in sounds]
    sided = _sided(inner)
    examples = []
    for entry, parts in zip(sounds, inner, strict=True):
        split = SIDES.get(parts[0].lower(), "") if sided else ""
        folders = parts[1:-1] if split else parts[:-1]
        if not folders:
            skipped.append(Skipped(_shown(entry.path), _("It lies outside of every class folder.")))
            continue
        label = "" if folders[0].lower() in UNLABELLED else folders[0]
        examples.append(Example(_shown(entry.path), entry.read, label=label, split=split))
    return examples


def _sided(inner: Sequence[tuple[str, ...]]) -> bool:
    """Tell whether the first folders are sides; "test" among other classes is a class like them."""
    firsts = {parts[0].lower() for parts in inner if len(parts) > 1}
    return bool(firsts & SIDES.keys()) and firsts <= SIDES.keys() | UNLABELLED


def _empty(found: Found, sounds: Sequence[Entry], top: PurePosixPath) -> Iterator[Skipped]:
    """List the class folders that hold no sound."""
    full = {parent for entry in sounds for parent in entry.path.parents}
    # a zip need not list its folders
    folders = {parent for entry in found.entries for parent in entry.path.parents}.union(found.folders)
    for folder in sorted(folders - full):
        if folder.is_relative_to(top) and folder != top and not hidden(folder) and folder.parent in full | {top}:
            yield Skipped(_shown(folder), _("The folder holds no sound, so it is no class."))


def _by_sheets(
    sounds: Sequence[Entry],
    listed: Sequence[tuple[PurePosixPath, Sheet]],
    top: PurePosixPath,
    skipped: list[Skipped],
) -> tuple[list[Example], Task]:
    left = {str(entry.path): entry for entry in sounds}
    there = frozenset(left)
    examples: list[Example] = []
    for folder, table in listed:
        skipped += table.skipped
        for row in table.rows:
            path = _beside(folder, row.get(table.file, ""))
            entry = left.pop(str(path), None) if path else None
            if entry is None:
                skipped.append(Skipped(shown(row.get(table.file, "")), _missing(path, there, table)))
            else:
                examples.append(_told(entry, row, table, top))
    skipped += [Skipped(_shown(entry.path), _("No line of metadata names it.")) for entry in left.values()]
    labelled = any(example.label for example in examples)
    return examples, "classes" if labelled or not any(table.text for _folder, table in listed) else "transcripts"


def _told(entry: Entry, row: sheet.Row, table: Sheet, top: PurePosixPath) -> Example:
    parts = entry.path.relative_to(top).parts
    by_folder = SIDES.get(parts[0].lower(), "") if len(parts) > 1 else ""
    told = SIDES.get(row.get(table.split, "").strip().lower(), "") if table.split else ""
    folder = entry.path.parent.name if not table.label and not table.text else ""
    return Example(
        _shown(entry.path),
        entry.read,
        label=row.get(table.label, "") if table.label else "" if folder.lower() in SIDES else folder,
        group=clean(row.get(table.group, "")) if table.group else "",
        split=told or by_folder,
        text=clean(row.get(table.text, ""), LONGEST_TEXT) if table.text else "",
    )


def _beside(folder: PurePosixPath, name: str) -> PurePosixPath | None:
    """Where a line says that its file lies; None where that is outside."""
    path = PurePosixPath(name.strip().replace("\\", "/"))
    if path.is_absolute() or not path.parts or ".." in path.parts or ":" in path.parts[0]:
        return None
    return folder / path


def _missing(path: PurePosixPath | None, there: frozenset[str], table: Sheet) -> str:
    if path is None:
        return _("{sheet} names a place outside.").format(sheet=table.name)
    if str(path) in there:
        return _("{sheet} names it twice; the first line counts.").format(sheet=table.name)
    return _("{sheet} names it, but it is not there.").format(sheet=table.name)


def _sheet(entry: Entry) -> Sheet:
    if entry.size > sheet.LARGEST_SHEET:
        raise DatasetError(
            _("{name} is larger than such a list can be.").format(name=_shown(entry.path)),
            hint=_("It needs one short line per sound."),
        )
    return sheet.read(entry.path.name.lower(), entry.read())


def _facts(others: Sequence[Entry], top: PurePosixPath) -> dict[str, str]:
    """Read what the maker of a set wrote about it."""
    entry = next((entry for entry in others if entry.path == top / FACTS), None)
    return read_facts(entry.read()) if entry and entry.size <= LARGEST_FACTS else {}


def read_facts(data: bytes) -> dict[str, str]:
    """Read set.toml: title, summary, licence, source, task, made_with; DatasetError where it is damaged."""
    try:
        table = tomllib.loads(data.decode("utf-8"))
    except ValueError as cause:
        raise DatasetError(
            _("{name} is damaged: {reason}.").format(name=FACTS, reason=cause), hint=_("Mend or remove it.")
        ) from cause
    return {key: value for key, value in table.items() if isinstance(value, str)}


def _shown(path: PurePosixPath) -> str:
    return shown(path.name)
