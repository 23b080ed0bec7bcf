"""The four tiers of something spoken, from what the synthesizers themselves tell."""

from collections.abc import Sequence
from functools import cache

import numpy as np
from numpy.typing import NDArray

from core.errors import DatasetError
from core.tiers import Interval, Tiers
from models.recipes.samples.syllables import VOWELS, syllables
from models.recipes.speech_tiny.synthesis import flite
from models.recipes.speech_tiny.utterance import RATE, Utterance, contiguous

_KEPT_SILENCE = 0.12
_EVEN = 1e-6


def annotated(spoken: Utterance, text: str, vowels: frozenset[str] = VOWELS) -> tuple[NDArray[np.float64], Tiers]:
    """Cut long silences at both ends and build the four tiers from phones and words; 16 kHz."""
    sounding = [phone for phone in spoken.phones if phone.label]
    first = max(0.0, sounding[0].start - _KEPT_SILENCE)
    last = min(spoken.seconds, sounding[-1].end + 2 * _KEPT_SILENCE)
    low, high = round(first * RATE), round(last * RATE)
    shift, seconds = low / RATE, (high - low) / RATE
    phones = [Interval(p.start - shift, p.end - shift, p.label) for p in sounding]
    words = _words_of_phones(phones, [Interval(w.start - shift, w.end - shift, w.label) for w in spoken.words])
    rows = {
        "sentence": [Interval(phones[0].start, phones[-1].end, text)],
        "word": [word for word, _ in words],
        "syllable": [syllable for _, part in words for syllable in syllables(part, vowels)],
        "phone": phones,
    }
    tiers = Tiers.of([(name, contiguous(row, seconds)) for name, row in rows.items()], seconds)
    return spoken.samples[low:high].astype(float), tiers


def matched_words(text: str, phones: Sequence[Interval]) -> tuple[Interval, ...]:
    """Find where each word lies by letting flite say it alone; DatasetError where it sounds otherwise in the text."""
    words, place = [], 0
    for word in plain(text).split():
        said = alone(word)
        count = len(said)
        part = phones[place : place + count]
        if len(part) < count or sum(a != p.label for a, p in zip(said, part, strict=True)) > 1:
            raise DatasetError(f"flite says {word!r} differently in a sentence.")
        words.append(Interval(part[0].start, part[-1].end, word))
        place += count
    if place != len(phones):
        raise DatasetError(f"flite's phones do not add up to the words of {text!r}.")
    return tuple(words)


@cache
def alone(word: str) -> tuple[str, ...]:
    """Return the phones of a word that flite says alone."""
    return tuple(flite.lexicon_phones(word))


def plain(text: str) -> str:
    """Keep letters, blanks and apostrophes."""
    return "".join(letter for letter in text if letter.isalpha() or letter in " '")


def _words_of_phones(phones: Sequence[Interval], words: Sequence[Interval]) -> list[tuple[Interval, list[Interval]]]:
    """Give each phone to the word that it lies in; a word lasts from its first phone to its last."""
    found = []
    for word in words:
        part = [p for p in phones if word.start - _EVEN <= (p.start + p.end) / 2 < word.end + _EVEN]
        found.append((Interval(part[0].start, part[-1].end, plain(word.label)), part))
    return found
