"""How high is the voice here?"""

from core.probing.moments import spread
from core.probing.pitch import log_pitch
from core.probing.rung import Fewest, Rung
from core.text import N_

RUNG = Rung(
    name="pitch",
    title=N_("Pitch"),
    question=N_("How high is the voice here?"),
    kind="values",
    metric="R2",
    unseen="voices and sentences",
    place=2,
    items=spread,
    fewest=Fewest(items=300, test=100),
    need=N_(
        "This needs at least {items} tenths of a second with a voice of a clear pitch to learn from, and {test} to "
        "test on."
    ),
    measure=log_pitch,
    frames=True,
)
