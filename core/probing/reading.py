"""Teach probes of one task, choose how strongly they are held back, and score them."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from jaxtyping import Float32, Float64, Int64

from core.probing.controls import Target
from core.probing.gathering import DEVELOP, TEST, TRAIN, Task
from core.probing.ladder import Score
from core.probing.probe import TOLERANCE, Probe, Standard, softmax, teach_classes, teach_values
from core.probing.scoring import balanced, plain, score

STRENGTHS = (1.0, 0.1, 0.01, 0.001)
LEAST = 1e-6  # probability that a true class counts as having; one that was not there to learn has none at all
ROUGH = 1e-4  # tolerance of a fit that only helps to choose the strength
CHOOSERS = 6  # stops, spread over the depth, that choose the strength together

Opened = Callable[[], Float32[np.ndarray, "n width"]]


@dataclass(frozen=True, eq=False)
class Sides:
    """Vectors of one stop, standardised on what is learned from.

    learn, tell   places of the items to learn from and to answer about
    taught, told  their vectors
    """

    learn: Int64[np.ndarray, " taught"]
    tell: Int64[np.ndarray, " told"]
    standard: Standard
    taught: Float32[np.ndarray, "taught width"]
    told: Float32[np.ndarray, "told width"]

    @classmethod
    def of(cls, vectors: Float32[np.ndarray, "n width"], learn: np.ndarray, tell: np.ndarray) -> "Sides":
        """Divide vectors, one row per item of the task, and standardise them."""
        taught = vectors[learn]
        standard = Standard.of(taught)
        return cls(learn, tell, standard, standard(taught), standard(vectors[tell]))

    @classmethod
    def final(cls, vectors: Float32[np.ndarray, "n width"], task: Task) -> "Sides":
        """Learn from all that has nothing of the test, and answer about the test."""
        return cls.of(vectors, task.taught, task.rows(TEST))


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

    def taught(self, sides: Sides, strength: float, tolerance: float = TOLERANCE) -> tuple[np.ndarray, np.ndarray]:
        """Fit weights and bias on what is learned from; ``tolerance`` is that of classes."""
        target = self.target[sides.learn]
        if self.task.rung.kind == "values":
            return teach_values(sides.taught, target, strength)
        return teach_classes(sides.taught, target, len(self.task.labels), strength, tolerance)

    def outputs(self, sides: Sides, weight: np.ndarray, bias: np.ndarray) -> Float64[np.ndarray, "told outputs"]:
        """Return what a probe gives for what it is asked about: logarithms of odds, or values."""
        return sides.told.astype(np.float64) @ weight.T.astype(np.float64) + bias

    def said(self, sides: Sides, strength: float) -> Target:
        """Teach a probe and return what it answers: numbers of classes, or values."""
        return self.answer(self.outputs(sides, *self.taught(sides, strength)))

    def answer(self, outputs: Float64[np.ndarray, "told outputs"]) -> Target:
        """Take the likeliest class, or the values."""
        return outputs if self.task.rung.kind == "values" else outputs.argmax(1)

    def scored(self, answer: Target) -> Score:
        """Score answers on the test."""
        return score(self.task.rung.metric, self.target[self.task.rows(TEST)], answer, self.axes, self.seed)

    def balanced(self, answer: Target) -> float:
        """Balanced accuracy on the test."""
        return balanced(self.target[self.task.rows(TEST)], answer)

    def strength(self, stops: Sequence[Opened]) -> float:
        """Choose one strength for all stops: least loss on ``develop``, averaged over some stops spread over the depth.

        The loss of classes is the mean cross-entropy, of values 1 - R². Where nothing could be kept for develop, it is
        the middle one.
        """
        learn, tell = self.task.rows(TRAIN), self.task.rows(DEVELOP)
        if not tell.size or not learn.size:
            return STRENGTHS[len(STRENGTHS) // 2]
        total = np.zeros(len(STRENGTHS))
        for place in np.unique(np.linspace(0, len(stops) - 1, min(CHOOSERS, len(stops))).round().astype(int)):
            sides = Sides.of(stops[place](), learn, tell)
            total += [self._loss(sides, strength) for strength in STRENGTHS]
        return STRENGTHS[int(np.nanargmin(total))]

    def _loss(self, sides: Sides, strength: float) -> float:
        outputs, target = self.outputs(sides, *self.taught(sides, strength, ROUGH)), self.target[sides.tell]
        if self.task.rung.kind == "values":
            return 1 - plain("R2", target, outputs)
        return float(-np.log(np.maximum(softmax(outputs)[np.arange(len(target)), target], LEAST)).mean())

    def with_target(self, target: Target) -> "Reading":
        """Ask the same of other labels."""
        return replace(self, target=target)

    def probe(self, stop: int, standard: Standard, weight: np.ndarray, bias: np.ndarray) -> Probe:
        """Make of a fit what can be asked of other sounds."""
        return Probe(self.task.rung.name, stop, self.task.labels, standard.mean, standard.scale, weight, bias)
