"""The outcome of a run on transcripts as a JSON file in the run's folder, read without believing it."""

import json
from dataclasses import fields
from pathlib import Path
from typing import get_type_hints

from core.finetuning.records import built, plain
from core.finetuning.transcription.outcome import TranscriptOutcome
from core.text import _

FILE = "transcripts.json"
LARGEST = 64_000_000  # bytes
FORMAT = 1
TOLD = tuple(field.name for field in fields(TranscriptOutcome) if field.name != "tuned")


def write_outcome(outcome: TranscriptOutcome, folder: Path) -> None:
    """Write an outcome into a run's folder, whole or not at all; OSError where the disk is full."""
    table = {"format": FORMAT, **{name: plain(getattr(outcome, name)) for name in TOLD}}
    part = folder / f"{FILE}.part"
    part.write_text(json.dumps(table, ensure_ascii=False), "utf-8")
    part.replace(folder / FILE)


def read_outcome(folder: Path, tuned: Path) -> TranscriptOutcome:
    """Read what ``write_outcome`` wrote; ``tuned`` is where the taught copy lies.

    ValueError, KeyError, TypeError or OSError where the file is not what it should be.
    """
    path = folder / FILE
    if path.stat().st_size > LARGEST:
        raise ValueError(_("{file} is too large").format(file=FILE))
    table = json.loads(path.read_text("utf-8"))
    if table.pop("format") != FORMAT:
        raise ValueError(_("it was written by another version of Strata"))
    if table.keys() != set(TOLD):
        raise ValueError(_("{file} is not whole").format(file=FILE))
    kinds = get_type_hints(TranscriptOutcome)
    outcome = TranscriptOutcome(tuned=tuned, **{name: built(kinds[name], table[name], name) for name in TOLD})
    wrote = [each.texts for each in (outcome.before, outcome.after, outcome.untrained) if each]
    if any(len(row) != len(outcome.items) for row in (outcome.names, outcome.groups, outcome.said, *wrote)):
        raise ValueError(_("before and after are of different sounds"))
    return outcome
