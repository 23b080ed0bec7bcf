"""Input times gradient: what each number adds to the score as far as a straight line tells."""

from dataclasses import dataclass

from core.attribution.method import Found, Method, on_input
from core.attribution.question import Question
from core.progress import Report, Step
from core.text import N_


@dataclass(frozen=True)
class Settings:
    """There is nothing to set."""


def compute(question: Question, settings: Settings, report: Report) -> Found:
    """Multiply the gradient by the input; for a network of ReLUs this is LRP-epsilon."""
    gradient, _score = question.gradient(question.values)
    report(Step(1, 1))
    return on_input(question, gradient * question.values)


METHOD = Method(
    name="input-x-gradient",
    title=N_("Input × gradient"),
    summary=N_("How the score would change if each number were a little stronger, times how strong it is."),
    kind="gradients",
    rank=40,
    settings=Settings,
    signed=True,
    compute=compute,
    source="Shrikumar et al. 2017",
)
