"""Divide phones into syllables: as many consonants as English allows begin the next syllable."""

from collections.abc import Sequence
from itertools import pairwise

from core.tiers import Interval

VOWELS = frozenset("aa ae ah ao aw ay eh er ey ih iy ow oy uh uw".split())
# consonants that can begin an English word together
_PAIRS = frozenset(
    "p r|p l|p y|b r|b l|b y|t r|t w|d r|d w|k r|k l|k w|k y|g r|g l|g w|f r|f l|f y|th r|sh r|s p|s t|s k|s m|s n|s l|"
    "s w|hh y|m y|v y".split("|")
)
_TRIPLES = frozenset("s p r|s p l|s t r|s k r|s k w|s k y|s p y".split("|"))


def syllables(phones: Sequence[Interval], vowels: frozenset[str] = VOWELS) -> tuple[Interval, ...]:
    """Return the syllables of one word by maximal onset (Kahn 1976); a word without a vowel is one syllable."""
    labels = [phone.label for phone in phones]
    centres = [i for i, label in enumerate(labels) if label in vowels]
    cuts = [0]
    for before, after in pairwise(centres):
        cuts.append(after - _onset(labels[before + 1 : after]))
    cuts.append(len(phones))
    return tuple(Interval(phones[a].start, phones[b - 1].end, " ".join(labels[a:b])) for a, b in pairwise(cuts))


def _onset(consonants: Sequence[str]) -> int:
    """Return how many of the consonants between two vowels begin the second syllable."""
    if len(consonants) >= 3 and " ".join(consonants[-3:]) in _TRIPLES:
        return 3
    if len(consonants) >= 2 and " ".join(consonants[-2:]) in _PAIRS:
        return 2
    return 1 if consonants and consonants[-1] not in {"ng", "zh"} else 0
