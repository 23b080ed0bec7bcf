"""Saliency: how strongly the score reacts to each number of the input."""

from dataclasses import dataclass

from core.attribution.method import Found, Method, on_input
from core.attribution.question import Question
from core.progress import Report, Step
from core.text import N_


@dataclass(frozen=True)
class Settings:
    """There is nothing to set."""


def compute(question: Question, settings: Settings, report: Report) -> Found:
    """Take the gradient without its sign."""
    gradient, _score = question.gradient(question.values)
    report(Step(1, 1))
    return on_input(question, gradient.abs_())


METHOD = Method(
    name="saliency",
    title=N_("Saliency"),
    summary=N_("How strongly the score would react if each number changed a little, up or down."),
    kind="gradients",
    rank=50,
    settings=Settings,
    signed=False,
    compute=compute,
    source="Simonyan et al. 2014",
    caution=N_("It tells where the score would react, not what was there: silence can stand out as much as sound."),
)
