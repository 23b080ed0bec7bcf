"""Measure an exported network, and all its folds, and write down what training cost: evaluation.json."""

import datetime
import json
from pathlib import Path
from typing import Any

import torch

from core.audio_backend import transformers
from models.recipes.sound_classifiers.corpus import CorpusSettings, changed_clips, raw_sounds
from models.recipes.sound_classifiers.digits import SPEAKERS, recorded
from models.recipes.sound_classifiers.evaluation import (
    answered,
    by_group,
    figures,
    together,
    unheard_sounds,
    unheard_voice,
)
from models.recipes.sound_classifiers.export import LEFT_OUT
from models.recipes.sound_classifiers.networks import Network
from models.recipes.sound_classifiers.store import Sound
from models.recipes.sound_classifiers.training import NOBODY, STATE, trained
from models.recipes.speech_tiny.report import FILE, processor, software
from models.recipes.speech_tiny.utterance import RATE


def evaluate(network: Network, corpus: CorpusSettings, runs: Path, checkpoint: Path) -> dict[str, Any]:
    """Measure the checkpoint as it lies on disk and the folds as they lie in their runs; write evaluation.json."""
    model = transformers.AutoModelForAudioClassification.from_pretrained(checkpoint, dtype=torch.float32).eval()
    extractor = transformers.AutoFeatureExtractor.from_pretrained(checkpoint)
    real = list(recorded(corpus.recordings))
    sets = {
        "digits": [sound for sound in real if sound.group == LEFT_OUT],
        "voice": unheard_voice(),
        "sounds": unheard_sounds(),
    }
    report = {
        "left_out": LEFT_OUT,
        "sets": {name: figures(answered(model, extractor, heard)) for name, heard in sets.items()},
        "leave_one_out": _folds(network, runs, real),
        "model": {
            "parameters": sum(weight.numel() for weight in model.parameters()),
            "bytes": (checkpoint / "model.safetensors").stat().st_size,
        },
        "training": _training(network, runs),
        "corpus": _corpus(corpus),
        "measured": {"date": datetime.datetime.now(tz=datetime.UTC).date().isoformat(), **software()},
    }
    (checkpoint / FILE).write_text(json.dumps(report, indent=1) + "\n")
    return report


def _folds(network: Network, runs: Path, real: list[Sound]) -> dict[str, Any]:
    """Let each fold answer the recordings of the speaker that it was trained without."""
    said = [
        answered(*trained(network, runs / speaker), [sound for sound in real if sound.group == speaker])
        for speaker in SPEAKERS
    ]
    whole = together(said)
    return figures(whole) | {"speakers": by_group(whole)}


def _training(network: Network, runs: Path) -> dict[str, Any]:
    minutes = {name: torch.load(runs / name / STATE, weights_only=True)["seconds"] / 60 for name in (NOBODY, *SPEAKERS)}
    return {
        "steps": network.steps, "fold_steps": network.fold_steps, "batch": network.batch,
        "minutes": round(minutes[NOBODY] + minutes[LEFT_OUT]), "minutes_of_all_folds": round(sum(minutes.values())),
        "processor": processor(),
    }  # fmt: skip


def _corpus(corpus: CorpusSettings) -> dict[str, Any]:
    raw, parts = raw_sounds(corpus), changed_clips(corpus)
    origins = ("real", "synthetic", "made")
    return {
        "sounds": {origin: raw.origins.count(origin) for origin in origins},
        "clips": {origin: sum(part.origins.count(origin) for part in parts) for origin in origins},
        "hours": sum(float(part.starts[-1]) for part in parts) / RATE / 3600,
        "voices": len({group for group, origin in zip(raw.groups, raw.origins, strict=True) if origin == "synthetic"}),
        "makers": corpus.makers,
    }
