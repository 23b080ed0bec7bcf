"""What a model says of a clip that can be explained, read off one trace: classes, or written symbols one at a time."""

from dataclasses import dataclass

import numpy as np

from core import ctc
from core.errors import MethodError
from core.model_spec import ModelCard
from core.text import _
from core.trace import Trace


@dataclass(frozen=True)
class Saying:
    """One thing that a model says.

    key          number of the class, or place of the symbol among all that are written in the clip
    index        class or symbol
    probability  0 to 1; of a symbol at its surest moment
    start, end   stretch in which a symbol wins, seconds; the whole clip for a class
    frames       (first, stop) of a written symbol; None for a class
    """

    key: int
    label: str
    index: int
    probability: float
    start: float
    end: float
    frames: tuple[int, int] | None = None


def sayings(card: ModelCard, trace: Trace) -> tuple[Saying, ...]:
    """List classes, likeliest first, or the symbols written in the clip, in the order of time.

    Raises MethodError where the model has no head, or writes nothing in the whole clip.
    """
    if trace.logits is None or not (card.speaks or card.classifies):
        raise MethodError(
            _("{model} says nothing that could be explained: no words, no names of sounds.").format(model=card.title),
            hint=_("What its layers hear is on the page Layers. To ask why, choose a model that says something."),
        )
    if card.classifies and not card.speaks:
        return _classes(card, trace)
    every = _written(card, trace)
    if not every:
        raise MethodError(
            _("{model} writes nothing for this sound, so there is nothing to explain.").format(model=card.title),
            hint=_("Choose a sound in which someone speaks, or a model that names sounds."),
        )
    return every


def _classes(card: ModelCard, trace: Trace) -> tuple[Saying, ...]:
    assert trace.logits is not None
    order = [int(at) for at in np.argsort(-trace.logits, kind="stable")]
    scores = ctc.top(trace.logits, card.labels, len(order), card.multi_label)
    return tuple(
        Saying(at, score.label, at, score.probability, 0.0, trace.seconds)
        for at, score in zip(order, scores, strict=True)
    )


def _written(card: ModelCard, trace: Trace) -> tuple[Saying, ...]:
    assert trace.logits is not None
    found = ctc.greedy(trace.logits, card.symbols, card.blank, trace.symbol_time)
    return tuple(
        Saying(key, item.label, item.index, item.probability, item.start, item.end, (item.first, item.stop))
        for key, item in enumerate(found)
        if item.label.strip(" |")
    )


def first_choice(found: tuple[Saying, ...], speaks: bool) -> Saying:
    """Pick what is explained before anybody chose: the likeliest class, or the surest symbol nearest to the middle."""
    if not speaks:
        return found[0]
    sure = [item for item in found if item.probability >= 0.9] or list(found)
    return sure[len(sure) // 2]


def others(card: ModelCard, trace: Trace, saying: Saying) -> tuple[Saying, ...]:
    """List what could have been said in its place, likeliest first; blanks and marks of the tokenizer are left out."""
    if saying.frames is None:
        return tuple(item for item in _classes(card, trace) if item.index != saying.index)
    assert trace.logits is not None
    chance = ctc.probabilities(trace.logits)[slice(*saying.frames)].mean(0)
    order = [int(at) for at in np.argsort(-chance, kind="stable")]
    return tuple(
        Saying(at, card.symbols[at], at, float(chance[at]), saying.start, saying.end, saying.frames)
        for at in order
        if at not in (saying.index, card.blank) and not ctc.is_special(card.symbols[at])
    )
