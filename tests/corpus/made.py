"""Zips and folders of the planted corpus, whole and broken."""

import io
import zipfile
from collections.abc import Mapping
from pathlib import Path

import soundfile

from core import textgrid
from core.corpus.corpus import Corpus
from core.tiers import Interval, Tiers
from tests.corpus.planted import RATE


def files_of(corpus: Corpus) -> dict[str, bytes]:
    """Lay a corpus out as people do: a folder for each voice, a WAV and a TextGrid for each sentence."""
    files: dict[str, bytes] = {}
    for index, utterance in enumerate(corpus.utterances):
        place = f"{utterance.speaker}/{index:03d}"
        clip = corpus.clip(index)
        files[f"{place}.wav"] = wav(clip.samples)
        files[f"{place}.TextGrid"] = textgrid.write(clip.tiers, clip.seconds)
    return files


def zipped(files: Mapping[str, bytes]) -> bytes:
    """Pack files into a zip."""
    data = io.BytesIO()
    with zipfile.ZipFile(data, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return data.getvalue()


def unpacked(files: Mapping[str, bytes], folder: Path) -> Path:
    """Write files into a folder."""
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return folder


def wav(samples: object) -> bytes:
    """Write samples as a WAV file at 16 kHz."""
    data = io.BytesIO()
    soundfile.write(data, samples, RATE, format="WAV", subtype="PCM_16")
    return data.getvalue()


def grid(seconds: float, **rows: list[tuple[float, float, str]]) -> bytes:
    """Write a TextGrid with rows of (start, end, label)."""
    tiers = Tiers(tuple((name, tuple(Interval(*item) for item in row)) for name, row in rows.items()))
    return textgrid.write(tiers, seconds)
