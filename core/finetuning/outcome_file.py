"""The outcome of a run on disk: a table in JSON and the numbers beside it, read without believing either."""

import json
import math
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from core.dataset.division import Division
from core.evaluation.predictions import Predictions
from core.finetuning.history import History
from core.finetuning.outcome import Inside, Outcome
from core.finetuning.records import built, plain
from core.finetuning.settings import FineTuneSettings, SplitSettings
from core.model_spec import ModelSpec
from core.text import _

FORMAT = 1
TABLE, NUMBERS = "outcome.json", "outcome.npz"
LARGEST = {TABLE: 64_000_000, NUMBERS: 256_000_000}  # bytes
DIMENSIONS = {"items": 1, "targets": 1, "probabilities": 2, "drift": 1, "layer_weights": 1, "span_before": 2}
DIMENSIONS |= {"span_after": 2}
WHOLE = ("items", "targets")


@dataclass(frozen=True)
class _Said:
    """What of predictions is no array."""

    name: str
    labels: tuple[str, ...]
    groups: tuple[str, ...]


@dataclass(frozen=True)
class _Table:
    """What of an outcome is no array."""

    format: int
    run: str
    model: ModelSpec
    data: str
    title: str
    settings: FineTuneSettings
    split: SplitSettings
    divisions: tuple[Division, ...]
    histories: tuple[History, ...]
    before: tuple[_Said, ...]
    after: _Said
    frames: int
    seconds: float
    versions: Mapping[str, str] = field(default_factory=dict)


def write(outcome: Outcome, folder: Path) -> None:
    """Write both files, the table last: where it is, everything is."""
    everyone = (*outcome.before, outcome.after)
    arrays = {
        f"{place}.{name}": getattr(said, name)
        for place, said in enumerate(everyone)
        for name in ("items", "targets", "probabilities")
    }
    inside = ("drift", "layer_weights", "span_before", "span_after")
    arrays |= {f"inside.{name}": getattr(outcome.inside, name) for name in inside}
    part = folder / f"part-{NUMBERS}"
    np.savez(part, **arrays)
    part.replace(folder / NUMBERS)
    said = [_Said(each.name, each.labels, each.groups) for each in everyone]
    table = _Table(
        FORMAT, outcome.run, outcome.model, outcome.data, outcome.title, outcome.settings, outcome.split,
        outcome.divisions, outcome.histories, tuple(said[:-1]), said[-1], outcome.inside.frames, outcome.seconds,
        outcome.versions,
    )  # fmt: skip
    part = folder / f"{TABLE}.part"
    part.write_text(json.dumps(plain(table), ensure_ascii=False), "utf-8")
    part.replace(folder / TABLE)


def read(folder: Path, tuned: Path) -> Outcome:
    """Read what ``write`` wrote; ValueError, KeyError, TypeError or OSError where a file is not what it should be."""
    for name, most in LARGEST.items():
        if (folder / name).stat().st_size > most:
            raise ValueError(_("{file} is too large").format(file=name))
    table: _Table = built(_Table, json.loads((folder / TABLE).read_text("utf-8")))
    if table.format != FORMAT:
        raise ValueError(_("it was written by another version of Strata"))
    arrays = _arrays(folder / NUMBERS)
    everyone = [_predictions(said, arrays, place) for place, said in enumerate((*table.before, table.after))]
    if any(not np.array_equal(said.items, everyone[-1].items) for said in everyone):
        raise ValueError(_("before and after are of different sounds"))
    inside = {name: arrays[f"inside.{name}"] for name in ("drift", "layer_weights", "span_before", "span_after")}
    return Outcome(
        run=table.run, model=table.model, data=table.data, title=table.title, settings=table.settings,
        split=table.split, divisions=table.divisions, histories=table.histories, before=tuple(everyone[:-1]),
        after=everyone[-1], inside=Inside(**inside, frames=table.frames), tuned=tuned, seconds=table.seconds,
        versions=table.versions,
    )  # fmt: skip


def _arrays(path: Path) -> dict[str, Any]:
    """Read the arrays; what they unpack to is bounded before any of it is unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            if sum(entry.file_size for entry in archive.infolist()) > LARGEST[NUMBERS]:
                raise ValueError(_("{file} is too large").format(file=NUMBERS))
        with np.load(path, allow_pickle=False) as archive:
            found = {name: archive[name] for name in archive.files}
    except (zipfile.BadZipFile, EOFError) as cause:
        raise ValueError(_("{file} is not whole").format(file=NUMBERS)) from cause
    for name, array in found.items():
        kind = name.rpartition(".")[2]
        if array.dtype != (np.int64 if kind in WHOLE else np.float64) or array.ndim != DIMENSIONS[kind]:
            raise ValueError(name)
        array.setflags(write=False)
    return found


def _predictions(said: _Said, arrays: Mapping[str, Any], place: int) -> Predictions:
    items, targets, probabilities = (arrays[f"{place}.{name}"] for name in ("items", "targets", "probabilities"))
    count, classes = len(items), len(said.labels)
    if targets.shape != (count,) or probabilities.shape != (count, classes) or len(said.groups) != count:
        raise ValueError(said.name)
    if count and (targets.min() < 0 or targets.max() >= classes or items.min() < 0):
        raise ValueError(said.name)
    worst = float(np.abs(probabilities.sum(1) - 1).max()) if count else 0.0
    if not math.isfinite(worst) or worst > 1e-3 or (count and probabilities.min() < 0):
        raise ValueError(said.name)
    return Predictions(said.name, items, targets, probabilities, said.labels, said.groups)
