"""A set of labelled clips as one zip in audiofolder layout: set.toml, metadata.csv and Ogg Opus."""

import csv
import io
import zipfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.recipes.sets.ogg import encode

EPOCH = (2026, 1, 1, 0, 0, 0)  # of every entry, so that the same clips are the same bytes
COLUMNS = ("file_name", "label", "group", "split", "text")
SOURCE = "made for Strata by models/recipes/sets"
LICENCE = "CC0-1.0"


@dataclass(frozen=True)
class LabelledClip:
    """One clip, mono at 16 kHz: its name, its class, who or what made it, and what is said where something is."""

    name: str
    label: str
    group: str
    text: str
    samples: NDArray[np.float32]


@dataclass(frozen=True)
class Recipe:
    """A set to make: `clips` gives all its clips, `made_with` the programs and their versions.

    The summary may hold {clips} and {groups}: how many there are.
    """

    name: str
    title: str
    summary: str
    clips: Callable[[], Sequence[LabelledClip]]
    made_with: Callable[[], str]
    language: str = ""


def write(recipe: Recipe, folder: Path) -> Path:
    """Make all clips and write the zip; return where it lies."""
    clips = recipe.clips()
    path = folder / f"{recipe.name}.zip"
    table = ((place(clip), clip.label, clip.group, "", clip.text) for clip in clips)
    pack(path, _facts(recipe, clips), (COLUMNS, *table), ((place(clip), encode(clip.samples)) for clip in clips))
    return path


def pack(
    path: Path, facts: Mapping[str, str], table: Iterable[Sequence[str]], sounds: Iterable[tuple[str, bytes]]
) -> None:
    """Write facts, table (names of its columns first) and sounds with their places into one zip."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, "set.toml", "".join(f'{name} = "{value}"\n' for name, value in facts.items()).encode())
        _add(archive, "metadata.csv", _written(table).encode())
        for name, data in sounds:
            _add(archive, name, data)


def place(clip: LabelledClip) -> str:
    """Return the name of a clip's file within the zip."""
    return f"{clip.label}/{clip.name}.ogg"


def _add(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    entry = zipfile.ZipInfo(name, EPOCH)
    entry.compress_type = zipfile.ZIP_STORED if name.endswith(".ogg") else zipfile.ZIP_DEFLATED
    archive.writestr(entry, data)


def _facts(recipe: Recipe, clips: Sequence[LabelledClip]) -> dict[str, str]:
    facts = {
        "title": recipe.title,
        "summary": recipe.summary.format(clips=len(clips), groups=len({clip.group for clip in clips})),
        "licence": LICENCE,
        "source": SOURCE,
        "task": "classes",
        "made_with": recipe.made_with(),
    }
    if recipe.language:
        facts["language"] = recipe.language
    return facts


def _written(table: Iterable[Sequence[str]]) -> str:
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerows(table)
    return text.getvalue()
