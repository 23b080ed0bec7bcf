"""Small sets of sounds and made-up answers, for tests of what is said about them."""

from collections.abc import Iterable
from hashlib import blake2b
from pathlib import Path

import numpy as np

from core.dataset.prepared import SAMPLES, Item, PreparedSet
from core.evaluation.predictions import Predictions
from core.finetuning.settings import PrepareSettings

RATE = 8_000


def prepared(
    folder: Path, clips: Iterable[tuple[str, str, np.ndarray]], task: str = "classes", rate: int = RATE
) -> PreparedSet:
    """Write clips, each (label, group, samples), as preparing does."""
    items, start, laid = [], 0, []
    for number, (label, group, samples) in enumerate(clips):
        values = np.asarray(samples, np.float32)
        power = float(np.sqrt(np.mean(values.astype(float) ** 2)))
        items.append(
            Item(
                f"{number}.wav", label, group, "", "", start, values.size,
                blake2b(values.tobytes(), digest_size=8).hexdigest(),
                20 * float(np.log10(max(power, 1e-9))), float(np.mean(np.abs(values) >= 0.999)),
            )
        )  # fmt: skip
        start += values.size
        laid.append(values)
    (folder / SAMPLES).write_bytes(np.concatenate(laid).tobytes())
    labels = tuple(sorted({item.label for item in items if item.label}))
    return PreparedSet(folder, "key", "made", task, rate, PrepareSettings(rate), tuple(items), labels)


def noise(
    seed: int, seconds: float = 0.5, low: float = 200.0, high: float = 1000.0, decibels: float = -20.0
) -> np.ndarray:
    """Return noise between two pitches in Hz at a loudness in dB below full scale; never the same twice."""
    count = round(seconds * RATE)
    spectrum = np.fft.rfft(np.random.default_rng(seed).normal(size=count))
    pitch = np.fft.rfftfreq(count, 1 / RATE)
    samples = np.fft.irfft(spectrum * ((pitch >= low) & (pitch <= high)), count)
    return samples / np.sqrt(np.mean(samples**2)) * 10 ** (decibels / 20)


def said(
    targets: Iterable[int],
    answers: Iterable[int],
    classes: int = 3,
    groups: Iterable[str] | None = None,
    confidence: float = 0.9,
    name: str = "after",
) -> Predictions:
    """Return predictions that give each answer with the same confidence."""
    true, given = np.array(list(targets), np.int64), np.array(list(answers), np.int64)
    shares = np.full((true.size, classes), (1 - confidence) / (classes - 1))
    shares[np.arange(true.size), given] = confidence
    heard = tuple(groups) if groups is not None else ("",) * true.size
    return Predictions(name, np.arange(true.size), true, shares, tuple("abcdefghij"[:classes]), heard)


def probable(targets: np.ndarray, probabilities: np.ndarray, groups: tuple[str, ...] = ()) -> Predictions:
    """Return predictions with the probabilities as they are."""
    true = np.asarray(targets, np.int64)
    labels = tuple(str(number) for number in range(probabilities.shape[1]))
    return Predictions("after", np.arange(true.size), true, probabilities, labels, groups or ("",) * true.size)
