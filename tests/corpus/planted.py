"""A corpus of synthetic sound in which everything is known: every phone is a tone or a noise, every voice a factor."""

from dataclasses import dataclass
from functools import partial

import numpy as np
from numpy.typing import NDArray

from core.clip import Clip
from core.corpus.corpus import STRESS, Corpus, Utterance
from core.tiers import Interval, Tiers

RATE = 16_000
PHONE_SECONDS = 0.08
PAUSE_SECONDS = 0.08
"""Silence before, between and after the words."""

TONES = {"aa": 400.0, "iy": 700.0, "uw": 250.0, "m": 180.0}
"""Hz of the phones that are tones, for a voice of factor 1."""

NOISES = {"s": 1.0, "k": 0.5}
"""Level of the phones that are noise."""

SYLLABLES = {
    "see": ("s iy",), "moo": ("m uw",), "karma": ("k aa", "m aa"), "messy": ("m aa", "s iy"), "cue": ("k uw",),
    "mask": ("m aa s k",),
}  # fmt: skip
"""Words and their syllables; the first one is the stressed one."""

SENTENCES = (
    "see karma moo", "messy cue mask", "mask see messy", "karma cue moo", "moo messy see", "cue karma mask",
    "see mask moo karma", "messy karma cue see",
)  # fmt: skip


@dataclass(frozen=True)
class _Spoken:
    words: list[Interval]
    syllables: list[Interval]
    stress: list[Interval]
    phones: list[Interval]
    seconds: float

    @classmethod
    def of(cls, sentence: str) -> "_Spoken":
        words, syllables, stress, phones = [], [], [], []
        clock = PAUSE_SECONDS
        for word in sentence.split():
            first = clock
            for place, syllable in enumerate(SYLLABLES[word]):
                start = clock
                for phone in syllable.split():
                    phones.append(Interval(clock, clock + PHONE_SECONDS, phone))
                    clock += PHONE_SECONDS
                syllables.append(Interval(start, clock, syllable))
                stress.append(Interval(start, clock, "unstressed" if place else "stressed"))
            words.append(Interval(first, clock, word))
            clock += PAUSE_SECONDS
        return cls(words, syllables, stress, phones, clock)

    def tiers(self, sentence: str) -> Tiers:
        whole = Interval(self.words[0].start, self.words[-1].end, sentence)
        rows = (("sentence", [whole]), ("word", self.words), ("syllable", self.syllables), ("phone", self.phones))
        return Tiers.of([*rows, (STRESS, self.stress)], self.seconds)


def planted(voices: int = 4, sentences: int = len(SENTENCES), kept: bool = False) -> Corpus:
    """Make a corpus in which each voice says each sentence, voice by voice; a later voice speaks higher.

    kept  whether the last voice and the last two sentences are kept for the test, as by the maker of the corpus
    """
    said = [(f"voice {number + 1}", text) for number in range(voices) for text in SENTENCES[:sentences]]
    utterances = tuple(_utterance(voice, text) for voice, text in said)
    return Corpus(
        name="planted",
        title="Planted",
        summary="Tones and noises in place of phones.",
        language="en",
        licence="CC0-1.0",
        utterances=utterances,
        read=partial(_read, utterances),
        fingerprint=f"planted-{voices}-{sentences}-{kept}",
        kept_voices=frozenset({f"voice {voices}"} if kept else ()),
        kept_sentences=frozenset(SENTENCES[:sentences][-2:] if kept else ()),
    )


def sound(text: str, voice: int) -> NDArray[np.float32]:
    """Play a sentence by one voice (counted from 1) at 16 kHz."""
    spoken = _Spoken.of(text)
    noise = np.random.default_rng(voice)
    samples = noise.normal(0, 1e-4, round(spoken.seconds * RATE))
    for phone in spoken.phones:
        first, last = round(phone.start * RATE), round(phone.end * RATE)
        times = np.arange(last - first) / RATE
        if phone.label in TONES:
            samples[first:last] += 0.3 * np.sin(2 * np.pi * TONES[phone.label] * factor(voice) * times)
        else:
            samples[first:last] += 0.2 * NOISES[phone.label] * noise.normal(0, 1, last - first)
    return samples.clip(-1, 1).astype(np.float32)


def factor(voice: int) -> float:
    """By how much the tones of a voice (counted from 1) lie higher than those of the first."""
    return 1.0 + 0.12 * (voice - 1)


def _utterance(voice: str, text: str) -> Utterance:
    spoken = _Spoken.of(text)
    return Utterance(f"{voice}: {text}", voice, text, spoken.seconds, spoken.tiers(text))


def _read(utterances: tuple[Utterance, ...], index: int) -> Clip:
    utterance = utterances[index]
    return Clip(utterance.name, sound(utterance.sentence, int(utterance.speaker.split()[-1])), RATE)
