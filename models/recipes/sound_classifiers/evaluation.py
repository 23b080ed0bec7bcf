"""What a trained network answers on sounds that it was never trained on."""

from collections.abc import Iterable, Sequence
from typing import Any

import numpy as np
import torch

from core.evaluation.calibration import ECE, floor
from core.evaluation.intervals import estimate
from core.evaluation.metrics import ACCURACY, score
from core.evaluation.predictions import Predictions
from models.recipes.sound_classifiers import digits, sounds
from models.recipes.sound_classifiers.classes import LABELS, NUMBERS
from models.recipes.sound_classifiers.store import Sound
from models.recipes.speech_tiny.utterance import RATE


def unheard_sounds() -> list[Sound]:
    """Return sounds that are no speech by makers who are never trained on, and backgrounds drawn for the tests."""
    steady = enumerate(sounds.backgrounds(sounds.TEST_BACKGROUNDS, "tests"))
    heard = [sounds.recorded_background(sound, number) for number, sound in steady if sound.samples.any()]
    return [*sounds.unheard(), *heard]


def unheard_voice() -> list[Sound]:
    """Return digits spoken by the synthetic voice that is never trained on."""
    return list(digits.unheard())


@torch.inference_mode()
def answered(model: Any, extractor: Any, heard: Sequence[Sound]) -> Predictions:
    """Return the probabilities that a network gives all classes, one sound at a time as the app runs it."""
    said = [
        torch.softmax(model(**extractor(sound.samples, sampling_rate=RATE, return_tensors="pt")).logits[0].double(), -1)
        for sound in heard
    ]
    return Predictions(
        "after",
        np.arange(len(heard)),
        np.array([NUMBERS[sound.label] for sound in heard]),
        torch.stack(said).numpy(),
        LABELS,
        tuple(sound.group for sound in heard),
    )


def together(parts: Iterable[Predictions]) -> Predictions:
    """Put the answers of several tests one after the other."""
    kept = list(parts)
    return Predictions(
        kept[0].name,
        np.arange(sum(len(part.items) for part in kept)),
        np.concatenate([part.targets for part in kept]),
        np.concatenate([part.probabilities for part in kept]),
        kept[0].labels,
        tuple(group for part in kept for group in part.groups),
    )


def figures(predictions: Predictions) -> dict[str, Any]:
    """Return the share right with its interval, that of every class, and how far confidence can be believed."""
    found = estimate(ACCURACY, predictions)
    return {
        "accuracy": found.value, "low": found.low, "high": found.high, "interval": found.method, "clips": found.n,
        "groups": predictions.speakers, "calibration_error": float(score(ECE, predictions)),
        "calibration_floor": floor(predictions).mean,
        "classes": {
            LABELS[number]: float(predictions.correct[predictions.targets == number].mean())
            for number in np.unique(predictions.targets)
        },
    }  # fmt: skip


def by_group(predictions: Predictions) -> dict[str, float]:
    """Return the share right of each speaker."""
    groups = np.array(predictions.groups)
    return {name: float(predictions.correct[groups == name].mean()) for name in sorted(set(predictions.groups))}
