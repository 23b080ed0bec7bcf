"""The table beside prepared sounds, set.json: written once, and believed only after every value was looked at."""

import json
import math
import re
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any, Literal, get_args, get_origin, get_type_hints

from core.dataset.collection import Skipped, Task
from core.dataset.naming import LONGEST_NAME, LONGEST_TEXT, MOST_CLASSES
from core.dataset.prepared import SAMPLES, TABLE, Item, PreparedSet
from core.errors import DatasetError
from core.finetuning.settings import PrepareSettings
from core.text import _

FORMAT = 1
KEY = re.compile(r"[0-9a-f]{32}")
FINGERPRINT = re.compile(r"[0-9a-f]{16}")
LARGEST_TABLE = 100_000_000  # bytes
MOST_ITEMS = 20_000
MOST_SKIPPED = 1_000
SAMPLE_BYTES = 4


def written(data: PreparedSet) -> bytes:
    """Write the table of a set, its folder left out."""
    table = {field.name: getattr(data, field.name) for field in fields(data) if field.name != "folder"}
    plain = {
        "settings": asdict(data.settings),
        "items": [asdict(item) for item in data.items],
        "skipped": [asdict(entry) for entry in data.skipped[:MOST_SKIPPED]],
    }
    return json.dumps({"format": FORMAT} | table | plain, ensure_ascii=False).encode()


def opened(folder: Path) -> PreparedSet:
    """Open a folder of prepared sounds, wherever it comes from.

    Raises DatasetError where a file is missing, and where table and sounds do not fit together.
    """
    path, sounds = folder / TABLE, folder / SAMPLES
    try:
        if path.stat().st_size > LARGEST_TABLE:
            raise _damaged(folder, _("its table is too large"))
        table = json.loads(path.read_bytes())
        size = sounds.stat().st_size
    except OSError as cause:
        raise DatasetError(
            _("The folder {name} holds no prepared sounds.").format(name=folder.name),
            hint=_("Choose a folder that holds {table} and {samples}.").format(table=TABLE, samples=SAMPLES),
        ) from cause
    except (ValueError, RecursionError) as cause:
        raise _damaged(folder, _("its table is no JSON")) from cause
    try:
        data = _data(folder, table)
        _demand_fitting(data, size)
    except (KeyError, TypeError, ValueError) as cause:
        raise _damaged(folder, str(cause)) from cause
    return data


def _damaged(folder: Path, reason: str) -> DatasetError:
    return DatasetError(
        _("The prepared sounds in {name} are damaged: {reason}.").format(name=folder.name, reason=reason),
        hint=_("Remove the folder and prepare the sounds again."),
    )


def _data(folder: Path, table: Any) -> PreparedSet:
    if not isinstance(table, dict) or table.get("format") != FORMAT:
        raise ValueError(f"format is not {FORMAT}")
    if len(table["items"]) > MOST_ITEMS or len(table["skipped"]) > MOST_SKIPPED:
        raise ValueError("too many items")
    names = ("key", "title", "licence", "source")
    return PreparedSet(
        folder=folder,
        **{name: _of(table[name], str, name) for name in names},
        task=_of(table["task"], Task, "task"),
        sample_rate=_of(table["sample_rate"], int, "sample_rate"),
        settings=_record(PrepareSettings, table["settings"]),
        items=tuple(_record(Item, row) for row in _of(table["items"], list, "items")),
        labels=tuple(_of(label, str, "labels") for label in _of(table["labels"], list, "labels")),
        skipped=tuple(_record(Skipped, row) for row in _of(table["skipped"], list, "skipped")),
    )


def _record(kind: Any, row: Any) -> Any:
    """Build a dataclass from a row whose names and types are exactly its own."""
    hints = get_type_hints(kind)
    if not isinstance(row, dict) or row.keys() != hints.keys():
        raise ValueError(f"{kind.__name__} has other fields")
    return kind(**{name: _of(value, hints[name], name) for name, value in row.items()})


def _of(value: Any, kind: Any, name: str) -> Any:
    if get_origin(kind) is Literal:
        if not isinstance(value, str) or value not in get_args(kind):
            raise ValueError(f"{name} is {value!r:.40}")
    elif kind is float:
        if not isinstance(value, int | float) or isinstance(value, bool) or not math.isfinite(value):
            raise ValueError(f"{name} is no number")
        return float(value)
    elif not isinstance(value, kind) or (kind is int and isinstance(value, bool)):
        raise ValueError(f"{name} is no {kind.__name__}")
    return value


def _demand_fitting(data: PreparedSet, size: int) -> None:
    """Compare the table with itself and with the size of the file of samples."""
    if not KEY.fullmatch(data.key):
        raise ValueError("key")
    if not data.items or size % SAMPLE_BYTES or sum(item.count for item in data.items) * SAMPLE_BYTES != size:
        raise ValueError("sounds and table do not fit together")
    if data.sample_rate != data.settings.sample_rate or not 8_000 <= data.sample_rate <= 48_000:
        raise ValueError("sample_rate")
    if len(set(data.labels)) != len(data.labels) or "" in data.labels or len(data.labels) > MOST_CLASSES:
        raise ValueError("labels")
    if {item.label for item in data.items} - {""} != set(data.labels) and data.task == "classes":
        raise ValueError("labels")
    place = 0
    for item in data.items:
        if item.start != place or item.count < 1:
            raise ValueError(f"item at {item.start}")
        place += item.count
        _demand_sensible(item)


def _demand_sensible(item: Item) -> None:
    if not FINGERPRINT.fullmatch(item.fingerprint) or not 0 <= item.clipped <= 1:
        raise ValueError("fingerprint or clipped")
    if max(map(len, (item.name, item.label, item.group))) > LONGEST_NAME + 1 or len(item.text) > LONGEST_TEXT:
        raise ValueError("a name is too long")
