"""Integrated gradients: the gradient averaged on the way from a baseline to the sound, times the way."""

from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor

from core.attribution.baselines import Compared, baseline_of, completeness_error, told_of_baseline
from core.attribution.method import Found, Method, Passes, on_input
from core.attribution.question import Question
from core.loading import LoadedModel
from core.progress import Report, Step
from core.setting import setting
from core.text import N_, _

FINER = 3  # the middles of n equal parts are among those of 3n
BENDING, ATTENDING = 0.01, 0.02  # completeness error that is small enough, for convolutions and for transformers
NOTHING = 1e-5  # a change of score, as a share of the score, that leaves nothing to share out


@dataclass(frozen=True)
class Settings(Compared):
    """What to compare with, and how finely to walk there."""

    first_steps: int = setting(
        16, N_("Steps to begin with"), N_("Three times as many follow, until all adds up."), least=2, most=512
    )
    most_steps: int = setting(
        432, N_("Steps at most"), N_("More take longer and let it add up more exactly."), least=2, most=4096
    )


def compute(question: Question, settings: Settings, report: Report) -> Found:
    """Add up gradients at the middles of equal steps; three times as many until the completeness error is small."""
    base = baseline_of(question, settings.baseline)
    fine = torch.promote_types(base.dtype, torch.float32)  # half precision would lose what is added up
    way = question.values.to(fine) - base
    reference, score = question.score(torch.cat([base, question.values])).tolist()
    bound = ATTENDING if question.model.card.attends else BENDING
    total, steps, done, last = torch.zeros_like(way), settings.first_steps, 0, most(settings)
    places = middles(steps)
    while True:
        for first in range(0, len(places), question.at_once):
            some = places[first : first + question.at_once]
            total += _gradient(question, base, way, some)
            done += len(some)
            report(Step(done, last))
        found = way * (total / steps)
        error = completeness_error(question, found, score - reference)
        if error <= bound or steps == last or _same(score, reference):
            break
        steps *= FINER
        places = [place for at, place in enumerate(middles(steps)) if at % FINER != FINER // 2]
    if done < last:
        report(Step(last, last))
    notes = (told_of_baseline(question, settings.baseline), _told(steps, error, bound, score, reference))
    return on_input(question, found, reference, notes)


def middles(steps: int) -> list[float]:
    """Place the middles of equal steps from 0 to 1."""
    return torch.linspace(0.5 / steps, 1 - 0.5 / steps, steps).tolist()


def most(settings: Settings) -> int:
    """Count the steps when no finer ones are allowed any more."""
    steps = settings.first_steps
    while steps * FINER <= settings.most_steps:
        steps *= FINER
    return steps


def _gradient(
    question: Question, base: Float[Tensor, "one ..."], way: Float[Tensor, "one ..."], places: list[float]
) -> Float[Tensor, "one ..."]:
    """Sum the gradients at some places of the way."""
    shares = way.new_tensor(places).reshape(-1, *[1] * (way.ndim - 1))
    return question.gradient((base + shares * way).to(base.dtype))[0].sum(0, keepdim=True, dtype=way.dtype)


def _same(score: float, reference: float) -> bool:
    return abs(score - reference) <= NOTHING * max(abs(score), abs(reference))


def _told(steps: int, error: float, bound: float, score: float, reference: float) -> str:
    if _same(score, reference):
        return _("The model gives both the same score, so there is nothing to share out.")
    if error <= bound:
        return _("{steps} steps; all parts together miss the change of the score by {error:.2g} %.").format(
            steps=steps, error=100 * error
        )
    return _(
        "Even with {steps} steps all parts together miss the change of the score by {error:.3g} %, "
        "so small differences between parts mean nothing."
    ).format(steps=steps, error=100 * error)


def _passes(model: LoadedModel, seconds: float, pieces: int, settings: Settings) -> Passes:
    return Passes(forward=2, back=most(settings))


METHOD = Method(
    name="integrated-gradients",
    title=N_("Integrated gradients"),
    summary=N_("Fades the sound in from nothing and adds up what each number contributes on the way."),
    kind="gradients",
    rank=20,
    settings=Settings,
    signed=True,
    compute=compute,
    passes=_passes,
    source="Sundararajan et al. 2017",
    by_turns=True,
)
