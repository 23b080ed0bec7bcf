"""How robust is the answer: the smallest part that keeps it, and the smallest part whose loss changes it."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from jaxtyping import Bool

from core.attribution.attribution import Attribution
from core.attribution.method import Passes
from core.attribution.part import Answer, answer, instead, name
from core.attribution.question import Question
from core.attribution.ranking import Ranking, ranking
from core.attribution.removal import asked_without, spans
from core.audible import Span
from core.errors import MethodError
from core.progress import Report, Step, silent
from core.text import _

EXACT = 10  # pieces, of which all combinations are heard
SHARES = (0.005, 0.01, 0.02, 0.04, 0.07, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)  # of the parts, at first
HALVINGS = 12  # more than enough to come down to one part

Parts = Bool[np.ndarray, " parts"]
Ask = Callable[[Sequence[Parts]], list[Answer]]


@dataclass(frozen=True, eq=False)
class Smallest:
    """A part of the sound that decides.

    parts    which parts of the ranking
    spans    (start, end) in seconds
    seconds  how much time they touch
    area     share of time x frequency, or of the time, 0 to 1
    labels   of the pieces; empty where the parts are cells
    answer   what the model says of this part alone, or without it
    """

    parts: Parts
    spans: tuple[Span, ...]
    seconds: float
    area: float
    labels: tuple[str, ...]
    answer: Answer


@dataclass(frozen=True, eq=False)
class Decision:
    """How robust an answer is.

    keeps     the smallest part that alone still gives the answer; None where only the whole sound does
    flips     the smallest part without which the answer is another one; None where nothing less than all changes it
    anyway    the model gives this answer even when everything is taken away
    exact     all combinations of pieces were heard; else only those that follow the order of the explanation
    sentence  in plain words
    """

    keeps: Smallest | None
    flips: Smallest | None
    anyway: bool
    exact: bool
    sentence: str


def decision(question: Question, attribution: Attribution, report: Report = silent) -> Decision:
    """Look for the smallest part that keeps an answer and the smallest whose loss changes it.

    Of at most ten pieces of time all combinations are heard, smallest first. Otherwise parts are added and taken away
    in the order of the explanation, so that another explanation may find smaller ones; the first change on a row of
    sizes is looked at more closely.
    Raises MethodError where the target is not what the model says of the whole sound.
    """
    parts = ranking(attribution)
    ask = _asking(question, parts, report, _at_most(parts))
    nothing, everything = np.zeros(parts.count, dtype=bool), np.ones(parts.count, dtype=bool)
    whole, empty = ask([nothing, everything])
    if not whole.still:
        raise MethodError(
            _("Of this sound the model does not say “{name}”, so there is no answer to lose.").format(
                name=name(question)
            ),
            hint=_("Choose what the model says."),
        )
    exact = bool(parts.segments) and parts.count <= EXACT
    search = _by_combination if exact else _by_order
    keeps = None if empty.still else search(parts, ask, lambda chosen: ~chosen, True)
    flips = search(parts, ask, lambda chosen: chosen, False)
    report(Step(1, 1))
    found = Decision(
        keeps=None if keeps is None else _smallest(parts, *keeps),
        flips=None if flips is None else _smallest(parts, *flips),
        anyway=empty.still,
        exact=exact,
        sentence="",
    )
    return replace(found, sentence=_sentence(question, found))


def cost(parts: int, pieces: bool) -> Passes:
    """Say how many passes a search takes at most."""
    if pieces and parts <= EXACT:
        return Passes(forward=2 + 2 * (2**parts - 2))
    return Passes(forward=2 + 2 * (len(SHARES) + HALVINGS))


def _at_most(parts: Ranking) -> int:
    return cost(parts.count, bool(parts.segments)).forward


def _asking(question: Question, parts: Ranking, report: Report, most: int) -> Ask:
    done = 0

    def ask(gone: Sequence[Parts]) -> list[Answer]:
        nonlocal done
        logits = asked_without(question, parts, gone)
        done += len(gone)
        report(Step(min(done, most), most + 1))
        return [answer(question, logits[at : at + 1]) for at in range(len(gone))]

    return ask


def _by_combination(
    parts: Ranking, ask: Ask, gone: Callable[[Parts], Parts], still: bool
) -> tuple[Parts, Answer] | None:
    """Hear all combinations of one size, then of the next; of those that do, the one that takes least time."""
    for size in range(1, parts.count):
        sets = [_set(parts.count, members) for members in combinations(range(parts.count), size)]
        answers = ask([gone(chosen) for chosen in sets])
        fitting = [pair for pair in zip(sets, answers, strict=True) if pair[1].still is still]
        if fitting:
            return min(fitting, key=lambda pair: parts.seconds(pair[0]))
    return None


def _by_order(parts: Ranking, ask: Ask, gone: Callable[[Parts], Parts], still: bool) -> tuple[Parts, Answer] | None:
    """Ask at a row of sizes, and halve the gap before the first that does until the two sizes are neighbours."""
    sizes = sorted({max(round(share * parts.count), 1) for share in SHARES} - {parts.count})
    sets = [_set(parts.count, parts.order[:size].tolist()) for size in sizes]
    answers = ask([gone(chosen) for chosen in sets]) if sets else []
    first = next((at for at, told in enumerate(answers) if told.still is still), None)
    if first is None:
        return None
    found, low, high = (sets[first], answers[first]), sizes[first - 1] if first else 0, sizes[first]
    while high - low > 1:
        middle = (low + high) // 2
        chosen = _set(parts.count, parts.order[:middle].tolist())
        (told,) = ask([gone(chosen)])
        if told.still is still:
            found, high = (chosen, told), middle
        else:
            low = middle
    return found


def _set(count: int, members: Iterable[int]) -> Parts:
    found = np.zeros(count, dtype=bool)
    found[list(members)] = True
    return found


def _smallest(parts: Ranking, chosen: Parts, told: Answer) -> Smallest:
    labels = tuple(piece.label for piece, there in zip(parts.segments, chosen, strict=False) if there)
    return Smallest(chosen, tuple(spans(parts, chosen)), parts.seconds(chosen), parts.area(chosen), labels, told)


def _sentence(question: Question, found: Decision) -> str:
    """Say both in words; of a written symbol, whether it is written in its place."""
    told = {"name": name(question), "kept": _size(found.keeps), "lost": _size(found.flips)}
    if found.anyway:
        first = _("The model says “{name}” even when everything is taken away: no part of the sound has to be there.")
    elif found.keeps is None:
        first = _("Only the whole sound keeps “{name}”.")
    else:
        first = _("From {kept} alone the model still says “{name}”.")
    if found.flips is None:
        second = _("Whatever is taken away, short of everything, the model still says it.")
    elif question.target.frames is not None:
        second = _("Without {lost} it no longer writes “{name}” there, and writes {instead}.")
    else:
        second = _("Without {lost} it says {instead}.")
    told["instead"] = "" if found.flips is None else instead(found.flips.answer)
    if found.exact:
        by = _("All combinations of the pieces were tried.")
    else:
        by = _("That is by this explanation, which says what comes first; another may find less.")
    return " ".join(text.format(**told) for text in (first, second, by))


def _size(part: Smallest | None) -> str:
    if part is None:
        return ""
    if part.labels:
        names = ", ".join(f"“{label}”" for label in part.labels)
        return _("{names} ({seconds:.2f} s, {area:.0%} of the time)").format(
            names=names, seconds=part.seconds, area=part.area
        )
    return _("{area:.1%} of the sound (within {seconds:.2f} s)").format(area=part.area, seconds=part.seconds)
