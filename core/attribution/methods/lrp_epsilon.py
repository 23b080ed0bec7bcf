"""LRP-epsilon: hand the score back, layer by layer, in proportion to what contributed."""

from dataclasses import dataclass

from core.attribution.method import Found, Method
from core.attribution.question import Question
from core.attribution.relevance.convolutional import Convolutional, not_convolutional
from core.attribution.relevance.handed_back import CAUTION, handed_back
from core.attribution.relevance.shares import epsilon_rule
from core.progress import Report
from core.setting import setting
from core.text import N_


@dataclass(frozen=True)
class Settings:
    """What is taken from sums that are close to zero."""

    epsilon: float = setting(
        1e-4, N_("Epsilon"), N_("Takes relevance from parts that hardly add up to anything."), least=0.0, most=10.0
    )


def compute(question: Question, settings: Settings, report: Report) -> Found:
    """Share every sum out in proportion to its summands; with a small epsilon this is input times gradient."""
    return handed_back(question, Convolutional(epsilon_rule(settings.epsilon)), report)


METHOD = Method(
    name="lrp-epsilon",
    title=N_("LRP-ε"),
    summary=N_("Hands the score back layer by layer, to each part what it put in; almost equal to input × gradient."),
    kind="relevance",
    rank=17,
    settings=Settings,
    signed=True,
    compute=compute,
    source="Bach et al. 2015",
    unfit=lambda model, target, settings: not_convolutional(model),
    caution=CAUTION,
)
