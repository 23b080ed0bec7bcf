"""Whose voice is this?"""

from core.probing.moments import whole
from core.probing.rung import Fewest, Rung
from core.text import N_

RUNG = Rung(
    name="speaker",
    title=N_("Speaker"),
    question=N_("Whose voice is this?"),
    kind="classes",
    metric="accuracy",
    unseen="sentences",
    place=0,
    items=whole(lambda utterance: utterance.speaker),
    fewest=Fewest(taught=3, tested=1, classes=3, items=30, test=15),
    need=N_(
        "This needs at least {classes} voices that each say {taught} of the sentences that are learned from, {items} "
        "together, and {test} other sentences. Who speaks must be known."
    ),
    beside=True,
    kept=False,
)
