"""Clips that a network names after one thing planted in them, beside something louder: where and what is known."""

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from core.tiers import Interval, Tiers
from models.recipes.samples.clip_files import RATE, Fact, Sample
from models.recipes.samples.speech import Line, by_festival
from models.recipes.sets import streams, strokes
from models.recipes.speech_tiny.synthesis.festival import FestivalVoice
from models.recipes.speech_tiny.utterance import contiguous

Sound = NDArray[np.float64]
_FLOOR = 10 ** (-62 / 20)  # of a soft noise, below what is planted
_EDGE = 0.01  # seconds in which a part comes and goes
# Each thing has a band of its own, so that where it lies is exact in time and in frequency: low, high (Hz)
_VOICE, _CHIME = (120.0, 3600.0), (4300.0, 7600.0)
_BELL, _RAIN = (250.0, 2600.0), (3000.0, 7800.0)
_BIRD, _ENGINE = (1700.0, 7000.0), (40.0, 1300.0)
_SEVEN_AT, _BELL_AT, _BIRD_AT = 1.2, 1.9, 1.0  # seconds


def planted() -> list[Sample]:
    """Make all clips with one thing planted beside something louder."""
    return [seven(), bell_after_rain(), bird_over_engine()]


def seven() -> Sample:
    """Say "seven" between two strokes of a chime, each 8 dB louder than the word."""
    line = Line("seven-between-chimes", "“Seven” between two louder chimes", "digits", "Seven", "American woman")
    spoken = by_festival(line, FestivalVoice("cmu_us_slt_arctic_hts", 1.1))
    assert spoken.tiers is not None
    (word,) = spoken.tiers.spoken("word")
    sound = _soft(3.2, 21)
    said = spoken.samples[round(word.start * RATE) : round(word.end * RATE)]
    _plant(sound, said, _SEVEN_AT, _VOICE)
    made, draws = np.random.default_rng(1), np.random.default_rng(2)
    for start, seconds in ((0.15, 0.8), (2.2, 0.9)):
        _plant(sound, strokes.bell(seconds, made, draws), start, _CHIME, 8.0)
    end = _SEVEN_AT + len(said) / RATE
    facts = (Fact(_SEVEN_AT, end, *_VOICE, "seven"),)
    tiers = _moved(spoken.tiers, _SEVEN_AT - word.start, 3.2)
    return replace(spoken, samples=sound, tiers=tiers, facts=facts, made_with="Festival, NumPy")


def bell_after_rain() -> Sample:
    """Strike a bell once, after rain that is 6 dB louder."""
    sound, made, draws = _soft(3.4, 22), np.random.default_rng(3), np.random.default_rng(4)
    _plant(sound, streams.rain(1.5, made, draws), 0.1, _RAIN, 6.0)
    end = _plant(sound, strokes.bell(1.2, np.random.default_rng(5), draws), _BELL_AT, _BELL)
    facts = (Fact(_BELL_AT, end, *_BELL, "bell"),)
    return Sample("bell-after-rain", "A bell after louder rain", "sound", sound, "NumPy", facts=facts)


def bird_over_engine() -> Sample:
    """Let a bird sing for a while over an engine that is 6 dB louder."""
    sound, made, draws = _soft(3.4, 23), np.random.default_rng(6), np.random.default_rng(7)
    _plant(sound, streams.engine(3.2, made, draws), 0.1, _ENGINE, 6.0)
    end = _plant(sound, streams.bird(1.6, np.random.default_rng(28), draws), _BIRD_AT, _BIRD)
    facts = (Fact(_BIRD_AT, end, *_BIRD, "bird"),)
    return Sample("bird-over-engine", "A bird over a louder engine", "sound", sound, "NumPy", facts=facts)


def _soft(seconds: float, seed: int) -> Sound:
    return np.random.default_rng(seed).standard_normal(round(seconds * RATE)) * _FLOOR


def _plant(sound: Sound, part: Sound, start: float, band: tuple[float, float], decibels: float = 0.0) -> float:
    """Add a part, kept to a band (Hz) and brought to a level, at a time (s); return when it is over (s)."""
    spectrum, frequencies = np.fft.rfft(part), np.fft.rfftfreq(len(part), 1 / RATE)
    kept = np.fft.irfft(spectrum * ((frequencies >= band[0]) & (frequencies <= band[1])), len(part))
    edge = np.minimum(np.arange(len(part)), np.arange(len(part))[::-1]) / (_EDGE * RATE)
    kept *= np.sin(np.minimum(edge, 1) * np.pi / 2) ** 2
    first = round(start * RATE)
    sound[first : first + len(part)] += kept / kept.std() * 10 ** (decibels / 20) * 0.1
    return (first + len(part)) / RATE


def _moved(tiers: Tiers, by: float, seconds: float) -> Tiers:
    """Move what is said to another time (s), within a clip of another length (s)."""
    rows = {
        name: [Interval(item.start + by, item.end + by, item.label) for item in tiers.spoken(name)] for name, _ in tiers
    }
    return Tiers.of([(name, contiguous(row, seconds)) for name, row in rows.items()], seconds)
