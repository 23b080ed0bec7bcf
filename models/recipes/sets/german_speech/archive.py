"""The set as a zip in audiofolder layout: Ogg Opus, metadata.csv, set.toml."""

import csv
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path

import soundfile

from models.recipes.sets.german_speech.speech import Spoken
from models.recipes.speech_tiny.utterance import RATE

EPOCH = (2026, 1, 1, 0, 0, 0)  # of every entry
COMPRESSION = 0.92  # of Opus, 0 to 1: about 29 kbit/s
COLUMNS = ("file_name", "text", "group", "split")
SET = """\
title = "German sentences"
summary = "{count} short German sentences with what is said, {minutes:.1f} minutes by {voices} synthetic voices."
licence = "CC0-1.0"
source = "Made for Strata: sentences written for it, spoken by espeak-ng; models/recipes/sets/german_speech."
task = "transcripts"
made_with = "espeak-ng"
language = "de"
"""


def write_archive(clips: Sequence[Spoken], path: Path) -> None:
    """Write sounds, table and facts into one zip."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        _add(archive, "set.toml", _facts(clips).encode())
        _add(archive, "metadata.csv", _table(clips).encode())
        for clip in clips:
            _add(archive, _place(clip), _opus(clip))


def _add(archive: zipfile.ZipFile, name: str, data: bytes) -> None:
    entry = zipfile.ZipInfo(name, EPOCH)
    entry.compress_type = zipfile.ZIP_STORED if name.endswith(".ogg") else zipfile.ZIP_DEFLATED
    archive.writestr(entry, data)


def _place(clip: Spoken) -> str:
    return f"{clip.side}/{clip.name}.ogg"


def _facts(clips: Sequence[Spoken]) -> str:
    minutes = sum(clip.seconds for clip in clips) / 60
    return SET.format(count=len(clips), minutes=minutes, voices=len({clip.voice for clip in clips}))


def _table(clips: Sequence[Spoken]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows((_place(clip), clip.text, clip.voice, clip.side) for clip in clips)
    return text.getvalue()


def _opus(clip: Spoken) -> bytes:
    file = io.BytesIO()
    soundfile.write(file, clip.samples, RATE, format="OGG", subtype="OPUS", compression_level=COMPRESSION)
    return file.getvalue()
