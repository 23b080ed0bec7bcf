"""Which word is this?"""

from core.probing.moments import of_tier, word_alone
from core.probing.rung import Fewest, Rung
from core.text import N_

RUNG = Rung(
    name="word",
    title=N_("Word"),
    question=N_("Which word is this?"),
    kind="classes",
    metric="accuracy",
    unseen="voices and sentences",
    place=5,
    items=of_tier("word", word_alone),
    fewest=Fewest(taught=8, tested=2, classes=5, items=100, test=30),
    need=N_(
        "This needs a row “word” with at least {classes} words that each recur {taught} times among what is learned "
        "from, {items} together, and {test} of them in what is tested, said by other voices in other sentences."
    ),
    tier="word",
    same=word_alone,
)
