"""Teach probes of one task, choose how strongly they are held back, and score them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from jaxtyping import Float32

from core.probing.controls import Target
from core.probing.gathering import DEVELOP, TEST, TRAIN, Task
from core.probing.ladder import Score
from core.probing.probe import Probe, Standard, teach_classes, teach_values
from core.probing.scoring import balanced, plain, score

STRENGTHS = (1.0, 0.1, 0.01, 0.001, 0.0001)
CHOOSERS = 6  # stops, spread over the depth, that choose the strength together

Opened = Callable[[], Float32[np.ndarray, "n width"]]


@dataclass(frozen=True, eq=False)
class Sides:
    """Vectors of one stop, standardised on what is learned from."""

    standard: Standard
    train: Float32[np.ndarray, "train width"]
    develop: Float32[np.ndarray, "develop width"]
    test: Float32[np.ndarray, "test width"]

    @classmethod
    def of(cls, vectors: Float32[np.ndarray, "n width"], task: Task) -> "Sides":
        """Divide vectors, one row per item of the task, and standardise them."""
        standard = Standard.of(vectors[task.rows(TRAIN)])
        return cls(standard, *(standard(vectors[task.rows(part)]) for part in (TRAIN, DEVELOP, TEST)))


@dataclass(frozen=True, eq=False)
class Reading:
    """One task with the labels that its probes learn: the real ones, or control labels.

    target  of every item of the task
    seed    of the draws of an interval
    """

    task: Task
    target: Target
    seed: int = 0

    @cached_property
    def axes(self) -> list[np.ndarray]:
        """Voice and sentence of every test item, where they are new; what is known to the probe is not drawn again."""
        rows, unseen = self.task.rows(TEST), self.task.division.unseen
        found = []
        if "voices" in unseen:
            found.append(self.task.voice[rows])
        if "sentences" in unseen:
            found.append(self.task.sentence[rows])
        return found

    def taught(self, sides: Sides, strength: float) -> tuple[np.ndarray, np.ndarray]:
        """Fit weights and bias on what is learned from."""
        target = self.target[self.task.rows(TRAIN)]
        if self.task.rung.kind == "values":
            return teach_values(sides.train, target, strength)
        return teach_classes(sides.train, target, len(self.task.labels), strength)

    def said(self, rows: Float32[np.ndarray, "n width"], weight: np.ndarray, bias: np.ndarray) -> Target:
        """What a probe answers on standardised rows: numbers of classes, or values."""
        outputs = rows.astype(np.float64) @ weight.T.astype(np.float64) + bias
        return outputs if self.task.rung.kind == "values" else outputs.argmax(1)

    def scored(self, answer: Target, part: int = TEST) -> Score:
        """Score answers on the test."""
        return score(self.task.rung.metric, self.target[self.task.rows(part)], answer, self.axes, self.seed)

    def balanced(self, answer: Target) -> float:
        """Balanced accuracy on the test."""
        return balanced(self.target[self.task.rows(TEST)], answer)

    def strength(self, stops: Sequence[Opened]) -> float:
        """Choose one strength for all stops: the best on ``develop``, averaged over some stops spread over the depth.

        Where nothing could be kept for develop, it is the middle one.
        """
        rows = self.task.rows(DEVELOP)
        if not rows.size:
            return STRENGTHS[len(STRENGTHS) // 2]
        total = np.zeros(len(STRENGTHS))
        for place in np.unique(np.linspace(0, len(stops) - 1, min(CHOOSERS, len(stops))).round().astype(int)):
            sides = Sides.of(stops[place](), self.task)
            for at, strength in enumerate(STRENGTHS):
                answer = self.said(sides.develop, *self.taught(sides, strength))
                total[at] += plain(self.task.rung.metric, self.target[rows], answer)
        return STRENGTHS[int(np.nanargmax(total))]

    def with_target(self, target: Target) -> "Reading":
        """Ask the same of other labels."""
        return replace(self, target=target)

    def probe(self, stop: int, standard: Standard, weight: np.ndarray, bias: np.ndarray) -> Probe:
        """Make of a fit what can be asked of other sounds."""
        return Probe(self.task.rung.name, stop, self.task.labels, standard.mean, standard.scale, weight, bias)
