"""Occlusion: take one piece of time out of the sound at a time and hear how much the score falls."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import torch
from jaxtyping import Float, Float32
from torch import Tensor

from core.attribution.method import Found, Method, Passes, on_pieces
from core.attribution.question import Question
from core.audible import Filling, Span, removed
from core.progress import Report, Step
from core.setting import setting
from core.text import N_, _


@dataclass(frozen=True)
class Settings:
    """What takes the place of a piece, and which noise."""

    filling: Literal["silence", "mean", "noise"] = setting(
        "silence",
        N_("In its place"),
        N_("Silence, noise with the mean spectrum of the sound, or white noise as strong as the piece was."),
    )
    seed: int = setting(0, N_("Seed of the noise"), N_("The same number draws the same noise."), least=0)


def compute(question: Question, settings: Settings, report: Report) -> Found:
    """Compare the score of the clip with its score without each piece; of a CTC head the frames stay the same.

    Pieces are taken out of the sound itself. An extractor that brings every clip to one loudness makes what is left
    louder, exactly as it would if the model were given that sound.
    """
    pieces = [[(segment.start, segment.end)] for segment in question.segments]
    spans = [[], *pieces, [span for piece in pieces for span in piece]]
    logits = heard(question, spans, settings.filling, settings.seed, report)
    target = question.target
    scores = target.score(logits).double()
    whole, nothing = float(scores[0]), float(scores[-1])
    contributions = (whole - scores[1:-1]).tolist()
    probabilities = target.probability(logits[1:-1], question.model.card.multi_label).tolist()
    note = _("One by one the pieces take {each:.2f} off the score, all of them at once {all:.2f}.")
    notes = (note.format(each=sum(contributions), all=whole - nothing),)
    return on_pieces(question, contributions, without=probabilities, notes=notes)


def heard(
    question: Question, spans: Sequence[Sequence[Span]], filling: Filling, seed: int, report: Report
) -> Float[Tensor, "sounds ..."]:
    """Ask the model about the clip without each of several sets of pieces, a few at a time: logits.

    Only as many sounds are in memory as are heard at once.
    """
    found = []
    for first, sounds in _batches(question, spans, filling, seed):
        found.append(question.hear(sounds))
        report(Step(min(first + len(sounds), len(spans)), len(spans)))
    return torch.cat(found)


def _batches(
    question: Question, spans: Sequence[Sequence[Span]], filling: Filling, seed: int
) -> Iterator[tuple[int, list[Float32[np.ndarray, " time"]]]]:
    for first in range(0, len(spans), question.at_once):
        group = spans[first : first + question.at_once]
        yield first, [removed(question.samples, question.rate, part, filling, seed) for part in group]


METHOD = Method(
    name="occlusion",
    title=N_("Occlusion"),
    summary=N_("Takes each piece out of the sound and hears how much less the model says it."),
    kind="pieces",
    rank=10,
    settings=Settings,
    signed=True,
    compute=compute,
    passes=lambda model, seconds, pieces, settings: Passes(forward=pieces + 2),
    source="Zeiler & Fergus 2014",
    caution=N_("A piece counts little where another says the same: taking out only one of them changes nothing."),
    by_turns=True,
)
