"""What annotations of others say, in the way of Strata: silences without a label, stress in a row of its own."""

import re
from collections.abc import Iterator, Sequence

from core.corpus.corpus import STRESS
from core.tiers import Interval, Tiers

SILENCES = frozenset("sil sp spn ssil pau <sil> <p> <eps> <unk> # _ -".split())  # noqa: SIM905
"""How aligners mark that nothing, or nothing known, is said (in lower case)."""

WITH_STRESS = re.compile(r"([A-Za-z]{2})([0-2])")
"""A vowel of ARPABET with its stress, such as AH0: none, primary (1) or secondary (2)."""


def tidied(tiers: Tiers, seconds: float) -> Tiers:
    """Empty the labels of silences; move the stress that vowels carry in ARPABET into a row of its own.

    Where vowels carry digits the row of phones is ARPABET, and is written in lower case without them, as everywhere in
    Strata. The row of stress has the syllables, where they are known, else the vowels. ClipError as of ``Tiers.of``.
    """
    rows = {name: tuple(_spoken(item) for item in row) for name, row in tiers}
    phones = rows.get("phone", ())
    if any(WITH_STRESS.fullmatch(phone.label) for phone in phones):
        rows.setdefault(STRESS, tuple(_stress(phones, rows.get("syllable", ()))))
        rows["phone"] = tuple(Interval(phone.start, phone.end, _plain(phone.label)) for phone in phones)
    return Tiers.of(rows.items(), seconds)


def sentence_of(tiers: Tiers, told: str) -> str:
    """Name what is said, so that the same words are the same sentence: by the words, by the sentence, or as told."""
    words = " ".join(item.label for item in tiers.spoken("word")) or told
    words = words or " ".join(item.label for item in tiers.spoken("sentence"))
    return " ".join(re.findall(r"[\w']+", words.casefold()))


def _spoken(item: Interval) -> Interval:
    return Interval(item.start, item.end, "" if item.label.casefold() in SILENCES else item.label)


def _plain(label: str) -> str:
    found = WITH_STRESS.fullmatch(label)
    return (found[1] if found else label).lower()


def _stress(phones: Sequence[Interval], syllables: Sequence[Interval]) -> Iterator[Interval]:
    vowels = [(phone, found[2]) for phone in phones if (found := WITH_STRESS.fullmatch(phone.label))]
    if not syllables:
        yield from (Interval(phone.start, phone.end, _word(digit)) for phone, digit in vowels)
        return
    for syllable in syllables:
        inside = [digit for phone, digit in vowels if syllable.start <= (phone.start + phone.end) / 2 < syllable.end]
        yield Interval(syllable.start, syllable.end, _word(inside[0]) if len(inside) == 1 and syllable.label else "")


def _word(digit: str) -> str:
    return "unstressed" if digit == "0" else "stressed"
