"""LRP-gamma: hand the score back and favour what pulled the same way."""

from dataclasses import dataclass

from core.attribution.method import Found, Method
from core.attribution.question import Question
from core.attribution.relevance.convolutional import Convolutional, not_convolutional
from core.attribution.relevance.handed_back import CAUTION, handed_back
from core.attribution.relevance.shares import gamma_rule
from core.progress import Report
from core.setting import setting
from core.text import N_


@dataclass(frozen=True)
class Settings:
    """How much more counts what pulled the same way."""

    gamma: float = setting(
        0.25, N_("Gamma"), N_("How much more counts what pulled where the sum went; 0 is LRP-ε."), least=0.0, most=10.0
    )


def compute(question: Question, settings: Settings, report: Report) -> Found:
    """Share every sum out, with summands of its own sign counting more."""
    return handed_back(question, Convolutional(gamma_rule(settings.gamma)), report)


METHOD = Method(
    name="lrp-gamma",
    title=N_("LRP-γ"),
    summary=N_("Hands the score back layer by layer, and listens more to the parts that spoke for it."),
    kind="relevance",
    rank=16,
    settings=Settings,
    signed=True,
    compute=compute,
    source="Montavon et al. 2019; Andéol et al. 2021",
    unfit=lambda model, target, settings: not_convolutional(model),
    caution=CAUTION,
)
