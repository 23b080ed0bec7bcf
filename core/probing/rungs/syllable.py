"""Which syllable is this?"""

from core.probing.moments import of_tier
from core.probing.rung import Fewest, Rung
from core.text import N_

RUNG = Rung(
    name="syllable",
    title=N_("Syllable"),
    question=N_("Which syllable is this?"),
    kind="classes",
    metric="accuracy",
    unseen="voices and sentences",
    place=4,
    items=of_tier("syllable"),
    fewest=Fewest(taught=8, tested=2, classes=5, items=100, test=30),
    need=N_(
        "This needs a row “syllable” with at least {classes} syllables that each recur {taught} times among what is "
        "learned from, {items} together, and {test} of them in what is tested."
    ),
    tier="syllable",
)
