"""Guided backpropagation: the gradient, of which every ReLU lets only what is positive come back."""

from dataclasses import dataclass

from core.attribution.method import Found, Method, on_input
from core.attribution.question import Question
from core.attribution.relu_networks import Guided, not_only_relus, relus_as
from core.progress import Report, Step
from core.text import N_


@dataclass(frozen=True)
class Settings:
    """There is nothing to set."""


def compute(question: Question, settings: Settings, report: Report) -> Found:
    """Take the guided gradient without its sign, which says nothing of for or against."""
    with relus_as(Guided, question.module):
        gradient, _score = question.gradient(question.values)
    report(Step(1, 1))
    return on_input(question, gradient.abs_())


METHOD = Method(
    name="guided-backprop",
    title=N_("Guided backpropagation"),
    summary=N_("The gradient, of which each layer lets back only what would raise the score."),
    kind="gradients",
    rank=80,
    settings=Settings,
    signed=False,
    compute=compute,
    unfit=lambda model, target, settings: not_only_relus(model),
    source="Springenberg et al. 2015",
    caution=N_(
        "Known to draw nearly the same picture for a network whose last layers are random: it shows the sound more "
        "than the reason. It is here because people ask for it."
    ),
)
