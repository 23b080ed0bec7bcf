"""How long a model takes for a clip, so that what a method will cost can be said before it begins."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import torch

from core.attribution.method import Passes
from core.attribution.question import asked
from core.attribution.target import Target
from core.clip import Clip
from core.loading import LoadedModel

TURNS = 2
ENOUGH = 0.5  # seconds of a pass from which on one is enough


@dataclass(frozen=True)
class Pace:
    """Seconds of one pass forward, and of one forward and back, over one clip."""

    forward: float
    back: float

    def seconds(self, cost: Passes) -> float:
        """Say how long so many passes take."""
        return cost.forward * self.forward + cost.back * self.back


def pace(model: LoadedModel, clip: Clip, target: Target) -> Pace:
    """Measure passes of each kind; what else the computer does now and then counts little, as the quickest counts."""
    with asked(model, clip, target) as question, torch.no_grad():
        return Pace(
            _lasted(lambda: question.logits(question.values)), _lasted(lambda: question.gradient(question.values))
        )


def _lasted(work: Callable[[], object]) -> float:
    found = []
    for _turn in range(TURNS):
        begun = time.perf_counter()
        work()
        found.append(time.perf_counter() - begun)
        if found[0] > ENOUGH:
            break
    return min(found)
