"""Read metadata.csv and metadata.jsonl: which file is what, and who made it."""

import codecs
import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from core.dataset.collection import Skipped
from core.errors import DatasetError
from core.text import _

NAMES = ("metadata.csv", "metadata.jsonl")
LARGEST_SHEET = 50_000_000  # bytes
MOST_ROWS = 100_000
MOST_COLUMNS = 100

FILES = ("file_name", "filename", "file", "path", "audio", "audio_path")
LABELS = ("label", "labels", "class", "class_name", "category", "target", "genre", "emotion", "intent", "keyword")
GROUPS = ("group", "speaker", "speaker_id", "speaker_name", "client_id", "recording_id", "session")
SPLITS = ("split", "set", "subset", "partition")
TEXTS = ("text", "transcription", "transcript", "sentence")

Row = Mapping[str, str]


@dataclass(frozen=True)
class Sheet:
    """The rows of one file, and which of their columns says what; "" where none does."""

    name: str
    rows: tuple[Row, ...]
    file: str
    label: str
    group: str
    split: str
    text: str
    skipped: tuple[Skipped, ...] = ()


def read(name: str, data: bytes) -> Sheet:
    """Understand a sheet; broken lines of a .jsonl are listed as skipped.

    Raises DatasetError where it cannot be read at all or does not name files.
    """
    if len(data) > LARGEST_SHEET:
        raise DatasetError(
            _("{name} is larger than such a list can be.").format(name=name),
            hint=_("It needs one short line per sound."),
        )
    text = _decoded(data)
    rows, skipped = _json_rows(name, text) if name.endswith(".jsonl") else _csv_rows(name, text)
    columns = tuple(dict.fromkeys(column for row in rows for column in row))
    file = _first(columns, FILES)
    if not file:
        raise DatasetError(
            _("{name} has no column called file_name.").format(name=name),
            hint=_("Its first line names the columns: file_name, label, and speaker where you know it."),
        )
    group, split, words = (_first(columns, known) for known in (GROUPS, SPLITS, TEXTS))
    label = _first(columns, LABELS) or ("" if words else _only(columns, (file, group, split), rows))
    return Sheet(name, rows, file, label, group, split, words, skipped)


def _decoded(data: bytes) -> str:
    """Tell the encoding as programs write it: UTF-8, UTF-16 with its mark, else Windows' Western European."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16", "replace")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return data.decode("cp1252", "replace")


def _csv_rows(name: str, text: str) -> tuple[tuple[Row, ...], tuple[Skipped, ...]]:
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    try:
        rows = tuple(_csv(name, csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)))
    except csv.Error as cause:
        raise DatasetError(
            _("{name} cannot be read: {reason}.").format(name=name, reason=cause),
            hint=_("Save it again as CSV in UTF-8."),
        ) from cause
    return rows, ()


def _csv(name: str, lines: Iterator[list[str]]) -> Iterator[Row]:
    columns = [column.strip().lower() for column in next(lines, [])][:MOST_COLUMNS]
    for number, line in enumerate(lines):
        _demand_few(name, number)
        if any(line):
            yield dict(zip(columns, line, strict=False))


def _json_rows(name: str, text: str) -> tuple[tuple[Row, ...], tuple[Skipped, ...]]:
    rows: list[Row] = []
    skipped: list[Skipped] = []
    for number, line in enumerate(text.split("\n"), 1):
        _demand_few(name, number)
        if not line.strip():
            continue
        found = _json_object(line)
        if found is None:
            skipped.append(Skipped(name, _("Line {number} cannot be read.").format(number=number)))
        else:
            rows.append(found)
    return tuple(rows), tuple(skipped)


def _json_object(line: str) -> Row | None:
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict) or len(found) > MOST_COLUMNS:
        return None
    plain = {key: value for key, value in found.items() if isinstance(value, str | int | float)}
    return {key.strip().lower(): str(value) for key, value in plain.items()}


def _demand_few(name: str, number: int) -> None:
    if number > MOST_ROWS:
        raise DatasetError(
            _("{name} has more than {most} lines.").format(name=name, most=MOST_ROWS),
            hint=_("Take a part of the set."),
        )


def _first(columns: Sequence[str], known: Sequence[str]) -> str:
    return next((name for name in known if name in columns), "")


def _only(columns: Sequence[str], taken: Sequence[str], rows: Sequence[Row]) -> str:
    """Take the one column that is left as the label, where its values repeat as those of a class do."""
    left = [column for column in columns if column not in taken]
    if len(left) != 1:
        return ""
    values = [row.get(left[0], "") for row in rows]
    return left[0] if len(set(values)) < len(values) else ""
