"""A small prepared set: tones of two pitches and noise, said by four groups."""

from pathlib import Path

import numpy as np

from core.dataset.division import Division
from core.dataset.prepared import SAMPLES, Item, PreparedSet
from core.finetuning.settings import PrepareSettings

RATE = 16_000
LABELS = ("high", "low", "noise")
PITCH = {"high": 1_600.0, "low": 300.0}


def made(folder: Path, count: int = 24, seconds: tuple[float, ...] = (0.2,), unlabelled: int = 0) -> PreparedSet:
    """Write ``count`` sounds, classes in turn, lengths in turn, the last ones without a label."""
    random = np.random.default_rng(0)
    items, waves, start = [], [], 0
    for number in range(count):
        label = LABELS[number % 3]
        time = np.arange(round(seconds[number % len(seconds)] * RATE)) / RATE
        tone = np.sin(2 * np.pi * PITCH.get(label, 0.0) * random.uniform(0.9, 1.1) * time + random.uniform(0, 6))
        wave = (0.1 * tone + 0.02 * random.normal(size=time.size)).astype(np.float32)
        told = label if number < count - unlabelled else ""
        group = f"voice {number // 3 % 4}"
        items.append(Item(f"{number}.wav", told, group, "", "", start, wave.size, f"{number:016x}", -20.0, 0.0))
        waves.append(wave)
        start += wave.size
    folder.mkdir(parents=True, exist_ok=True)
    np.concatenate(waves).tofile(folder / SAMPLES)
    key = f"{count:08x}{unlabelled:08x}{round(1000 * sum(seconds)):016x}"
    return PreparedSet(folder, key, "tones", "classes", RATE, PrepareSettings(), tuple(items), LABELS)


def halves(data: PreparedSet, validation: int = 6, test: int = 6) -> Division:
    """Take the first sounds for learning, then some for stopping, then some for the test; what has no label apart."""
    places = [place for place, item in enumerate(data.items) if item.label]
    train = places[: len(places) - validation - test]
    rest = places[len(train) :]
    unlabelled = tuple(place for place, item in enumerate(data.items) if not item.label)
    return Division("", "file", tuple(train), tuple(rest[:validation]), tuple(rest[validation:]), unlabelled)
