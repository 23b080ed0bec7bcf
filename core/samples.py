"""The clips that ship with Strata."""

import tomllib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from jaxtyping import UInt8

from core import sound, textgrid
from core.clip import Clip
from core.errors import ClipError
from core.spectrogram import spectrogram
from core.text import _

FOLDER = Path(__file__).resolve().parents[1] / "models" / "samples"
LIST = "samples.toml"
OUTLINES = "tiles.npz"


@dataclass(frozen=True)
class Fact:
    """Something that was put into a clip on purpose: from ``start`` to ``end`` seconds, ``low_hz`` to ``high_hz``."""

    start: float
    end: float
    low_hz: float
    high_hz: float
    label: str = ""


@dataclass(frozen=True)
class Sample:
    """What is known of a clip before its sound is read.

    name      short and without spaces, for the link
    title     plain words
    kind      speech, digits or sound
    language  code such as "en"; empty where nobody speaks
    text      what is said
    facts     what was put in
    """

    name: str
    path: Path
    title: str
    kind: str = "speech"
    language: str = ""
    voice: str = ""
    licence: str = ""
    made_with: str = ""
    text: str = ""
    facts: tuple[Fact, ...] = ()


def samples(folder: Path = FOLDER) -> dict[str, Sample]:
    """List the clips of a folder by name, in the order of its list; none where there is no list.

    Raises ClipError where the list is damaged.
    """
    path = folder / LIST
    if not path.is_file():
        return {}
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
        return {name: _sample(name, table, folder) for name, table in tables.items() if isinstance(table, dict)}
    except (KeyError, TypeError, ValueError) as error:
        raise ClipError(
            _("The list of sample clips is damaged: {reason}.").format(reason=error),
            hint=_("Restore {path}.").format(path=path.name),
        ) from error


def load(sample: Sample) -> Clip:
    """Read the sound of a sample, and its tiers from the TextGrid beside it where there is one.

    Raises ClipError where a file is missing or damaged.
    """
    try:
        clip = replace(sound.decode(sample.path.name, sample.path.read_bytes()).clip, name=sample.title)
        beside = sample.path.with_suffix(".TextGrid")
        grid = textgrid.read(beside.name, beside.read_bytes()) if beside.is_file() else None
    except OSError as error:
        raise ClipError(
            _("The sample {title} cannot be read.").format(title=sample.title), hint=_("Choose another sample.")
        ) from error
    return clip.with_tiers(grid.tiers) if grid else clip


@dataclass(frozen=True, eq=False)
class Outline:
    """What a tile shows of a sample: its length in seconds and a tiny spectrogram, row 0 the lowest band."""

    seconds: float
    picture: UInt8[np.ndarray, "height width"]


def outlines(folder: Path = FOLDER) -> dict[str, Outline]:
    """Read what the tiles show of all samples, without opening any sound; made by ``write_outlines``."""
    path = folder / OUTLINES
    if not path.is_file():
        return {}
    with np.load(path, allow_pickle=False) as archive:
        return {name: Outline(float(archive[f"seconds_{name}"]), archive[name]) for name in archive["names"].tolist()}


def write_outlines(folder: Path = FOLDER) -> None:
    """Draw what the tiles show of all samples, once."""
    arrays: dict[str, Any] = {"names": np.array(list(samples(folder)))}
    for name, sample in samples(folder).items():
        clip = load(sample)
        arrays |= {name: thumbnail(clip), f"seconds_{name}": np.array(clip.seconds)}
    np.savez_compressed(folder / OUTLINES, **arrays)


def thumbnail(clip: Clip, width: int = 96, height: int = 32) -> UInt8[np.ndarray, "height width"]:
    """Draw a mel spectrogram small enough for a tile; row 0 is the lowest band, 255 is the loudest."""
    fine = spectrogram(clip).quantised()
    return _pooled(_pooled(fine, height).T, width).T


def _pooled(values: UInt8[np.ndarray, "rows columns"], rows: int) -> UInt8[np.ndarray, "less columns"]:
    """Keep the largest of each group of rows, so that a click stays visible; rows are repeated where there are few."""
    edges = np.arange(rows) * len(values) // rows
    return np.maximum.reduceat(values, edges, axis=0)


def _sample(name: str, table: dict[str, Any], folder: Path) -> Sample:
    known = {
        key: str(table[key]) for key in ("kind", "language", "voice", "licence", "made_with", "text") if key in table
    }
    facts = tuple(_fact(fact) for fact in table.get("facts", ()))
    # only files of this folder
    path = folder / Path(table["file"]).name
    return Sample(name, path, str(table["title"]), facts=facts, **known)


def _fact(table: dict[str, Any]) -> Fact:
    start, end, low, high = (float(table[key]) for key in ("start", "end", "low_hz", "high_hz"))
    return Fact(start, end, low, high, str(table.get("label", "")))
