"""SmoothGrad: the gradient averaged over copies of the sound with a little noise."""

from dataclasses import dataclass

import torch

from core.attribution.method import Found, Method, Passes, on_input
from core.attribution.question import Question
from core.progress import Report, Step
from core.setting import setting
from core.text import N_


@dataclass(frozen=True)
class Settings:
    """How much noise, and how often.

    level  standard deviation of the noise as a share of the range of the input, highest minus lowest number
    """

    samples: int = setting(
        25, N_("Noisy copies"), N_("More of them give a calmer picture and take longer."), least=2, most=200
    )
    level: float = setting(
        0.1, N_("Noise"), N_("How strong the noise is, as a share of the range of the input."), least=0.01, most=0.5
    )
    seed: int = setting(0, N_("Seed of the noise"), N_("The same number gives the same noise."), least=0)


def compute(question: Question, settings: Settings, report: Report) -> Found:
    """Average the gradients at noisy copies of the input, then take them without their sign; padding stays clean."""
    values, plane = question.values, question.plane
    laid = plane.place(values)
    strength = settings.level * (laid.max() - laid.min())
    generator = torch.Generator().manual_seed(settings.seed)
    total = torch.zeros_like(values)
    for done in range(0, settings.samples, question.at_once):
        count = min(question.at_once, settings.samples - done)
        noise = plane.place(torch.randn(count, *values.shape[1:], generator=generator).to(values))
        noisy = plane.fill(values.expand(count, *values.shape[1:]), laid + strength * noise)
        total += question.gradient(noisy)[0].sum(0, keepdim=True)
        report(Step(done + count, settings.samples))
    return on_input(question, total.div_(settings.samples).abs_())


METHOD = Method(
    name="smoothgrad",
    title=N_("SmoothGrad"),
    summary=N_("Saliency averaged over copies of the sound with a little noise, which calms its speckles."),
    kind="gradients",
    rank=45,
    settings=Settings,
    signed=False,
    compute=compute,
    passes=lambda model, seconds, pieces, settings: Passes(back=settings.samples),
    source="Smilkov et al. 2017",
    caution=N_("It tells where the score would react, not what was there."),
    by_turns=True,
)
