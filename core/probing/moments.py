"""Moments and stretches of an utterance, as rungs read them."""

from collections.abc import Callable

import numpy as np

from core.corpus.corpus import Utterance
from core.probing.rung import PAUSE, Item

Items = Callable[[Utterance, np.random.Generator], list[Item]]
APART = 0.1  # seconds between two moments at which values are measured; nearer ones say nearly the same
MARKS = " .,;:!?…\"“”„‘’'()[]–-"
LEAST_PAUSE = 0.04  # seconds of silence that are more than the edge between two words


def spread(utterance: Utterance, chance: np.random.Generator) -> list[Item]:
    """Draw one moment out of every tenth of a second."""
    begins = np.arange(0.0, max(utterance.seconds - APART, 0.0) + 1e-9, APART)
    return [Item(second, second) for second in (begins + chance.uniform(0, APART, begins.size)).tolist()]


def phones(utterance: Utterance, chance: np.random.Generator) -> list[Item]:
    """Draw one moment of every phone, anywhere between its edges, and of every pause."""
    found = []
    row = dict(utterance.tiers).get("phone", ())
    for item in row:
        if item.label or item.seconds >= LEAST_PAUSE:
            second = float(chance.uniform(item.start, item.end))
            found.append(Item(second, second, item.label or PAUSE))
    return found


def word_alone(label: str) -> str:
    """Spell a word as it is spelled in the middle of a sentence: small letters, no marks around it."""
    return label.strip(MARKS).casefold()


def of_tier(tier: str, same: Callable[[str], str] = str) -> Items:
    """Read every labelled stretch of one row of the tiers; ``same`` brings labels to one spelling."""

    def items(utterance: Utterance, chance: np.random.Generator) -> list[Item]:
        named = ((item, same(item.label)) for item in utterance.tiers.spoken(tier))
        return [Item(item.start, item.end, label) for item, label in named if label]

    return items


def whole(label: Callable[[Utterance], str]) -> Items:
    """Read all that is said as one stretch, the silence around it left out; nothing where it has no label."""

    def items(utterance: Utterance, chance: np.random.Generator) -> list[Item]:
        spoken = utterance.tiers.spoken("sentence") or utterance.tiers.spoken("word")
        start, end = (spoken[0].start, spoken[-1].end) if spoken else (0.0, utterance.seconds)
        return [Item(start, end, label(utterance))] if label(utterance) else []

    return items
