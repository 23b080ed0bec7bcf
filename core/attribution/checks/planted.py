"""Where it is known what was put into the sound: does the explanation point at it?"""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Bool

from core.attribution.attribution import Attribution
from core.attribution.check import Check, Holds, Verdict
from core.attribution.method import Method, Passes
from core.attribution.question import Question
from core.attribution.ranking import Ranking, ranking
from core.progress import Report, Step
from core.samples import Fact
from core.text import N_, _

NEAR = 2  # cells beside the fact that still count as pointing at it
MOST = 0.5  # of the relevance; so much inside is clearly about the fact
TIMES = 2.0  # what chance would put inside


def judge(question: Question, method: Method, attribution: Attribution, report: Report) -> Verdict:
    """Ask where the strongest part lies, and how much of what spoke for the target lies inside what was planted."""
    report(Step(1, 1))
    facts = about(question)
    if not facts:
        return Verdict(CHECK.name, "open", _why_open(question))
    parts = ranking(attribution)
    inside = held(parts, facts)
    if not inside.any() or inside.all() or parts.relevance.max() <= 0:
        sentence = _("This explanation is too coarse to tell what was planted from the rest of the sound.")
        return Verdict(CHECK.name, "open", sentence)
    numbers = _numbers(parts, inside, held(parts, facts, NEAR))
    holds = _holds(numbers)
    said = {
        "yes": _(
            "It points at what was planted, and {mass:.0%} of its weight lies there; by chance {chance:.0%} would."
        ),
        "partly": _(
            "Its strongest part is {where} what was planted, and {mass:.0%} of its weight lies there; by chance "
            "{chance:.0%} would."
        ),
        "no": _(
            "It points elsewhere: its strongest part is not what was planted, and only {mass:.0%} of its weight lies "
            "there; by chance {chance:.0%} would."
        ),
    }[holds]
    where = _("at") if numbers["points"] else _("not at")
    return Verdict(CHECK.name, holds, said.format(where=where, **numbers), numbers)


def about(question: Question) -> tuple[Fact, ...]:
    """List the planted facts that the target is about: those that bear its name, and those without any name."""
    card, target = question.model.card, question.target
    name = (card.symbols if card.speaks else card.labels)[target.index].casefold().strip()
    return tuple(fact for fact in question.facts if not fact.label or fact.label.casefold().strip() == name)


def _why_open(question: Question) -> str:
    if question.facts:
        return _("What is known to be in this sound has another name than what is explained.")
    return _("Nothing is known to have been planted in this sound, so there is nothing to compare with.")


def held(parts: Ranking, facts: Sequence[Fact], wider: int = 0) -> Bool[np.ndarray, " parts"]:
    """Tell which parts a fact holds: cells whose middle lies in it, pieces of which half does or that hold half of it.

    wider  cells around the fact that count as well; pieces are wide enough
    """
    if parts.segments:
        return np.array([any(_shares(piece.start, piece.end, fact) for fact in facts) for piece in parts.segments])
    found = np.zeros(parts.owner.shape, dtype=bool)
    for fact in facts:
        found |= np.outer(_bands(parts, fact, wider), _columns(parts, fact, wider))
    return np.bincount(parts.owner.ravel(), found.ravel(), minlength=parts.count) > 0


def _shares(start: float, end: float, fact: Fact) -> bool:
    both = min(end, fact.end) - max(start, fact.start)
    return both >= min(end - start, fact.end - fact.start) / 2


def _columns(parts: Ranking, fact: Fact, wider: int) -> Bool[np.ndarray, " columns"]:
    centres, margin = parts.time.centres(), wider * parts.time.step
    return (centres >= fact.start - margin) & (centres < fact.end + margin)


def _bands(parts: Ranking, fact: Fact, wider: int) -> Bool[np.ndarray, " bands"]:
    if not parts.edges:
        return np.ones(len(parts.owner), dtype=bool)
    edges = np.array(parts.edges)
    middles = (edges[:-1] + edges[1:]) / 2
    inside = np.flatnonzero((middles >= fact.low_hz) & (middles < fact.high_hz))
    if not inside.size:  # narrower than a band
        inside = np.array([np.clip(np.searchsorted(edges, (fact.low_hz + fact.high_hz) / 2) - 1, 0, len(middles) - 1)])
    places = np.arange(len(middles))
    return (places >= inside[0] - wider) & (places <= inside[-1] + wider)


def _numbers(parts: Ranking, inside: Bool[np.ndarray, " parts"], near: Bool[np.ndarray, " parts"]) -> dict[str, float]:
    """Pointing game, relevance mass and relevance rank accuracy, beside what chance would give."""
    supports, many = np.maximum(parts.relevance, 0.0), int(inside.sum())
    return {
        "points": float(near[parts.order[0]]),
        "mass": float(supports[inside].sum() / supports.sum()),
        "rank accuracy": float(inside[parts.order[:many]].mean()),
        "chance": float(parts.areas[inside].sum()),
    }


def _holds(numbers: dict[str, float]) -> Holds:
    clear = numbers["mass"] >= MOST or numbers["mass"] >= TIMES * numbers["chance"]
    if numbers["points"] and clear:
        return "yes"
    return "partly" if numbers["points"] or clear else "no"


CHECK = Check(
    name="planted",
    title=N_("Does it point at what was put there?"),
    summary=N_("On sounds into which something was put on purpose, asks whether the explanation finds it."),
    rank=50,
    judge=judge,
    passes=lambda method, model, seconds, pieces, settings: Passes(),
    source="Zhang et al. 2018; Arras et al. 2022",
)
