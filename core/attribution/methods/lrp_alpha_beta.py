"""LRP-alpha-beta: hand the score back, with what spoke for it and against it kept apart in every layer."""

from dataclasses import dataclass

from core.attribution.method import Found, Method
from core.attribution.question import Question
from core.attribution.relevance.convolutional import Convolutional, not_convolutional
from core.attribution.relevance.handed_back import CAUTION, handed_back
from core.attribution.relevance.shares import alpha_beta_rule
from core.progress import Report
from core.setting import setting
from core.text import N_


@dataclass(frozen=True)
class Settings:
    """How the two sides are weighed: alpha for what spoke for it, beta = alpha - 1 for what spoke against it."""

    alpha: float = setting(
        2.0,
        N_("Alpha"),
        N_("Weight of what spoke for it; what spoke against it weighs one less."),
        least=1.0,
        most=10.0,
    )


def compute(question: Question, settings: Settings, report: Report) -> Found:
    """Share every sum out among the summands above zero, and take from those below."""
    return handed_back(question, Convolutional(alpha_beta_rule(settings.alpha)), report)


METHOD = Method(
    name="lrp-alpha-beta",
    title=N_("LRP-αβ"),
    summary=N_("Hands the score back layer by layer, with what spoke for it and what spoke against it kept apart."),
    kind="relevance",
    rank=18,
    settings=Settings,
    signed=True,
    compute=compute,
    source="Bach et al. 2015",
    unfit=lambda model, target, settings: not_convolutional(model),
    caution=CAUTION,
)
