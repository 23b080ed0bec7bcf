"""Is this syllable stressed?"""

from core.corpus.corpus import STRESS
from core.probing.moments import of_tier
from core.probing.rung import Fewest, Rung
from core.text import N_

RUNG = Rung(
    name="stress",
    title=N_("Stress"),
    question=N_("Is this syllable stressed?"),
    kind="classes",
    metric="balanced accuracy",
    unseen="voices and sentences",
    place=1,
    items=of_tier(STRESS),
    fewest=Fewest(taught=40, tested=20, classes=2, items=200, test=60),
    need=N_(
        "This needs a row “stress” that calls syllables stressed or unstressed, each {taught} times among what is "
        "learned from, {items} together, and {test} in what is tested."
    ),
    beside=True,
    tier=STRESS,
)
