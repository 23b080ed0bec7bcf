"""What the maker of a corpus told of its files: metadata.csv, set.toml, and the folders they lie in."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath

from core.dataset import sheet
from core.dataset.layout import FACTS, LARGEST_FACTS, SOUNDS, Found, read_facts
from core.dataset.naming import LONGEST_TEXT, clean

YES = frozenset({"yes", "true", "1"})


@dataclass(frozen=True)
class Told:
    """What is known of each file.

    top    the folder that holds all sounds
    rows   of metadata.csv and metadata.jsonl, by path
    facts  of set.toml
    """

    top: PurePosixPath
    rows: Mapping[str, sheet.Row]
    facts: Mapping[str, str]

    @classmethod
    def of(cls, found: Found) -> "Told":
        """Read what is told; DatasetError where a table cannot be read."""
        return cls(_top(found), _rows(found), _facts(found))

    def speaker(self, path: PurePosixPath) -> str:
        """Name who speaks: as the table says, else by the folder; "" where all sounds lie in one folder."""
        row = self._row(path)
        told = next((row[column] for column in sheet.GROUPS if row.get(column)), "")
        folders = path.relative_to(self.top).parts[:-1]
        return clean(told or (folders[0] if folders else ""))

    def sentence(self, path: PurePosixPath) -> str:
        """Return the key of the sentence that is said; "" where the table has none."""
        return clean(self._row(path).get("sentence", ""), LONGEST_TEXT)

    def text(self, path: PurePosixPath) -> str:
        """Return the transcript; "" where the table has none."""
        return next((text for column in sheet.TEXTS if (text := self._row(path).get(column, ""))), "")

    def kept(self, path: PurePosixPath, what: str) -> bool:
        """Tell whether the maker keeps this voice, or this sentence, for tests."""
        return self._row(path).get(f"kept_{what}", "").strip().lower() in YES

    def _row(self, path: PurePosixPath) -> sheet.Row:
        return self.rows.get(str(path), {})


def ending(path: PurePosixPath) -> str:
    """Return the ending of a file name in lower case, without the dot."""
    return path.suffix.lower().lstrip(".")


def _top(found: Found) -> PurePosixPath:
    parents = [entry.path.parent for entry in found.entries if ending(entry.path) in SOUNDS] or [PurePosixPath()]
    shared = parents[0]
    while not all(parent.is_relative_to(shared) for parent in parents):
        shared = shared.parent
    return shared


def _rows(found: Found) -> dict[str, sheet.Row]:
    rows: dict[str, sheet.Row] = {}
    for entry in found.entries:
        if entry.path.name.lower() in sheet.NAMES and entry.size <= sheet.LARGEST_SHEET:
            table = sheet.read(entry.path.name.lower(), entry.read())
            for row in table.rows:
                place = row.get(table.file, "").replace("\\", "/").strip()
                rows.setdefault(str(entry.path.parent / place), row)
    return rows


def _facts(found: Found) -> dict[str, str]:
    entry = next((one for one in found.entries if one.path.name == FACTS and one.size <= LARGEST_FACTS), None)
    return read_facts(entry.read()) if entry else {}
