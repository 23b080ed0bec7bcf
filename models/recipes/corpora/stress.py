"""Lexical stress of syllables, as CMU's dictionary gives it."""

import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from core.tiers import Interval, Tiers
from models.recipes.speech_tiny.sentences import FUNCTION_WORDS
from models.recipes.speech_tiny.utterance import SynthesisError

_LEXICON = Path("/usr/share/festival/dicts/cmu/cmudict-0.4.out")
_ENTRY = re.compile(r'^\("([a-z\']+)" nil \((.*)\)\)$', re.MULTILINE)
_SYLLABLE = re.compile(r"\(\([a-z ]+\) ([0-9])\)")


def stress_row(tiers: Tiers) -> tuple[Interval, ...]:
    """Label each syllable "stressed" or "unstressed"; it stays without a label where the dictionary does not tell.

    It does not tell where it lacks the word or divides it into another number of syllables than were spoken. Function
    words of one syllable stay without a label, too: they have a stress in the dictionary and none in a sentence.
    """
    row: list[Interval] = []
    for word in tiers.spoken("word"):
        parts = [s for s in tiers.spoken("syllable") if word.start <= (s.start + s.end) / 2 < word.end]
        row += [
            Interval(s.start, s.end, label) for s, label in zip(parts, _labels(word.label, len(parts)), strict=True)
        ]
    return tuple(row)


def _labels(word: str, count: int) -> Sequence[str]:
    marks = _dictionary().get(word.lower(), ())
    if len(marks) != count or (count == 1 and word.lower() in FUNCTION_WORDS):
        return [""] * count
    return ["stressed" if mark == "1" else "unstressed" for mark in marks]


@cache
def _dictionary() -> dict[str, tuple[str, ...]]:
    """Read word -> stress of its syllables; of several pronunciations the first."""
    if not _LEXICON.is_file():
        raise SynthesisError("CMU's dictionary is not installed.", hint="Install Debian's package festlex-cmu.")
    found: dict[str, tuple[str, ...]] = {}
    for word, pronounced in _ENTRY.findall(_LEXICON.read_text(errors="replace")):
        found.setdefault(word, tuple(_SYLLABLE.findall(pronounced)))
    return found
