"""Learn from clips without a label too: by consistency (FixMatch, Sohn et al. 2020) or by pseudo-labels (Lee 2013)."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import torch
from jaxtyping import Float, Float64
from torch import Tensor

THRESHOLD = 0.95  # probability above which a guess counts as sure, as in FixMatch
WEIGHT = 1.0  # of the loss on unlabelled clips beside that on labelled ones, as in FixMatch


@dataclass(frozen=True)
class Used:
    """How many unlabelled clips were heard, and for how many of them the model was sure enough to learn from them."""

    heard: int = 0
    sure: int = 0

    def __add__(self, more: "Used") -> "Used":
        """Count both."""
        return Used(self.heard + more.heard, self.sure + more.sure)


def consistency(
    weak: Float[Tensor, "clips classes"], strong: Float[Tensor, "clips classes"], threshold: float = THRESHOLD
) -> tuple[Float[Tensor, ""], Used]:
    """Ask that strongly changed clips get the class that the model is sure of for the same clips, hardly changed.

    Both are logits. The mean is over all clips, those that it is not sure of count as zero. No gradient goes through
    the guess.
    """
    confidence, guess = weak.detach().float().softmax(1).max(1)
    sure = confidence >= threshold
    each = torch.nn.functional.cross_entropy(strong.float(), guess, reduction="none")
    return (each * sure).mean(), Used(len(guess), int(sure.sum()))


@dataclass(frozen=True)
class PseudoLabels:
    """Clips that the model was sure of, by their item, with the class it guessed; ``heard`` of them were asked."""

    items: tuple[int, ...] = ()
    targets: tuple[int, ...] = ()
    heard: int = 0

    @property
    def used(self) -> Used:
        """How many count."""
        return Used(self.heard, len(self.items))


def pseudo_labels(
    items: Sequence[int], probabilities: Float64[np.ndarray, "clips classes"], threshold: float = THRESHOLD
) -> PseudoLabels:
    """Take the clips whose most probable class is at least as probable as ``threshold``, in the order given."""
    if not len(items):
        return PseudoLabels()
    sure: list[int] = np.flatnonzero(probabilities.max(axis=1) >= threshold).tolist()
    guesses: list[int] = probabilities.argmax(axis=1).tolist()
    return PseudoLabels(tuple(items[at] for at in sure), tuple(guesses[at] for at in sure), heard=len(items))


def teacher_epochs(epochs: int) -> int:
    """Say how many epochs pass before the model labels clips, anew in each epoch from then on: the first half."""
    return max(epochs // 2, 1)
