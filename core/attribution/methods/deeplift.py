"""DeepLIFT with the Rescale rule: how the change of the score goes back to the changes of the input."""

import warnings
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn

from core.attribution.baselines import Compared, baseline_of, told_of_baseline
from core.attribution.method import Found, Method, Passes, on_input
from core.attribution.question import Question
from core.attribution.relu_networks import not_only_relus
from core.progress import Report, Step
from core.text import N_

KEPT = ("input", "output")  # what captum leaves on a part of the network when it is stopped midway


@dataclass(frozen=True)
class Settings(Compared):
    """What to compare with."""


class Scored(nn.Module):
    """A network that answers with the score of the target alone."""

    def __init__(self, question: Question) -> None:
        super().__init__()
        self.question, self.network = question, question.module

    def forward(self, values: Float[Tensor, "batch ..."]) -> Float[Tensor, " batch"]:
        """Ask for the score."""
        return self.question.score(values)


def compute(question: Question, settings: Settings, report: Report) -> Found:
    """Run captum's DeepLIFT; leave nothing of it behind."""
    from captum.attr import DeepLift

    base = baseline_of(question, settings.baseline)
    reference = float(question.score(base))
    known = {part: set(vars(part)) for part in question.module.modules()}
    try:
        with torch.enable_grad(), warnings.catch_warnings():
            warnings.simplefilter("ignore")  # it warns of the hooks that it sets and removes
            found = DeepLift(Scored(question)).attribute(question.values.clone(), base)
    finally:
        for part, names in known.items():
            for name in KEPT:
                if name not in names:
                    vars(part).pop(name, None)
    report(Step(1, 1))
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
    passes=lambda model, seconds, pieces, settings: Passes(forward=1, back=2),
    unfit=lambda model, target, settings: not_only_relus(model),
    source="Shrikumar et al. 2017",
)
