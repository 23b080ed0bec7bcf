"""Which sentence is this?"""

from core.probing.moments import whole
from core.probing.rung import Fewest, Rung
from core.text import N_

RUNG = Rung(
    name="sentence",
    title=N_("Sentence"),
    question=N_("Which sentence is this?"),
    kind="classes",
    metric="accuracy",
    unseen="voices",
    place=6,
    items=whole(lambda utterance: utterance.sentence),
    fewest=Fewest(taught=3, tested=1, classes=5, items=40, test=20),
    need=N_(
        "This needs at least {classes} sentences that each are said by {taught} of the voices that are learned from, "
        "{items} together, and {test} times by other voices."
    ),
    kept=False,
)
