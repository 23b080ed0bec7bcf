"""Sounds that are no speech: a melody, a bell, noise bursts, a glide, tones in noise."""

import numpy as np
from numpy.typing import NDArray

from models.recipes.samples.clip_files import RATE, Fact, Sample

Sound = NDArray[np.float64]
_MADE = "NumPy"
# Beethoven's Ode to Joy, first two lines: MIDI note, beats
_MELODY = (
    (64, 1), (64, 1), (65, 1), (67, 1), (67, 1), (65, 1), (64, 1), (62, 1),
    (60, 1), (60, 1), (62, 1), (64, 1), (64, 1.5), (62, 0.5), (62, 2),
)  # fmt: skip
_BEAT = 0.34
_BURSTS = ((0.5, 0.8, 500.0, 1000.0), (1.3, 1.6, 2000.0, 3000.0), (2.1, 2.4, 4500.0, 6500.0))
_TONES = ((0.6, 0.9, 600.0), (1.4, 1.7, 1500.0), (2.2, 2.5, 3200.0))
# partials of a church bell relative to its prime, and how fast each dies away (s)
_BELL = ((0.5, 3.0), (1.0, 2.2), (1.2, 1.6), (1.5, 1.2), (2.0, 1.5), (2.5, 0.7), (3.01, 0.5), (4.1, 0.3))


def sounds() -> list[Sample]:
    """Make all clips that are no speech."""
    return [melody(), bell(), bursts(), glide(), tones_in_noise()]


def melody() -> Sample:
    """Make a melody of plucked notes."""
    sound = np.zeros(round((sum(beats for _, beats in _MELODY) * _BEAT + 0.6) * RATE))
    clock = 0.0
    for note, beats in _MELODY:
        start, length = round(clock * RATE), round((beats * _BEAT + 0.5) * RATE)
        times = np.arange(length) / RATE
        pitch = 440 * 2 ** ((note - 69) / 12)
        tone = sum(np.sin(2 * np.pi * pitch * k * times) / k**1.5 * np.exp(-times * 3 * k**0.5) for k in range(1, 9))
        stretch = sound[start : start + length]
        stretch += (tone * _ramps(length, 0.004))[: len(stretch)]
        clock += beats * _BEAT
    return Sample("melody", "A melody: the start of the Ode to Joy", "sound", sound, _MADE)


def bell() -> Sample:
    """Make one stroke of a bell whose partials die away at different speeds."""
    times = np.arange(round(3.5 * RATE)) / RATE
    struck = np.maximum(times - 0.15, 0)
    partials = (np.sin(2 * np.pi * 440 * r * struck) * np.exp(-struck * 3 / d) / (r + 1) for r, d in _BELL)
    return Sample("bell", "A bell, struck once", "sound", np.sum(list(partials), axis=0) * (times >= 0.15), _MADE)


def bursts() -> Sample:
    """Make three bursts of noise, each in a band of its own, over almost nothing."""
    source = np.random.default_rng(1)
    sound = source.standard_normal(3 * RATE) * 1e-4
    for start, end, low, high in _BURSTS:
        first, last = round(start * RATE), round(end * RATE)
        burst = _band(source.standard_normal(last - first), low, high)
        sound[first:last] += burst / burst.std() * _ramps(last - first, 0.01)
    facts = tuple(Fact(s, e, lo, hi, f"noise from {lo:.0f} to {hi:.0f} Hz") for s, e, lo, hi in _BURSTS)
    return Sample("noise-bursts", "Three bursts of noise: low, middle, high", "sound", sound, _MADE, facts=facts)


def glide() -> Sample:
    """Make a tone that rises evenly from 300 to 5,000 Hz in two seconds."""
    low, high, start, length = 300.0, 5000.0, 0.4, 2.0
    times = np.arange(round(length * RATE)) / RATE
    tone = np.sin(2 * np.pi * (low * times + (high - low) / length / 2 * times**2)) * _ramps(len(times), 0.02)
    sound = np.random.default_rng(2).standard_normal(round(2.8 * RATE)) * 1e-4
    sound[round(start * RATE) : round(start * RATE) + len(tone)] += tone
    steps = [low + (high - low) * i / 5 for i in range(6)]
    facts = tuple(
        Fact(start + length * i / 5, start + length * (i + 1) / 5, steps[i], steps[i + 1], "rising tone")
        for i in range(5)
    )
    return Sample("rising-tone", "A tone that rises for two seconds", "sound", sound, _MADE, facts=facts)


def tones_in_noise() -> Sample:
    """Make three short tones that stand well above steady noise in their own band."""
    sound = np.random.default_rng(3).standard_normal(3 * RATE) * 0.05
    for start, end, pitch in _TONES:
        first, last = round(start * RATE), round(end * RATE)
        times = np.arange(last - first) / RATE
        sound[first:last] += np.sin(2 * np.pi * pitch * times) * 0.7 * _ramps(last - first, 0.01)
    facts = tuple(Fact(s, e, p - 60, p + 60, f"tone at {p:.0f} Hz") for s, e, p in _TONES)
    return Sample("tones-in-noise", "Three tones hidden in a steady noise", "sound", sound, _MADE, facts=facts)


def _band(noise: Sound, low: float, high: float) -> Sound:
    """Keep the frequencies between low and high (Hz)."""
    spectrum = np.fft.rfft(noise)
    frequencies = np.fft.rfftfreq(len(noise), 1 / RATE)
    return np.fft.irfft(spectrum * ((frequencies >= low) & (frequencies <= high)), len(noise))


def _ramps(length: int, seconds: float) -> Sound:
    """Rise at the start and fall at the end, so that nothing clicks."""
    edge = np.minimum(np.arange(length), np.arange(length)[::-1]) / (seconds * RATE)
    return np.sin(np.minimum(edge, 1) * np.pi / 2) ** 2
