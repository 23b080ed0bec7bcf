"""Which phone is this?"""

from core.probing.moments import phones
from core.probing.rung import Fewest, Rung
from core.text import N_

RUNG = Rung(
    name="phone",
    title=N_("Phone"),
    question=N_("Which phone is this?"),
    kind="classes",
    metric="accuracy",
    unseen="voices and sentences",
    place=3,
    items=phones,
    fewest=Fewest(taught=10, tested=2, classes=5, items=400, test=100),
    need=N_(
        "This needs a row “phone” with at least {classes} phones that are each said {taught} times among what is "
        "learned from, {items} together, and {test} in what is tested."
    ),
    frames=True,
)
