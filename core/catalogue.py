"""Checkpoints worth trying, and the families they belong to, read from one small file without loading anything."""

import tomllib
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

FILE = Path(__file__).resolve().parents[1] / "models" / "catalogue.toml"


@dataclass(frozen=True)
class Suggestion:
    """A checkpoint on the hub that is worth trying.

    megabytes  10^6 bytes to download; 0 where nobody has established it
    language   code such as "en", "many", or "" where sound is not speech
    revision   branch or pull request that holds the safetensors; empty for the main branch
    checked    whether size, licence and file format were found on the checkpoint's own pages
    """

    name: str
    family: str
    title: str
    purpose: str
    megabytes: int
    licence: str
    language: str
    speaks: bool
    classifies: bool
    revision: str
    checked: bool


@dataclass(frozen=True)
class FamilyEntry:
    """What can be known of a family before any of its code runs.

    model_types        values of ``model_type`` in config.json
    parts              prefixes of the weights that are loaded; empty means all of them
    layout             "frames" in time, "patches" of a spectrogram, "stages" of shrinking patches, or "maps" of
                       convolutions, which have no attention
    frames_per_second  frames that a block sees per second of sound; 0 unless the layout is "frames"
    seconds            length to which every clip is padded; 0 where it is not
    """

    name: str
    title: str
    model_types: tuple[str, ...]
    parts: tuple[str, ...]
    layout: str
    frames_per_second: float
    seconds: float
    suggestions: tuple[Suggestion, ...]


@lru_cache(maxsize=1)
def families() -> tuple[FamilyEntry, ...]:
    """Read the catalogue, in the order of the file."""
    with FILE.open("rb") as file:
        return tuple(_family(row) for row in tomllib.load(file)["family"])


def family_of(model_type: str) -> FamilyEntry | None:
    """Find the family that serves a ``model_type`` of config.json."""
    return next((entry for entry in families() if model_type in entry.model_types), None)


def suggestions() -> tuple[Suggestion, ...]:
    """List every suggested checkpoint, family by family."""
    return tuple(row for entry in families() for row in entry.suggestions)


def _family(row: dict[str, Any]) -> FamilyEntry:
    return FamilyEntry(
        name=row["name"],
        title=row["title"],
        model_types=tuple(row["model_types"]),
        parts=tuple(row.get("parts", ())),
        layout=row["layout"],
        frames_per_second=float(row.get("frames_per_second", 0)),
        seconds=float(row.get("seconds", 0)),
        suggestions=tuple(_suggestion(row["name"], entry) for entry in row.get("checkpoint", ())),
    )


def _suggestion(family: str, row: dict[str, Any]) -> Suggestion:
    return Suggestion(
        name=row["name"],
        family=family,
        title=row["title"],
        purpose=row["purpose"],
        megabytes=row.get("megabytes", 0),
        licence=row.get("licence", ""),
        language=row.get("language", ""),
        speaks=row.get("speaks", False),
        classifies=row.get("classifies", False),
        revision=row.get("revision", ""),
        checked=row["checked"],
    )
