"""Who says what: every sentence by several people, and the kept voices and sentences apart."""

import random
from collections.abc import Sequence

from models.recipes.corpora import people, sentences

SEED = 5
SAID = {
    ("trained", "trained"): 26,
    ("trained", "kept"): 4,
    ("kept", "trained"): 4,
    ("kept", "kept"): len(sentences.KEPT),
}
"""How many of which sentences each of which people says."""


def plan() -> dict[str, tuple[str, ...]]:
    """Return the texts that each person says, by name, in the order of the sentences."""
    told = {"trained": sentences.TRAINED, "kept": sentences.KEPT}
    whole = sentences.TRAINED + sentences.KEPT
    texts: dict[str, list[str]] = {}
    for (side, kind), count in SAID.items():
        group = people.TRAINED if side == "trained" else people.KEPT
        for person, part in zip(group, _dealt(told[kind], len(group), count), strict=True):
            texts.setdefault(person.name, []).extend(part)
    return {name: tuple(sorted(said, key=whole.index)) for name, said in texts.items()}


def key(text: str) -> str:
    """Return the short name of a sentence, such as t07 or k12."""
    if text in sentences.KEPT:
        return f"k{sentences.KEPT.index(text) + 1:02d}"
    return f"t{sentences.TRAINED.index(text) + 1:02d}"


def _dealt(texts: Sequence[str], people_count: int, each: int) -> list[list[str]]:
    """Deal out texts like cards, round after round, so that each is said by about as many people."""
    source = random.Random(SEED)
    pile: list[str] = []
    while len(pile) < people_count * each:
        pile += source.sample(texts, len(texts))
    hands: list[list[str]] = []
    for _person in range(people_count):
        hand: list[str] = []
        while len(hand) < each:
            hand.append(pile.pop(next(i for i, text in enumerate(pile) if text not in hand)))
        hands.append(hand)
    return hands
