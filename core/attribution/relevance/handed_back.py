"""Run the way back for a question, and say how much of the score arrived at the sound."""

import torch
from jaxtyping import Float
from torch import Tensor

from core.attribution.method import Found, on_input
from core.attribution.question import Question
from core.attribution.relevance.backward import Relevance
from core.progress import Report, Step
from core.text import N_, _

# The authors' own words on their program: "a patented technology that can only be used free of charge for personal and
# scientific purposes" (README of LRP-eXplains-Transformers)
CAUTION = N_(
    "This family of methods (LRP) is patented: its authors, at Fraunhofer HHI and TU Berlin, say that it is free of "
    "charge for personal and scientific use, so ask them before you use it commercially."
)
LEAST = 1e-9


def handed_back(question: Question, way: Relevance, report: Report) -> Found:
    """Multiply the input by what comes back to it; what constants of the network keep is told, not hidden."""
    with way:
        arriving, score = question.gradient(question.values)
    relevance = arriving * question.values
    report(Step(1, 1))
    return on_input(question, relevance, notes=(_told(float(score), _on_sound(question, relevance)),))


def _on_sound(question: Question, relevance: Float[Tensor, "one ..."]) -> float:
    """Add up what lies on the clip; what arrives at its padding is no part of the sound."""
    return float(question.plane.place(relevance).sum(dtype=torch.float64))


def _told(score: float, found: float) -> str:
    """Say what share of the score lies on the sound; the rest went to biases, padding and what a rule takes or adds."""
    if abs(score) < LEAST:
        return _("The score is zero, so nothing was shared out.")
    return _(
        "Of a score of {score:.2f}, {found:.2f} ({share:.0%}) lies on the sound; constants of the network (biases), "
        "padding and the rule itself account for the rest."
    ).format(score=score, found=found, share=found / score)
