"""How a clip was recorded: a room, a noise in the background, a microphone, a level, a little silence around it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.recipes.speech_tiny.augmentation import add_noise, coloured_noises, filtered, rooms, shaped
from models.recipes.speech_tiny.utterance import RATE

Sound = NDArray[np.float32]
MARGINS = (0.03, 0.08)  # seconds of silence before and after
PEAKS = (-20.0, -3.0)  # of full scale, in dB
_EDGE = 0.008  # seconds in which a cut sound comes and goes
# frequencies (Hz) at which a microphone's response is drawn
_RESPONSE = np.array([0.0, 120.0, 300.0, 700.0, 1500.0, 3000.0, 5500.0, 8000.0])


@dataclass(frozen=True)
class RecordingSettings:
    """Shares of clips with a room and with an audible noise, and how far (dB) the noise lies below the sound."""

    room: float = 0.3
    noisy: float = 0.3
    noisy_decibels: tuple[float, float] = (10.0, 20.0)
    quiet_decibels: tuple[float, float] = (28.0, 45.0)
    microphone: float = 2.0  # dB, spread of the response


def record(sound: Sound, settings: RecordingSettings, source: np.random.Generator) -> Sound:
    """Record a sound at 16 kHz: what lies around it is the background only."""
    before, after = (round(source.uniform(*MARGINS) * RATE) for _ in range(2))
    samples = np.pad(faded(sound), (before, after))
    if source.random() < settings.room:
        responses = rooms()
        samples = filtered(samples, responses[source.integers(len(responses))])
    noisy = source.random() < settings.noisy
    decibels = source.uniform(*(settings.noisy_decibels if noisy else settings.quiet_decibels))
    samples = add_noise(samples, _background(len(samples), source), decibels)
    samples = shaped(samples, (_RESPONSE, source.normal(0, settings.microphone, len(_RESPONSE))))
    return levelled(samples, source.uniform(*PEAKS))


def faded(sound: Sound, seconds: float = _EDGE) -> Sound:
    """Let a sound come and go, so that cutting it makes no click."""
    edge = np.minimum(np.arange(len(sound)), np.arange(len(sound))[::-1]) / (seconds * RATE)
    return (sound * np.sin(np.minimum(edge, 1) * np.pi / 2) ** 2).astype(np.float32)


def levelled(samples: Sound, decibels: float) -> Sound:
    """Bring the peak to a level below full scale."""
    return (samples / np.abs(samples).max() * 10 ** (decibels / 20)).astype(np.float32)


def _background(length: int, source: np.random.Generator) -> Sound:
    """Mix one coloured noise with some of another; now and then mains hum."""
    colours = coloured_noises()
    noise = np.zeros(length, np.float32)
    for share in (1.0, source.uniform(0, 0.5)):
        colour = colours[source.integers(len(colours))]
        start = source.integers(len(colour) - length)
        noise += np.float32(share) * colour[start : start + length]
    return noise
