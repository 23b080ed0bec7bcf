"""Sounds, zips, folders and tables of prepared sets, made on the spot."""

import io
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import soundfile

from core.dataset.prepared import Item, PreparedSet
from core.finetuning.settings import PrepareSettings

RATE = 16_000


def tone(hertz: float = 440.0, seconds: float = 0.25, level: float = 0.5, rate: int = RATE) -> np.ndarray:
    return (level * np.sin(2 * np.pi * hertz * np.arange(round(seconds * rate)) / rate)).astype(np.float32)


def wav(samples: np.ndarray, rate: int = RATE) -> bytes:
    target = io.BytesIO()
    soundfile.write(target, samples, rate, format="WAV", subtype="FLOAT")
    return target.getvalue()


def sound(hertz: float = 440.0, seconds: float = 0.25) -> bytes:
    """A file that differs from all others with another frequency."""
    return wav(tone(hertz, seconds))


def zipped(files: Mapping[str, bytes], folders: Sequence[str] = ()) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as file:
        for name in folders:
            file.writestr(f"{name}/", b"")
        for name, data in files.items():
            file.writestr(name, data)
    return target.getvalue()


def foldered(files: Mapping[str, bytes], place: Path, folders: Sequence[str] = ()) -> Path:
    place.mkdir(parents=True, exist_ok=True)
    for name in folders:
        (place / name).mkdir(parents=True)
    for name, data in files.items():
        (place / name).parent.mkdir(parents=True, exist_ok=True)
        (place / name).write_bytes(data)
    return place


def item(label: str, group: str = "", fingerprint: str = "", split: str = "", text: str = "", place: int = 0) -> Item:
    return Item(f"{place}.wav", label, group, split, text, place, 1, fingerprint or f"{place:016x}", -20.0, 0.0)


def prepared(rows: Sequence[Mapping[str, str]], task: str = "classes") -> PreparedSet:
    """A set of one sample per item, of which only the table is there."""
    items = tuple(item(**{"label": ""} | dict(row), place=place) for place, row in enumerate(rows))
    labels = tuple(sorted({entry.label for entry in items} - {""}))
    return PreparedSet(Path("nowhere"), "0" * 32, "made", task, RATE, PrepareSettings(), items, labels)
