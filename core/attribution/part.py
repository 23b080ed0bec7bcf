"""The part of a sound that the model used: heard by itself, heard without it, and what the model says of each."""

from dataclasses import dataclass, replace

import numpy as np
import torch
from jaxtyping import Bool, Float, Float32

from core import ctc
from core.attribution.attribution import Attribution
from core.attribution.curves import odds
from core.attribution.question import Question
from core.attribution.ranking import Measure, Ranking, ranking
from core.attribution.removal import sound_without, spans
from core.audible import Span, as_loud
from core.errors import MethodError
from core.text import N_, _
from core.trace import symbol_time

MEANING = N_(
    "The model hears each part as it is cut out of the sound, as soft as it is there. What is played is made as loud "
    "as the whole sound, so that it can be heard well."
)


@dataclass(frozen=True, eq=False)
class Answer:
    """What the model says of one sound.

    said         its likeliest class, or all that it writes
    probability  of the target, 0 to 1; of a written symbol, at its surest moment there
    score        of the target
    still        whether the target is still what it says
    """

    said: str
    probability: float
    score: float
    still: bool


@dataclass(frozen=True, eq=False)
class Heard:
    """A sound at the model's rate that was cut out of another, and what the model says of it.

    samples  as the model heard it
    played   the same as loud as the whole sound
    """

    samples: Float32[np.ndarray, " time"]
    played: Float32[np.ndarray, " time"]
    answer: Answer


@dataclass(frozen=True, eq=False)
class Part:
    """The part that the model used, by an explanation.

    parts     which parts of the ranking belong to it
    mask      (bands, columns) of ``ranking.time`` and ``ranking.edges``
    spans     (start, end) in seconds of all that it touches
    seconds   how much time it touches
    area      share of time x frequency that it covers, 0 to 1
    weight    share of what spoke for the target that lies in it, 0 to 1
    whole     of the sound as it is
    only      nothing but the part
    rest      everything but the part
    sentence  what the model says of each, in plain words
    """

    ranking: Ranking
    parts: Bool[np.ndarray, " parts"]
    mask: Bool[np.ndarray, "bands columns"]
    spans: tuple[Span, ...]
    seconds: float
    area: float
    weight: float
    whole: Answer
    only: Heard
    rest: Heard
    sentence: str


def part(question: Question, attribution: Attribution, share: float, of: Measure = "relevance") -> Part:
    """Cut the most relevant part out of a sound and ask the model about it and about the rest.

    share  of what spoke for the target that the part holds, or of the area that it covers, 0 to 1

    Cells of time x frequency are filtered out of the short-time Fourier transform and keep their phase; where the
    explanation tells time alone, stretches of time are cut out. Silence is left in both.
    Raises MethodError where nothing speaks for the target.
    """
    known = ranking(attribution)
    chosen = known.top(share, of)
    if not chosen.any():
        raise MethodError(
            _("By this explanation nothing in the sound speaks for it."),
            hint=_("Choose another method, or something else that the model says."),
        )
    sounds = [sound_without(question, known, ~chosen), sound_without(question, known, chosen)]
    logits = question.hear([question.samples, *sounds])
    whole, *answers = (answer(question, logits[at : at + 1]) for at in range(3))
    only, rest = (
        Heard(sound, as_loud(sound, question.samples, question.rate), said)
        for sound, said in zip(sounds, answers, strict=True)
    )
    supports = np.maximum(known.relevance, 0.0)
    found = Part(
        known, chosen, known.mask(chosen), tuple(spans(known, chosen)), known.seconds(chosen), known.area(chosen),
        float(supports[chosen].sum() / max(float(supports.sum()), 1e-12)), whole, only, rest, sentence="",
    )  # fmt: skip
    return replace(found, sentence=_sentence(question, found))


def answer(question: Question, logits: Float[torch.Tensor, "one ..."]) -> Answer:
    """Read what the model says off the logits of one sound."""
    return Answer(
        said=said(question, logits),
        probability=float(odds(question, logits)[0]),
        score=float(question.target.score(logits)[0]),
        still=bool(question.target.wins(logits, question.model.card.multi_label)[0]),
    )


def said(question: Question, logits: Float[torch.Tensor, "one ..."]) -> str:
    """Name the likeliest class, or spell all that is written."""
    card, numbers = question.model.card, logits[0].float().cpu().numpy()
    if not card.speaks:
        return card.labels[int(numbers.argmax())]
    family = question.model.family
    time = family.grids(question.module, question.model.extractor, question.samples.size)[0].time
    return ctc.spell(ctc.greedy(numbers, card.symbols, card.blank, symbol_time(time, len(numbers))))


def name(question: Question) -> str:
    """Name the target as the model does."""
    card, target = question.model.card, question.target
    names = card.symbols if card.speaks else card.labels
    if target.against is None:
        return names[target.index]
    return _("{first} rather than {second}").format(first=names[target.index], second=names[target.against])


def instead(found: Answer) -> str:
    """Say what the model says, in quotes, or that it says nothing."""
    return f"“{found.said}”" if found.said else _("nothing")


def _sentence(question: Question, found: Part) -> str:
    size = _("This part is {area:.0%} of the sound.").format(area=found.area)
    if not found.whole.still:
        return f"{size} {_of_what_is_not_said(question, found)}"
    written = question.target.frames is not None
    if found.only.answer.still:
        alone = _(
            "Alone it is enough: the model still says “{name}” (probability {only:.0%}; of the whole {whole:.0%})."
        )
        written_alone = _("Alone it is enough: the model still writes “{name}” there ({only:.0%}; whole {whole:.0%}).")
    else:
        alone = _("Alone it is not enough: the model says {instead} (“{name}” {only:.0%}; of the whole {whole:.0%}).")
        written_alone = _(
            "Alone it is not enough: the model does not write “{name}” there ({only:.0%}; whole {whole:.0%}) but "
            "{instead}."
        )
    if found.rest.answer.still:
        left = _("Without it the model still says “{name}” ({rest:.0%}), so it finds reasons elsewhere too.")
        written_left = _(
            "Without it the model still writes “{name}” there ({rest:.0%}): it finds reasons elsewhere too."
        )
    else:
        left = _("Without it the model no longer says “{name}” ({rest:.0%}).")
        written_left = _("Without it the model no longer writes “{name}” there ({rest:.0%}).")
    told = {
        "name": name(question), "instead": instead(found.only.answer), "whole": found.whole.probability,
        "only": found.only.answer.probability, "rest": found.rest.answer.probability,
    }  # fmt: skip
    both = (written_alone, written_left) if written else (alone, left)
    return " ".join([size, *(text.format(**told) for text in both)])


def _of_what_is_not_said(question: Question, found: Part) -> str:
    """Tell how likely the target is with the part and without it, where the model says something else anyway."""
    return _(
        "Of the whole sound the model does not say “{name}” (probability {whole:.0%}). Of this part alone it says "
        "{only} (“{name}” {alone:.0%}), of the rest {rest} (“{name}” {left:.0%})."
    ).format(
        name=name(question), whole=found.whole.probability, only=instead(found.only.answer),
        alone=found.only.answer.probability, rest=instead(found.rest.answer), left=found.rest.answer.probability,
    )  # fmt: skip
