"""Spoken digits: recordings of people, and voices of synthesizers, as they are and turned into others."""

import os
import random
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.dataset import fsdd
from core.dataset.home import home
from models.recipes.sets.digits import DIGITS
from models.recipes.sound_classifiers.store import Sound
from models.recipes.speech_tiny.conversion import convert
from models.recipes.speech_tiny.evaluation import read_sound
from models.recipes.speech_tiny.synthesis import flite, pico
from models.recipes.speech_tiny.synthesis.espeak import Espeak, EspeakVoice
from models.recipes.speech_tiny.synthesis.festival import FestivalVoice, speak_all
from models.recipes.speech_tiny.utterance import RATE, SynthesisError, pcm16
from models.recipes.speech_tiny.voices import BRITISH, VARIANTS

SPEAKERS = ("jackson", "lucas", "nicolas", "theo")
ROOT = Path(__file__).parents[3]
ESPEAK_VOICES, CONVERSIONS = 170, 9  # how many are drawn; changed copies of each other synthetic digit
STRETCHES = (0.8, 1.0, 1.3)
UNHEARD_VOICE = "ked_diphone"  # of Festival; kept for the tests
_FLITE, _FESTIVAL = ("slt", "rms", "awb", "kal16"), ("kal_diphone", "cmu_us_slt_arctic_hts")
_QUIET, _AROUND = 0.02, 0.02  # share of the peak that counts as silence; seconds kept on both sides


def find_recordings() -> Path | None:
    """Return the folder of recordings named digit_speaker_index.wav, where there is one on this computer."""
    folder = Path(os.environ.get("STRATA_DATA") or ROOT.parent / "shared" / "data") / "fsdd"
    return folder if folder.is_dir() else None


def recorded(folder: Path | None = None) -> Iterator[Sound]:
    """Give the recordings of the four speakers, from a folder or, where none is given, fetched from the publisher."""
    folder = folder or find_recordings()
    paths = sorted(folder.glob("[0-9]_*_*.wav")) if folder else _fetched()
    for path in paths:
        digit, speaker, _index = path.stem.split("_")
        if speaker in SPEAKERS:
            yield Sound(DIGITS[int(digit)], speaker, "real", read_sound(path))


def _fetched() -> list[Path]:
    folder = home() / fsdd.FOLDER / "fsdd-recordings"
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for example in fsdd.collection(home()).examples:
        path = folder / example.name
        path.write_bytes(example.read())
        paths.append(path)
    return sorted(paths)


def synthetic(seed: int = 1) -> Iterator[Sound]:
    """Speak every digit with many voices; voices built from few people are turned into others by a vocoder."""
    source = random.Random(seed)
    yield from _espeak(source)
    for digit, voice, samples in (*_flite(), *_festival(_FESTIVAL), *_pico()):
        yield _sound(digit, voice, samples)
        for _ in range(CONVERSIONS):
            yield _sound(digit, f"{voice}-converted", converted(samples, source))


def unheard() -> Iterator[Sound]:
    """Speak every digit with the one synthetic voice that is kept for the tests, at three speeds."""
    for digit, voice, samples in _festival((UNHEARD_VOICE,)):
        yield _sound(digit, voice, samples)


def converted(samples: NDArray[np.int16], source: random.Random) -> NDArray[np.int16]:
    """Turn a voice into another at random: pitch, length of the vocal tract, melody."""
    pitch, tract = 2 ** source.uniform(-0.6, 0.8), 2 ** source.uniform(-0.27, 0.27)
    return convert(samples, pitch=pitch, tract=tract, flatten=source.uniform(0.5, 1.6))


def _espeak(source: random.Random) -> Iterator[Sound]:
    engine, made = Espeak(), 0
    while made < ESPEAK_VOICES:
        voice = EspeakVoice(
            source.choice(("en-us", "en-us", "en-us", *BRITISH)), source.choice(VARIANTS),
            round(source.triangular(95, 260, 150)), round(source.triangular(0, 95, 40)), source.randint(15, 90),
        )  # fmt: skip
        try:
            spoken = [engine.record(digit, voice)[0] for digit in DIGITS]
        except SynthesisError:
            continue  # a variant that is not installed
        made += 1
        for digit, samples in zip(DIGITS, spoken, strict=True):
            yield _sound(digit, voice.name, samples)


def _flite() -> Iterator[tuple[str, str, NDArray[np.int16]]]:
    for voice in _FLITE:
        for stretch in STRETCHES:
            for digit in DIGITS:
                yield digit, f"flite-{voice}", flite.speak(digit, flite.FliteVoice(voice, stretch)).samples


def _festival(voices: tuple[str, ...]) -> Iterator[tuple[str, str, NDArray[np.int16]]]:
    for voice in voices:
        for stretch in STRETCHES:
            spoken = speak_all(list(DIGITS), FestivalVoice(voice, stretch))
            for digit, item in zip(DIGITS, spoken, strict=True):
                yield digit, f"festival-{voice}", item.utterance.samples


def _pico() -> Iterator[tuple[str, str, NDArray[np.int16]]]:
    for speed in (0.7, 0.9, 1.2):
        for digit in DIGITS:
            yield digit, "pico", pico.speak(digit, pico.PicoVoice(speed)).samples


def _sound(digit: str, voice: str, samples: NDArray[np.int16]) -> Sound:
    return Sound(digit, voice, "synthetic", trimmed(samples.astype(np.float32) / np.float32(32768)))


def trimmed(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Cut silence off both ends."""
    loud = np.flatnonzero(np.abs(samples) > _QUIET * np.abs(samples).max())
    around = round(_AROUND * RATE)
    return samples[max(0, loud[0] - around) : loud[-1] + around]


def other_voice(samples: NDArray[np.float32], source: random.Random) -> NDArray[np.float32]:
    """Turn a recording between -1 and 1 into another voice."""
    return converted(pcm16(samples), source).astype(np.float32) / np.float32(32768)
