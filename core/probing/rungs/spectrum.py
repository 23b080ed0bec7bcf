"""How strong is every band of frequency here?"""

from core.probing.measures import bands
from core.probing.moments import spread
from core.probing.rung import Fewest, Rung
from core.text import N_

RUNG = Rung(
    name="spectrum",
    title=N_("Spectrum"),
    question=N_("How strong is every band of frequency here?"),
    kind="values",
    metric="R2",
    unseen="voices and sentences",
    place=0,
    items=spread,
    fewest=Fewest(items=300, test=100),
    need=N_("This needs at least {items} tenths of a second of sound to learn from, and {test} to test on."),
    measure=bands,
    frames=True,
    kept=False,
)
