"""How loud is it here?"""

from core.probing.measures import loudness
from core.probing.moments import spread
from core.probing.rung import Fewest, Rung
from core.text import N_

RUNG = Rung(
    name="loudness",
    title=N_("Loudness"),
    question=N_("How loud is it here?"),
    kind="values",
    metric="R2",
    unseen="voices and sentences",
    place=1,
    items=spread,
    fewest=Fewest(items=300, test=100),
    need=N_("This needs at least {items} tenths of a second of sound to learn from, and {test} to test on."),
    measure=loudness,
    frames=True,
)
