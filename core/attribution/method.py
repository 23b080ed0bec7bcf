"""What a method of attribution must tell of itself, and the one way to run it; one file per method in ``methods``."""

from collections.abc import Callable, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import torch
from jaxtyping import Float
from torch import Tensor

from core.attribution.attribution import Attribution
from core.attribution.question import Question, asked
from core.attribution.target import Target
from core.clip import Clip
from core.errors import MethodError
from core.loading import LoadedModel
from core.progress import Report, silent
from core.segments import Segment
from core.text import _
from core.timeline import TimeAxis

MOST_PASSES = 20_000  # of one explanation; the queue of everyone else waits behind it
SHORTEST_COLUMN = 0.01  # seconds; pieces of time are laid out on columns of this width
Kind = Literal["pieces", "tiles", "gradients", "maps", "relevance", "attention"]


@dataclass(frozen=True, eq=False)
class Found:
    """What a method hands back; made with ``on_input``, ``on_pieces`` or ``on_grid``."""

    relevance: Float[np.ndarray, "bands columns"]
    time: TimeAxis
    edges: tuple[float, ...]
    reference: float | None = None
    contributions: tuple[float, ...] = ()
    without: tuple[float, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Passes:
    """What a method costs on one clip: passes forward, and passes forward and back, of one clip each."""

    forward: int = 0
    back: int = 0


@dataclass(frozen=True, eq=False)
class Method:
    """One method of attribution.

    name      for keys and addresses
    title     the field's name of it
    summary   one plain sentence
    kind      what it belongs to: pieces of time or tiles of time x frequency removed, gradients, maps of a layer's
              activation, relevance, attention
    rank      where it stands in lists; the lowest that fits is the default for a model
    settings  a frozen dataclass, its fields declared with ``core.setting.setting``; the page draws its form from it
    signed    tells what speaks for the target from what speaks against it
    compute   (question, settings, report) -> Found; gradients are off, ``question.gradient`` switches them on
    passes    (question's model, seconds, number of pieces, settings) -> Passes; once there and back where not given
    unfit     (model, target, settings) -> why it cannot explain this model, translated; empty where it can
    source    paper, "Author et al. year"
    caution   what a visitor must know of it, one sentence; empty where there is nothing
    by_turns  works in many passes with nothing put on the model in between, so that others may ask it between two; all
              other methods have the model to themselves until they are done
    """

    name: str
    title: str
    summary: str
    kind: Kind
    rank: int
    settings: type[Any]
    signed: bool
    compute: Callable[[Question, Any, Report], Found]
    source: str
    passes: Callable[[LoadedModel, float, int, Any], Passes] = lambda model, seconds, pieces, settings: Passes(back=1)
    unfit: Callable[[LoadedModel, Target, Any], str] = lambda model, target, settings: ""
    caution: str = ""
    by_turns: bool = False


def on_input(
    question: Question,
    values: Float[Tensor, "one ..."],
    reference: float | None = None,
    notes: tuple[str, ...] = (),
) -> Found:
    """Lay relevance that is shaped like the model's input out on time x frequency."""
    plane = question.plane
    laid = plane.place(values.detach())[0].float().cpu().numpy()
    return Found(laid, plane.time, plane.edges, reference, notes=notes)


def on_pieces(
    question: Question,
    contributions: Sequence[float],
    reference: float | None = None,
    without: Sequence[float] = (),
    notes: tuple[str, ...] = (),
) -> Found:
    """Spread the contribution of each piece evenly over its time; one band, columns of 10 ms."""
    count = max(round(question.clip.seconds / SHORTEST_COLUMN), 1)
    time = TimeAxis(SHORTEST_COLUMN / 2, SHORTEST_COLUMN, SHORTEST_COLUMN, count)
    relevance = np.zeros((1, count))
    for segment, contribution in zip(question.segments, contributions, strict=True):
        frames = time.within(segment.start, segment.end)
        relevance[0, frames] += contribution / (frames.stop - frames.start)
    return Found(relevance, time, (), reference, tuple(map(float, contributions)), tuple(map(float, without)), notes)


def on_grid(
    relevance: Float[np.ndarray, "bands columns"],
    time: TimeAxis,
    edges: tuple[float, ...],
    reference: float | None = None,
    notes: tuple[str, ...] = (),
) -> Found:
    """Keep relevance on a grid of its own, such as a layer's."""
    return Found(relevance, time, edges if len(relevance) > 1 else (), reference, notes=notes)


def explain(question: Question, method: Method, settings: Any, report: Report = silent) -> Attribution:
    """Run a method on a question that is being asked; MethodError where it does not fit.

    The attribution of a network that is not the question's own model, such as one with random weights, is computed the
    same way: ``explain(question.of(other), ...)``.
    """
    _check(question, method, settings)
    with torch.no_grad():
        with nullcontext() if method.by_turns else question.model.exclusive():
            found = method.compute(question, settings, report)
        logits = question.logits(question.values)
    return _kept(question, method, settings, found, logits)


def _check(question: Question, method: Method, settings: Any) -> None:
    if reason := method.unfit(question.model, question.target, settings):
        raise MethodError(
            _("{method} cannot explain this model: {reason}").format(method=_(method.title), reason=reason),
            hint=_("Choose another method."),
        )
    if method.kind == "pieces" and not question.segments:
        raise MethodError(_("There are no pieces of time to remove."), hint=_("Choose words, phones or equal windows."))
    cost = method.passes(question.model, question.clip.seconds, len(question.segments), settings)
    if cost.forward + cost.back > MOST_PASSES:
        raise MethodError(
            _("{method} would have to ask the model {count} times.").format(
                method=_(method.title), count=f"{cost.forward + cost.back:,}"
            ),
            hint=_("Choose larger pieces or tiles, or a shorter part of the sound; {most} times are allowed.").format(
                most=f"{MOST_PASSES:,}"
            ),
        )


def _kept(question: Question, method: Method, settings: Any, found: Found, logits: Tensor) -> Attribution:
    relevance = np.array(found.relevance, dtype=np.float32)
    if not np.isfinite(relevance).all():
        raise MethodError(
            _("{method} found no finite numbers for this sound.").format(method=_(method.title)),
            hint=_("Choose another method, or another sound."),
        )
    relevance.setflags(write=False)
    target, card = question.target, question.model.card
    return Attribution(
        model=question.model.spec, clip=question.clip.fingerprint, seconds=question.clip.seconds, method=method.name,
        settings=settings, target=target, relevance=relevance, time=found.time, edges=found.edges,
        score=float(target.score(logits)), probability=float(target.probability(logits, card.multi_label)),
        reference=found.reference, segments=question.segments if found.contributions else (),
        contributions=found.contributions, without=found.without, notes=found.notes,
    )  # fmt: skip


def attribute(
    model: LoadedModel,
    clip: Clip,
    method: Method,
    target: Target,
    settings: Any = None,
    segments: Sequence[Segment] = (),
    report: Report = silent,
) -> Attribution:
    """Explain what a model says of a clip; the notebook's way in.

    Raises MethodError where the method does not fit, ClipError and ModelError where clip or model cannot be used,
    CancelledError where ``report`` stops it; the model is left exactly as it was.
    """
    with asked(model, clip, target, segments) as question:
        return explain(question, method, settings or method.settings(), report)
