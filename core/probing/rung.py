"""One rung of the ladder: a question that is asked of every layer, and what it takes to ask it."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Float64

from core.clip import Clip
from core.corpus.corpus import Utterance
from core.corpus.division import Unseen
from core.text import N_

Kind = Literal["classes", "values"]
MetricName = Literal["accuracy", "balanced accuracy", "R2"]
METRIC_TITLES = {
    "accuracy": N_("Share right"),
    "balanced accuracy": N_("Share right, every class counting the same"),
    "R2": N_("Share of the variance recovered (R²)"),
}
PAUSE = "–"
"""Label of a moment at which nobody speaks."""


@dataclass(frozen=True)
class Item:
    """One thing to be read: where it lies in its utterance, in seconds, and what is true of it.

    start, end  equal for a moment (the frame nearest to it); else the mean over the frames in between is read
    label       the class; empty for a rung of values, which are measured from the sound
    """

    start: float
    end: float
    label: str = ""


@dataclass(frozen=True)
class Fewest:
    """What a rung needs before it answers.

    taught, tested   items of a class among those learned from and those tested on, for the class to count
    classes          classes that count; 0 for a rung of values
    items            items to learn from, all classes together
    test             items to test on
    """

    taught: int = 0
    tested: int = 0
    classes: int = 0
    items: int = 200
    test: int = 50


@dataclass(frozen=True, eq=False)
class Rung:
    """A question that is asked of every layer.

    name       word for keys and addresses
    title      of its curve
    question   in plain words, as a person would ask it
    kind       classes are told apart; values are recovered
    metric     what its curve shows
    unseen     what is new in the test
    place      its place on the ladder, the lowest first
    items      (utterance, random numbers) -> what there is to read in it
    measure    (clip, moments (n,) in seconds) -> values (n, values) of the sound; rows that are not numbers are left
               out; None for a rung of classes
    fewest     what it needs
    need       a sentence that says what it needs, with the names of ``Fewest`` in braces
    beside     stands beside the ladder, not on it
    frames     its probe reads single frames, so that it can be asked of every frame of a clip
    tier       row of the tiers whose stretches its probe reads; empty where none
    same       brings labels that mean the same to one spelling
    kept       its probes are kept, to be asked of a person's own clip
    """

    name: str
    title: str
    question: str
    kind: Kind
    metric: MetricName
    unseen: Unseen
    place: int
    items: Callable[[Utterance, np.random.Generator], Sequence[Item]]
    need: str
    measure: Callable[[Clip, Float64[np.ndarray, " n"]], Float64[np.ndarray, "n values"]] | None = None
    fewest: Fewest = Fewest()
    beside: bool = False
    frames: bool = False
    tier: str = ""
    same: Callable[[str], str] = str
    kept: bool = True
