"""Sounds of things that are struck or that fall: bells, drums, knocks, drops of water."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.recipes.speech_tiny.utterance import RATE

Sound = NDArray[np.float64]
Draws = np.random.Generator
# frequencies of the modes relative to the lowest: a church bell (Fletcher & Rossing 1998, chapter 21), a free bar, a
# round membrane, a wooden plate
BELL = (0.5, 1.0, 1.2, 1.5, 2.0, 2.5, 2.66, 3.01, 4.1)
BAR = (1.0, 2.756, 5.404, 8.933)
MEMBRANE = (1.0, 1.593, 2.136, 2.295, 2.653, 2.917, 3.156, 3.5)
PLATE = (1.0, 1.52, 1.91, 2.44, 3.07, 3.83, 4.6)


@dataclass(frozen=True)
class Struck:
    """A thing to strike: its modes relative to the lowest (Hz), how long that one rings (s), how fast higher ones fade.

    `click` is the share of noise at the stroke, `bend` how much the pitch starts higher, as a skin's does.
    """

    modes: tuple[float, ...]
    lowest: float
    ring: float
    damping: float
    click: float
    bend: float = 0.0

    def strike(self, seconds: float, draws: Draws) -> Sound:
        """Strike once, at another place each time: the place decides how loud each mode is."""
        times = np.arange(round(seconds * RATE)) / RATE
        sound = np.zeros_like(times)
        for mode in self.modes:
            pitch = self.lowest * mode * draws.uniform(0.995, 1.005)
            if pitch < RATE / 2:
                phase = 2 * np.pi * pitch * (times + self.bend * 0.03 * (1 - np.exp(-times / 0.03)))
                fading = np.exp(-times * 3 / self.ring * mode**self.damping)
                sound += draws.uniform(0.2, 1) / mode**0.5 * np.sin(phase) * fading
        noise = draws.standard_normal(len(times)) * np.exp(-times / draws.uniform(0.002, 0.006))
        return sound * np.minimum(times / 0.001, 1) + self.click * noise


def bell(seconds: float, made: Draws, draws: Draws) -> Sound:
    """Strike a bell or a bar of metal once or twice."""
    modes = BELL if made.random() < 0.6 else BAR
    detuned = tuple(mode * made.uniform(0.98, 1.02) for mode in modes)
    thing = Struck(detuned, made.uniform(300, 1700), made.uniform(0.35, 1.5), made.uniform(0.3, 0.9), 0.05)
    return _row(thing, seconds, _times(draws, 1, 2, seconds, 0.3), draws)


def drum(seconds: float, made: Draws, draws: Draws) -> Sound:
    """Beat a drum one to four times; some have snares that rattle."""
    skin = Struck(
        MEMBRANE, made.uniform(65, 210), made.uniform(0.12, 0.5), made.uniform(0.6, 1.2), made.uniform(0.1, 0.6),
        made.uniform(0.2, 0.8),
    )  # fmt: skip
    snares = made.uniform(0, 0.5) if made.random() < 0.5 else 0.0
    starts = _times(draws, 1, 4, seconds, 0.15)
    sound = _row(skin, seconds, starts, draws)
    times = np.arange(len(sound)) / RATE
    for start in starts:
        since = np.maximum(times - start, 0)
        sound += snares * draws.standard_normal(len(times)) * np.exp(-since / 0.06) * (times >= start)
    return sound


def knocks(seconds: float, made: Draws, draws: Draws) -> Sound:
    """Knock on wood two to five times, evenly."""
    modes = tuple(mode * made.uniform(0.93, 1.07) for mode in PLATE)
    wood = Struck(
        modes, made.uniform(110, 480), made.uniform(0.05, 0.16), made.uniform(0.2, 0.7), made.uniform(0.1, 0.7)
    )
    count, gap = draws.integers(2, 6), made.uniform(0.11, 0.2) * draws.uniform(0.9, 1.1)
    first = draws.uniform(0, max(0.02, seconds - count * gap - 0.1))
    starts = [first + number * gap * draws.uniform(0.95, 1.05) for number in range(count)]
    return _row(wood, seconds, [start for start in starts if start < seconds - 0.05], draws)


def drops(seconds: float, made: Draws, draws: Draws) -> Sound:
    """Let drops fall into water: each makes a bubble that rings, rising in pitch (Minnaert 1933)."""
    sound, times = np.zeros(round(seconds * RATE)), np.arange(round(0.25 * RATE)) / RATE
    middle, rise = made.uniform(500, 1900), made.uniform(0.5, 4.0)
    for start in _times(draws, 1, 5, seconds, 0.09):
        pitch = middle * 2 ** draws.uniform(-0.5, 0.5)
        rising = np.minimum(rise * draws.uniform(0.6, 1.4) * times, 1.5)
        phase = 2 * np.pi * np.cumsum(pitch * (1 + rising)) / RATE
        ringing = np.exp(-times * pitch * made.uniform(0.015, 0.035)) * np.minimum(times / 0.002, 1)
        splash = 0.15 * draws.standard_normal(len(times)) * np.exp(-times / 0.003)
        _add(sound, draws.uniform(0.3, 1) * (np.sin(phase) * ringing + splash), start)
    return sound


def _row(thing: Struck, seconds: float, starts: list[float], draws: Draws) -> Sound:
    sound = np.zeros(round(seconds * RATE))
    for start in starts:
        _add(sound, draws.uniform(0.5, 1) * thing.strike(seconds, draws), start)
    return sound


def _times(draws: Draws, fewest: int, most: int, seconds: float, apart: float) -> list[float]:
    """Draw when something happens: the first time soon, the others at random but some time apart (s)."""
    starts = [draws.uniform(0, 0.15)]
    for start in np.sort(draws.uniform(0.1, seconds - 0.1, draws.integers(fewest, most + 1) - 1)):
        if start - starts[-1] >= apart:
            starts.append(float(start))
    return starts


def _add(sound: Sound, part: Sound, start: float) -> None:
    place = round(start * RATE)
    stretch = sound[place : place + len(part)]
    stretch += part[: len(stretch)]
