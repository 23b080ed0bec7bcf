"""Find the words among phones, whatever the accent: each word gets the phones that suit it best."""

from collections.abc import Callable, Sequence
from functools import cache, lru_cache
from itertools import pairwise

from core.tiers import Interval
from models.recipes.samples.syllables import VOWELS
from models.recipes.speech_tiny.utterance import SynthesisError

LONGEST = 12  # phones of a word
MISSING = 1.0  # a phone too many or too few
OTHER = {True: 0.5, False: 1.0}  # a vowel in place of a vowel, a consonant in place of a consonant
OTHER_KIND = 2.0

Pronounce = Callable[[str], Sequence[str]]


def words_among(words: Sequence[str], phones: Sequence[Interval], pronounce: Pronounce) -> tuple[Interval, ...]:
    """Divide phones (without silences) among words in order so that they differ least from how each is pronounced.

    The difference is a Levenshtein distance in which a vowel turns into another one more easily than into a consonant.
    Raises SynthesisError where there are fewer phones than words.
    """
    if len(phones) < len(words):
        raise SynthesisError(f"There are fewer phones than words in {' '.join(words)!r}.")
    heard = tuple(phone.label for phone in phones)

    @cache
    def best(word: int, first: int) -> tuple[float, tuple[int, ...]]:
        """Least difference of the words from this one on, given the phones from ``first`` on, and where they start."""
        if word == len(words):
            return (0.0, (first,)) if first == len(heard) else (float("inf"), ())
        said = tuple(pronounce(words[word]))
        found: tuple[float, tuple[int, ...]] = (float("inf"), ())
        for last in range(first + 1, min(first + LONGEST, len(heard)) + 1):
            rest, starts = best(word + 1, last)
            cost = rest + difference(said, heard[first:last])
            # of equal ways the longest word, so that a linking r ends the word that it is written in
            if cost <= found[0] and starts:
                found = (cost, (first, *starts))
        return found

    _cost, starts = best(0, 0)
    places = tuple(pairwise(starts))
    return tuple(Interval(phones[a].start, phones[b - 1].end, word) for word, (a, b) in zip(words, places, strict=True))


@lru_cache(maxsize=10_000)
def difference(said: tuple[str, ...], heard: tuple[str, ...]) -> float:
    """Return the least cost of turning one pronunciation into another."""
    row = [MISSING * place for place in range(len(heard) + 1)]
    for number, wanted in enumerate(said, start=1):
        above, row = row, [MISSING * number]
        for place, found in enumerate(heard, start=1):
            row.append(min(above[place] + MISSING, row[-1] + MISSING, above[place - 1] + _exchange(wanted, found)))
    return row[-1]


def _exchange(wanted: str, found: str) -> float:
    if wanted == found:
        return 0.0
    alike = (wanted in VOWELS) == (found in VOWELS)
    return OTHER[wanted in VOWELS] if alike else OTHER_KIND
