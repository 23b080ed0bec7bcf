"""Kernel SHAP over pieces of time: share the score out among the pieces so that it adds up (Lundberg & Lee 2017)."""

from dataclasses import dataclass
from math import factorial
from typing import Literal

import numpy as np
import torch
from jaxtyping import Float64
from torch import Tensor

from core.attribution.method import Found, Method, Passes, on_pieces
from core.attribution.methods.occlusion import heard
from core.attribution.question import Question
from core.progress import Report, Step, silent
from core.setting import setting
from core.text import N_, _

EXACT = 8  # pieces of which all 256 combinations are always heard
ENOUGH = 4  # combinations for each piece; with fewer, a regression fits chance


@dataclass(frozen=True)
class Settings:
    """How many combinations are heard, what takes the place of what is left out, and the draw."""

    samples: int = setting(
        256,
        N_("Combinations"),
        N_(
            "How many combinations of pieces are heard; with few pieces all of them are, and nothing is left to chance."
        ),
        least=16,
        most=4096,
    )
    filling: Literal["silence", "mean", "noise"] = setting(
        "silence",
        N_("In its place"),
        N_("Silence, noise with the mean spectrum of the sound, or white noise as strong as the piece was."),
    )
    seed: int = setting(0, N_("Seed of the draw"), N_("The same number draws the same combinations."), least=0)


def compute(question: Question, settings: Settings, report: Report) -> Found:
    """Give each piece its Shapley value: what it adds to the score, on average over all orders of adding pieces.

    Exact where all combinations are heard, else estimated by Kernel SHAP. The values add up to the score of the clip
    minus the score of the clip without any piece.
    """
    pieces = len(question.segments)
    values = exact(question, settings, report) if _all(pieces, settings) else sampled(question, settings, report)
    reference = _score(question, np.zeros((1, pieces), dtype=bool), settings, silent)[0]
    return on_pieces(question, values.tolist(), reference, notes=(_note(pieces, settings),))


def exact(question: Question, settings: Settings, report: Report) -> Float64[np.ndarray, " pieces"]:
    """Hear all combinations and weigh them as Shapley 1953 does."""
    count = len(question.segments)
    numbers = np.arange(2**count)
    present = (numbers[:, None] >> np.arange(count)) & 1 == 1
    scores = _score(question, present, settings, report)
    sizes = present.sum(1)
    weights = np.array([factorial(size) * factorial(max(count - size - 1, 0)) for size in sizes]) / factorial(count)
    found = np.zeros(count)
    for piece in range(count):
        others = numbers[~present[:, piece]]
        found[piece] = weights[others] @ (scores[others | 1 << piece] - scores[others])
    return found


def sampled(question: Question, settings: Settings, report: Report) -> Float64[np.ndarray, " pieces"]:
    """Hear combinations drawn by chance and fit captum's weighted regression to them."""
    from captum.attr import KernelShap

    done = 0

    def forward(kept: Tensor) -> Tensor:
        nonlocal done
        scores = _score(question, kept.bool().cpu().numpy(), settings, silent)
        done += len(scores)
        report(Step(min(done, settings.samples), settings.samples))
        return torch.from_numpy(scores)

    count = len(question.segments)
    # captum draws from torch's own generator
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        found = KernelShap(forward).attribute(
            torch.ones(1, count, dtype=torch.float64),
            baselines=torch.zeros(1, count, dtype=torch.float64),
            n_samples=settings.samples,
            perturbations_per_eval=question.at_once,
        )
    return found[0].double().numpy()


def _score(
    question: Question, present: "np.ndarray", settings: Settings, report: Report
) -> Float64[np.ndarray, " sounds"]:
    """Ask for the score of the clip with only some pieces; (sounds, pieces) of true and false."""
    spans = [
        [(piece.start, piece.end) for piece, kept in zip(question.segments, row, strict=True) if not kept]
        for row in present
    ]
    logits = heard(question, spans, settings.filling, settings.seed, report)
    return question.target.score(logits).double().cpu().numpy()


def _all(pieces: int, settings: Settings) -> bool:
    return pieces <= EXACT or 2**pieces <= settings.samples


def _note(pieces: int, settings: Settings) -> str:
    if _all(pieces, settings):
        said = _("All {count} combinations were heard.")
    elif settings.samples < ENOUGH * pieces:
        said = _(
            "Only {count} combinations of {pieces} pieces were heard: too few to tell the pieces apart. Choose longer "
            "pieces or more combinations."
        )
    else:
        said = _("{count} combinations were heard.")
    return said.format(count=_count(pieces, settings), pieces=pieces)


def _count(pieces: int, settings: Settings) -> int:
    return 2**pieces if _all(pieces, settings) else settings.samples


METHOD = Method(
    name="kernel-shap",
    title=N_("Kernel SHAP"),
    summary=N_("Hears many combinations of pieces and shares the score out among them so that it adds up."),
    kind="pieces",
    rank=12,
    settings=Settings,
    signed=True,
    compute=compute,
    passes=lambda model, seconds, pieces, settings: Passes(forward=_count(pieces, settings) + 1),
    source="Lundberg & Lee 2017",
    by_turns=True,
)
