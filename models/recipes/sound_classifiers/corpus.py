"""The corpus: sounds as they are, and changed clips made of them, so that place, level and bandwidth tell no class."""

import multiprocessing
import random
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.recipes.sets.recording import faded
from models.recipes.sound_classifiers import digits, sounds
from models.recipes.sound_classifiers.classes import BACKGROUND, rank
from models.recipes.sound_classifiers.store import Sound, Store, complete, read, write_sounds
from models.recipes.speech_tiny.augmentation import AugmentationSettings, augment
from models.recipes.speech_tiny.utterance import RATE

LONGEST = 5.12  # seconds of a clip
# telephone and narrowing cut above 3.1 to 7.5 kHz: recordings of digits hold nothing above 4 kHz, and no class may be
# told by that
AUGMENTATION = AugmentationSettings(
    untouched=0.15, padding=0.0, gap=0.0, room=0.3, noise=0.4, noise_decibels=(4.0, 35.0), equaliser=0.6,
    telephone=0.4, narrowing=0.2,
)  # fmt: skip
_BABBLERS, _BABBLE_SECONDS = 8, 30


@dataclass(frozen=True)
class Layout:
    """How a sound lies in its clip; shares of clips, seconds, decibels.

    tight, loose    shares with hardly anything around the sound, and with up to a second and a half; the rest is long
    other           share of clips that are not tight with a sound of lower rank somewhere
    other_decibels  its level above that of the sound that counts
    silent          share of clips with nothing at all around the sound
    voices          share of real recordings that are turned into another voice
    """

    tight: float = 0.5
    loose: float = 0.33
    tight_margin: float = 0.12
    loose_seconds: float = 1.5
    other: float = 0.5
    other_decibels: tuple[float, float] = (-18.0, 10.0)
    silent: float = 0.25
    background_decibels: tuple[float, float] = (-60.0, -15.0)
    peak_decibels: tuple[float, float] = (-34.0, -0.5)
    voices: float = 0.4


@dataclass(frozen=True)
class CorpusSettings:
    """What the corpus is made of: changed clips of each origin, in all."""

    folder: Path
    recordings: Path | None = None
    clips: dict[str, int] = field(default_factory=lambda: {"real": 18_000, "synthetic": 10_000, "made": 15_000})
    makers: int = sounds.MAKERS
    seed: int = 4
    parts: int = 8
    processes: int = 2
    layout: Layout = field(default_factory=Layout)
    augmentation: AugmentationSettings = AUGMENTATION


def make_corpus(settings: CorpusSettings) -> None:
    """Write the sounds as they are, then the changed clips, part by part; goes on where it was stopped."""
    raw = settings.folder / "raw"
    if not complete(raw):
        write_sounds(raw, _raw(settings))
    missing = [part for part in range(settings.parts) if not complete(_part(settings, part))]
    with ProcessPoolExecutor(settings.processes, multiprocessing.get_context("spawn")) as pool:
        list(pool.map(_write_part, [settings] * len(missing), missing))


def changed_clips(settings: CorpusSettings) -> list[Store]:
    """Open the changed clips, part by part."""
    return [read(_part(settings, part)) for part in range(settings.parts)]


def raw_sounds(settings: CorpusSettings) -> Store:
    """Open the sounds as they are."""
    return read(settings.folder / "raw")


def _raw(settings: CorpusSettings) -> Iterator[Sound]:
    yield from digits.recorded(settings.recordings)
    yield from digits.synthetic(settings.seed)
    yield from sounds.made(settings.makers)
    yield from sounds.backgrounds()


def _part(settings: CorpusSettings, part: int) -> Path:
    return settings.folder / f"clips-{part}"


def _write_part(settings: CorpusSettings, part: int) -> None:
    write_sounds(_part(settings, part), _clips(settings, part))


def _clips(settings: CorpusSettings, part: int) -> Iterator[Sound]:
    """Change sounds of every origin; each origin's sounds take turns, so that all are used about equally often."""
    raw = raw_sounds(settings)
    draws, source = np.random.default_rng((settings.seed, part)), random.Random(settings.seed * 1000 + part)
    maker = ClipMaker(settings, raw, draws, source)
    for origin, count in settings.clips.items():
        known = [index for index, kind in enumerate(raw.origins) if kind == origin]
        order = np.random.default_rng((settings.seed, len(origin))).permutation(known)
        for turn in range(part, count, settings.parts):
            yield maker.changed(raw.sound(int(order[turn % len(order)])))


@dataclass(frozen=True)
class ClipMaker:
    """Change sounds and lay them into clips, with the sounds that may lie beside them."""

    settings: CorpusSettings
    raw: Store
    draws: np.random.Generator
    source: random.Random

    def changed(self, sound: Sound) -> Sound:
        """Return a clip made of a sound: another voice, a room, a noise, a microphone; then more around it."""
        draws, layout, samples = self.draws, self.settings.layout, sound.samples
        if sound.origin == "real" and draws.random() < layout.voices:
            samples = digits.other_voice(samples, self.source)
        if sound.label == BACKGROUND:
            return Sound(sound.label, sound.group, sound.origin, samples)
        changed = augment(samples, self.settings.augmentation, draws, _babble(self.settings.folder)).samples
        clip = self._laid(changed[: round(LONGEST * RATE)], rank(sound.label))
        peak = np.float32(10 ** (draws.uniform(*layout.peak_decibels) / 20))
        return Sound(sound.label, sound.group, sound.origin, clip / max(float(np.abs(clip).max()), 1e-6) * peak)

    def _laid(self, samples: NDArray[np.float32], own_rank: int) -> NDArray[np.float32]:
        draws, layout = self.draws, self.settings.layout
        room, share = LONGEST * RATE - len(samples), draws.random()
        tight = share < layout.tight
        most = 2 * layout.tight_margin if tight else layout.loose_seconds
        spare = round(min(room, RATE * (most if share < layout.tight + layout.loose else LONGEST)) * draws.random())
        start = round(spare * draws.random())
        clip = np.zeros(len(samples) + spare, np.float32)
        clip[start : start + len(samples)] = faded(samples, 0.004)
        loudness = float(np.sqrt(np.mean(samples**2))) or 1e-3
        if not tight and draws.random() < layout.other:
            clip += self._other(len(clip), own_rank, loudness)
        if draws.random() >= layout.silent:
            level = 10 ** (draws.uniform(*layout.background_decibels) / 20)
            clip += np.float32(loudness * level) * sounds.background(len(clip), draws)
        return clip

    def _other(self, length: int, own_rank: int, loudness: float) -> NDArray[np.float32]:
        """Draw a sound that claims the clip's name less, at a place of its own."""
        added = np.zeros(length, np.float32)
        for _ in range(self.draws.integers(1, 3)):
            index = self.draws.choice(_below(self.settings.folder, own_rank)) if own_rank > 1 else -1
            if index < 0:
                continue
            other = self.raw.sound(int(index)).samples
            other = other[: max(length // 2, 800)] if self.draws.random() < 0.5 else other[:length]
            start = self.draws.integers(max(1, length - len(other) + 1))
            level = loudness * 10 ** (self.draws.uniform(*self.settings.layout.other_decibels) / 20)
            stretch = added[start : start + len(other)]
            stretch += np.float32(level) * faded(other / (other.std() + 1e-6))[: len(stretch)]
        return added


@cache
def _below(folder: Path, own_rank: int) -> NDArray[np.int64]:
    """Return which sounds that are no speech and no background claim a name less than a rank."""
    raw = read(folder / "raw")
    return np.array([index for index, label in enumerate(raw.labels) if 0 < rank(label) < own_rank])


@cache
def _babble(folder: Path) -> NDArray[np.float32]:
    """Mix synthetic voices played backwards: as lively as speech, and no digit can be made out."""
    raw, draws = read(folder / "raw"), np.random.default_rng(9)
    spoken = [index for index, origin in enumerate(raw.origins) if origin == "synthetic"]
    mixed = np.zeros(_BABBLE_SECONDS * RATE, np.float32)
    for _ in range(_BABBLERS):
        line = [raw.sound(int(index)).samples[::-1] for index in draws.choice(spoken, 120)]
        mixed += np.resize(np.concatenate(line), len(mixed))
    return mixed / mixed.std()
