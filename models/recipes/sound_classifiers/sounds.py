"""Sounds that are no speech: the kinds of the ready set by many other makers, and backgrounds of many colours."""

import zlib
from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from models.recipes.sets import sounds
from models.recipes.sets.recording import record
from models.recipes.sound_classifiers.classes import BACKGROUND
from models.recipes.sound_classifiers.store import Sound
from models.recipes.speech_tiny.utterance import RATE

MAKERS, TAKES = 90, 3  # for training; the tests use the six makers of the ready set, who are never trained on
BACKGROUNDS = 400
TEST_BACKGROUNDS = 30
_SECONDS = (0.5, 2.4)


def made(makers: int = MAKERS, takes: int = TAKES) -> Iterator[Sound]:
    """Make sounds of every kind by makers of their own: each maker's bell stays the same bell."""
    for number in range(1, makers + 1):
        for label, kind in sounds.KINDS.items():
            for take in range(1, takes + 1):
                draws = np.random.default_rng(_seed(f"{label} {number} {take}"))
                maker = np.random.default_rng(_seed(f"{label} {number}"))
                samples = kind(draws.uniform(*_SECONDS), maker, draws).astype(np.float32)
                yield Sound(label, f"classifier-maker-{number}", "made", samples / np.abs(samples).max())


def unheard() -> Iterator[Sound]:
    """Give the ready set's sounds, recorded as that set records them."""
    for maker in sounds.MAKERS:
        for clip in sounds.clips_of(maker):
            yield Sound(clip.label, clip.group, "made", clip.samples)


def backgrounds(count: int = BACKGROUNDS, name: str = "training") -> Iterator[Sound]:
    """Make stretches of steady noise of any colour, hum, and now and then silence, at the level of a background."""
    for number in range(count):
        draws = np.random.default_rng(_seed(f"background {name} {number}"))
        samples = background(round(draws.uniform(0.4, 3.0) * RATE), draws)
        level = np.float32(0.0 if draws.random() < 0.08 else 10 ** (draws.uniform(-80, -12) / 20))
        yield Sound(BACKGROUND, f"background-{name}-{number}", "made", samples * level)


def background(length: int, draws: np.random.Generator) -> NDArray[np.float32]:
    """Draw steady noise whose spectrum bends at random, some of it with mains hum; its mean square is one."""
    frequencies = np.maximum(np.fft.rfftfreq(length, 1 / RATE), 20.0)
    knots = np.array([20.0, 80.0, 250.0, 700.0, 1800.0, 4000.0, 8000.0])
    decibels = draws.normal(0, 5, len(knots)) - draws.uniform(0, 9) * np.log2(knots / 250)
    spectrum = draws.standard_normal(len(frequencies)) + 1j * draws.standard_normal(len(frequencies))
    noise = np.fft.irfft(spectrum * 10 ** (np.interp(np.log(frequencies), np.log(knots), decibels) / 20), length)
    noise /= noise.std()
    if draws.random() < 0.25:
        times, mains = np.arange(length) / RATE, draws.choice((50.0, 60.0))
        parts = (np.sin(2 * np.pi * mains * k * times + draws.uniform(0, 6.3)) / k for k in range(1, 10))
        noise += draws.uniform(0.3, 2) * np.sum(list(parts), axis=0)
    return (noise / noise.std()).astype(np.float32)


def recorded_background(sound: Sound, number: int) -> Sound:
    """Record a stretch of background as the ready set records its sounds, for the tests."""
    draws = np.random.default_rng(_seed(f"recorded {number}"))
    return Sound(sound.label, sound.group, "made", record(sound.samples, sounds.RECORDING, draws))


def _seed(name: str) -> int:
    return zlib.crc32(f"sound classifiers {name}".encode())
