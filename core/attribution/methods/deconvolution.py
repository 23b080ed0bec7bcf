"""Deconvolution: the score sent back through the network with ReLUs on the way back instead of on the way there."""

from dataclasses import dataclass

from core.attribution.method import Found, Method, on_input
from core.attribution.question import Question
from core.attribution.relu_networks import Deconvolved, not_only_relus, relus_as
from core.progress import Report, Step
from core.text import N_


@dataclass(frozen=True)
class Settings:
    """There is nothing to set."""


def compute(question: Question, settings: Settings, report: Report) -> Found:
    """Take what comes back without its sign, which says nothing of for or against."""
    with relus_as(Deconvolved, question.module):
        gradient, _score = question.gradient(question.values)
    report(Step(1, 1))
    return on_input(question, gradient.abs_())


METHOD = Method(
    name="deconvolution",
    title=N_("Deconvolution"),
    summary=N_("Sends the score back through the layers, of which each hands on only what is positive."),
    kind="gradients",
    rank=81,
    settings=Settings,
    signed=False,
    compute=compute,
    unfit=lambda model, target, settings: not_only_relus(model),
    source="Zeiler and Fergus 2014",
    caution=N_(
        "It hardly depends on what the network has learned, so it shows the sound more than the reason. It is here "
        "because people ask for it."
    ),
)
