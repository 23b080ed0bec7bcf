"""AttnLRP: hand the score back through a transformer, its attention included."""

from dataclasses import dataclass

from core.attribution.method import Found, Method
from core.attribution.question import Question
from core.attribution.relevance.attention import no_transformer, through_transformers
from core.attribution.relevance.handed_back import CAUTION, handed_back
from core.progress import Report
from core.text import N_


@dataclass(frozen=True)
class Settings:
    """There is nothing to set."""


def compute(question: Question, settings: Settings, report: Report) -> Found:
    """Hand the score back once; as long as one pass forward and back."""
    return handed_back(question, through_transformers(), report)


METHOD = Method(
    name="attn-lrp",
    title=N_("AttnLRP"),
    summary=N_("Hands the score back layer by layer, through attention too: to what was heard and to where it looked."),
    kind="relevance",
    rank=15,
    settings=Settings,
    signed=True,
    compute=compute,
    source="Achtibat et al. 2024",
    unfit=lambda model, target, settings: no_transformer(model),
    caution=CAUTION,
)
