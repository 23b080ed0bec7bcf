"""What a model says of a changed sound where it said something of the whole one."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32
from torch import Tensor

from core import ctc
from core.attribution.question import Question
from core.audible import Filling, removed
from core.segments import Segment


@dataclass(frozen=True)
class Told:
    """What is said of one sound.

    label        likeliest class, or the symbols written where the target was; empty where nothing is written there
    probability  of the target, 0 to 1
    still        it still says the target
    """

    label: str
    probability: float
    still: bool


def retold(question: Question, sounds: Sequence[Float32[np.ndarray, " time"]]) -> tuple[Told, ...]:
    """Ask the model about changed sounds, each as long as the clip."""
    logits = question.hear(sounds)
    target, card = question.target, question.model.card
    chance = target.probability(logits, card.multi_label)
    wins = target.wins(logits, card.multi_label)
    return tuple(
        Told(_label(question, one), float(likely), bool(still))
        for one, likely, still in zip(logits, chance, wins, strict=True)
    )


def without_pieces(question: Question, pieces: Sequence[Segment], filling: Filling = "silence") -> Told:
    """Ask the model about the clip with some pieces of time taken out."""
    spans = [(piece.start, piece.end) for piece in pieces]
    return retold(question, [removed(question.samples, question.rate, spans, filling)])[0]


def _label(question: Question, logits: Tensor) -> str:
    card, frames = question.model.card, question.target.frames
    if frames is None:
        return card.labels[int(logits.argmax())]
    winners = logits[frames[0] : frames[1]].argmax(-1).tolist()
    said = [card.symbols[at] for at in dict.fromkeys(winners) if at != card.blank]
    return " ".join(label for label in said if label.strip(" |") and not ctc.is_special(label))
