"""Measure an exported checkpoint beside an untaught network, and write down what it cost to train."""

import datetime
import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import numpy as np
import torch

from core.audio_backend import transformers
from models.recipes.speech_self.batches import KEPT_GROUPS
from models.recipes.speech_self.measures import SECONDS, SPAN, held_out, measure
from models.recipes.speech_self.network import DISTRACTORS, Learner
from models.recipes.speech_tiny.augmentation import Sound
from models.recipes.speech_tiny.corpus import describe
from models.recipes.speech_tiny.evaluation import read_sound
from models.recipes.speech_tiny.report import processor, software
from models.recipes.speech_tiny.utterance import RATE

FILE = "evaluation.json"
PEOPLE = "real people saying digits one after another (Free Spoken Digit Dataset)"
_STRETCHES = 25  # of each person
_UNTAUGHT = 11  # seed


def evaluate(checkpoint: Path, corpus: Path, run: Path, digit_folder: Path | None) -> dict[str, Any]:
    """Measure the checkpoint as it lies on disk and write evaluation.json beside it."""
    learner, untaught = loaded(checkpoint), _untaught()
    sets = held_out(corpus) | ({PEOPLE: people(digit_folder)} if digit_folder else {})
    told = describe(corpus, "train")
    hours: Any = told["hours_of_group"]
    report = {
        "sets": {
            name: {"learned": asdict(measure(learner, sounds)), "untaught": asdict(measure(untaught, sounds))}
            for name, sounds in sets.items()
        },
        "asked": {"distractors": DISTRACTORS, "seconds": SECONDS, "hole_frames": SPAN},
        "model": {
            "parameters": sum(part.numel() for part in learner.parameters()),
            "bytes": (checkpoint / "model.safetensors").stat().st_size,
        },
        "training": _training(run),
        "corpus": {
            "hours": sum(value for name, value in hours.items() if name not in KEPT_GROUPS),
            "groups": {name: value for name, value in hours.items() if name not in KEPT_GROUPS},
        },
        "measured": {"date": datetime.datetime.now(tz=datetime.UTC).date().isoformat(), **software()},
    }
    (checkpoint / FILE).write_text(json.dumps(report, indent=1) + "\n")
    return report


def loaded(checkpoint: Path) -> Learner:
    """Open a checkpoint as the network that was trained."""
    learner = Learner()
    learner.model = transformers.Wav2Vec2ForPreTraining.from_pretrained(
        checkpoint, dtype=torch.float32, attn_implementation="eager"
    )
    return learner.eval()


def people(folder: Path) -> list[Sound]:
    """Join the recordings of each person, files named digit_speaker_recording.wav, to stretches of 3 s."""
    source, length = np.random.default_rng(4), round(SECONDS * RATE)
    paths = sorted(folder.glob("[0-9]_*_*.wav"))
    found = []
    for speaker in sorted({path.stem.split("_")[1] for path in paths}):
        own = [path for path in paths if path.stem.split("_")[1] == speaker]
        found += [_joined(own, length, source) for _ in range(_STRETCHES)]
    return found


def _joined(paths: Sequence[Path], length: int, source: np.random.Generator) -> Sound:
    parts: list[Sound] = []
    while sum(part.size for part in parts) < length:
        parts.append(read_sound(paths[int(source.integers(len(paths)))]))
    return np.concatenate(parts)[:length]


def _untaught() -> Learner:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(_UNTAUGHT)
        return Learner().eval()


def _training(run: Path) -> dict[str, Any]:
    """Return the last figures of the training log."""
    last = json.loads((run / "log.jsonl").read_text().splitlines()[-1])
    return {"steps": last["steps"], "minutes": last["minutes"], "hours_heard": last["hours"], "processor": processor()}
