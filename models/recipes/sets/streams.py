"""Sounds that go on: rain, wind, an engine, a bird."""

import numpy as np
from numpy.typing import NDArray
from scipy.signal import fftconvolve

from models.recipes.speech_tiny.utterance import RATE

Sound = NDArray[np.float64]
Draws = np.random.Generator


def rain(seconds: float, made: Draws, draws: Draws) -> Sound:
    """Let drops fall on a roof or on leaves, as many and as hard as chance has it, over a far rush."""
    count = round(seconds * RATE)
    each_second = made.uniform(60, 900) * draws.uniform(0.7, 1.4)
    hits = draws.poisson(each_second / RATE, count) * draws.lognormal(0, 0.8, count)
    ring = np.arange(round(0.008 * RATE)) / RATE
    drop = np.sin(2 * np.pi * made.uniform(900, 5000) * ring) * np.exp(-ring / made.uniform(0.0006, 0.002))
    patter = fftconvolve(hits * draws.choice((-1.0, 1.0), count), drop)[:count]
    rush = _shaped(draws.standard_normal(count), made.uniform(500, 2000), made.uniform(0.4, 1.0))
    return _even(patter) + made.uniform(0.15, 1.0) * _even(rush)


def wind(seconds: float, made: Draws, draws: Draws) -> Sound:
    """Blow: noise in a band that moves with the gusts, louder where it lies higher."""
    count = round(seconds * RATE)
    middle, breadth = made.uniform(180, 700), made.uniform(0.35, 1.0)
    gusts = _slow(draws, count, made.uniform(2, 6))
    sound = np.zeros(count)
    for octave in np.linspace(-1.2, 1.2, 7):
        near = np.exp(-(((octave - gusts) / breadth) ** 2))
        sound += _even(_band(draws.standard_normal(count), middle * 2**octave, 0.35)) * near
    rumble = _even(_shaped(draws.standard_normal(count), 90.0, 1.6))
    return sound * 2 ** (gusts * 1.2) + made.uniform(0.05, 0.5) * rumble


def engine(seconds: float, made: Draws, draws: Draws) -> Sound:
    """Run an engine: a pulse at each firing, unlike in each cylinder, through an exhaust that resonates."""
    count = round(seconds * RATE)
    firing = made.uniform(28, 130) * draws.uniform(0.8, 1.25)
    speed = firing * (1 + draws.uniform(-0.25, 0.25) * np.linspace(0, 1, count) + 0.02 * _slow(draws, count, 12.0))
    turns = np.cumsum(speed) / RATE
    fired = np.flatnonzero(np.diff(np.floor(turns)) > 0)
    cylinders = made.uniform(0.5, 1.0, made.integers(1, 7))
    pulses = np.zeros(count)
    pulses[fired] = cylinders[np.arange(len(fired)) % len(cylinders)] * draws.uniform(0.85, 1.15, len(fired))
    ring = np.arange(round(0.08 * RATE)) / RATE
    exhaust = sum(
        made.uniform(0.3, 1)
        * np.sin(2 * np.pi * made.uniform(low, high) * ring)
        * np.exp(-ring / made.uniform(0.004, 0.02))
        for low, high in ((60, 180), (180, 500), (500, 1400))
    )
    hiss = fftconvolve(pulses, np.exp(-ring / 0.006))[:count] * draws.standard_normal(count)
    return _even(fftconvolve(pulses, exhaust)[:count]) + made.uniform(0.1, 0.5) * _even(hiss)


def bird(seconds: float, made: Draws, draws: Draws) -> Sound:
    """Sing: a few whistles that sweep up or down, some of them trilled."""
    sound = np.zeros(round(seconds * RATE))
    low, span, length = made.uniform(1800, 4200), made.uniform(0.15, 0.7), made.uniform(0.05, 0.22)
    bow, trill, trills = made.uniform(-1, 1), made.uniform(18, 45), made.uniform(0, 0.12)
    clock = draws.uniform(0, 0.12)
    while clock + length < seconds:
        times = np.arange(round(length * draws.uniform(0.75, 1.25) * RATE)) / RATE
        way = np.linspace(0, 1, len(times))
        sweep = (
            draws.choice((-1, 1)) * (way - 0.5) + bow * np.sin(np.pi * way) + trills * np.sin(2 * np.pi * trill * times)
        )
        pitch = np.clip(low * draws.uniform(0.9, 1.1) * 2 ** (span * sweep + span), 900, 7600)
        phase = 2 * np.pi * np.cumsum(pitch) / RATE
        whistle = (np.sin(phase) + made.uniform(0, 0.2) * np.sin(2 * phase) * (pitch < 3800)) * np.sin(
            np.pi * way
        ) ** 0.7
        place = round(clock * RATE)
        stretch = sound[place : place + len(whistle)]
        stretch += draws.uniform(0.5, 1) * whistle[: len(stretch)]
        clock += length * draws.uniform(1.1, 2.2)
    return sound


def _even(sound: Sound) -> Sound:
    return sound / (sound.std() or 1.0)


def _slow(draws: Draws, count: int, knots: float) -> Sound:
    """Wander between about -1 and 1, `knots` times a second."""
    points = max(3, round(knots * count / RATE) + 1)
    return np.interp(np.linspace(0, points - 1, count), np.arange(points), draws.uniform(-1, 1, points))


def _shaped(noise: Sound, corner: float, slope: float) -> Sound:
    """Let frequencies above a corner (Hz) fall by a power of their distance."""
    frequencies = np.fft.rfftfreq(len(noise), 1 / RATE)
    return np.fft.irfft(np.fft.rfft(noise) / (1 + (frequencies / corner) ** 2) ** slope, len(noise))


def _band(noise: Sound, middle: float, octaves: float) -> Sound:
    """Keep a band around a frequency (Hz), bell-shaped over octaves."""
    frequencies = np.maximum(np.fft.rfftfreq(len(noise), 1 / RATE), 1.0)
    return np.fft.irfft(np.fft.rfft(noise) * np.exp(-((np.log2(frequencies / middle) / octaves) ** 2)), len(noise))
