"""DeepLIFT with the Rescale rule: how the change of the score goes back to the changes of the input."""

from dataclasses import dataclass

from core.attribution.baselines import Compared, baseline_of, told_of_baseline
from core.attribution.method import Found, Method, Passes, on_input
from core.attribution.question import Question
from core.attribution.relu_networks import not_only_relus
from core.attribution.rescaling import remembering, rescaled
from core.progress import Report, Step
from core.text import N_


@dataclass(frozen=True)
class Settings(Compared):
    """What to compare with."""


def compute(question: Question, settings: Settings, report: Report) -> Found:
    """Hear the baseline, then multiply the rescaled gradient by the way from there to the sound."""
    base = baseline_of(question, settings.baseline)
    with remembering(question.module) as given:
        reference = float(question.score(base))
    with rescaled(given):
        slope, _score = question.gradient(question.values)
    report(Step(1, 1))
    found = slope * (question.values - base)
    return on_input(question, found, reference, (told_of_baseline(question, settings.baseline),))


METHOD = Method(
    name="deeplift",
    title=N_("DeepLIFT"),
    summary=N_("Compares every part of the network between the sound and nothing, and hands the change back."),
    kind="gradients",
    rank=25,
    settings=Settings,
    signed=True,
    compute=compute,
    passes=lambda model, seconds, pieces, settings: Passes(forward=1, back=1),
    unfit=lambda model, target, settings: not_only_relus(model),
    source="Shrikumar et al. 2017",
)
