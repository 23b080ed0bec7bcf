"""The nineteen classes, and which of two sounds in one clip gives it its name."""

from models.recipes.sets.digits import DIGITS
from models.recipes.sets.sounds import KINDS

BACKGROUND = "background"
EVENTS = ("bell", "bird", "drops", "drum", "knocks")
STEADY = ("engine", "rain", "wind")
SOUNDS = tuple(sorted(KINDS))
LABELS = (*DIGITS, *SOUNDS, BACKGROUND)
NUMBERS = {label: number for number, label in enumerate(LABELS)}


def rank(label: str) -> int:
    """Return how strongly a sound claims the name of a clip with several: a digit 3, an event 2, a steady sound 1.

    The louder one does not win; a word between two strokes of a bell is still that word.
    """
    if label in DIGITS:
        return 3
    return 2 if label in EVENTS else int(label in STEADY)
