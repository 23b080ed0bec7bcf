"""The trust badge: every check of one explanation, and one word for all of them."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal

from core.attribution.attribution import Attribution
from core.attribution.check import Check, Verdict
from core.attribution.checks import checks
from core.attribution.checks.deletion import LEAST
from core.attribution.method import Method, Passes
from core.attribution.question import Question
from core.errors import ClipError, MethodError
from core.loading import LoadedModel
from core.progress import Report, Step, silent
from core.samples import Fact
from core.text import N_, _

Word = Literal[
    "trustworthy",
    "partly",
    "no better than chance",
    "no evidence",
    "not about the model",
    "not about the answer",
    "points elsewhere",
    "unknown",
]

TITLES: Mapping[Word, str] = {
    "trustworthy": N_("trustworthy here"),
    "partly": N_("partly trustworthy"),
    "no better than chance": N_("no better than chance"),
    "no evidence": N_("no evidence"),
    "not about the model": N_("tells little about the model"),
    "not about the answer": N_("the same for any answer"),
    "points elsewhere": N_("points at the wrong place"),
    "unknown": N_("not checked"),
}
SENTENCES: Mapping[Word, str] = {
    "trustworthy": N_(
        "What it points at matters to the model, and the picture depends on what the model has learned: as "
        "far as these checks go, you can rely on it for this sound."
    ),
    "partly": N_("Some checks hold and some do not: take it as a hint, and look at what failed."),
    "no better than chance": N_(
        "Taking away what it points at hurts the model no more than taking parts away at random: do not rely on it "
        "for this sound."
    ),
    "no evidence": N_(
        "The model says nearly the same when all of the sound is taken away, so nothing in it can be shown to matter."
    ),
    "not about the model": N_(
        "A network that has learned nothing gives nearly the same picture, so it shows the sound more than the reasons "
        "of the model."
    ),
    "not about the answer": N_(
        "It draws nearly the same picture for another answer, so it shows what the model looks at, not why it says so."
    ),
    "points elsewhere": N_("It is known what in this sound matters, and this explanation points somewhere else."),
    "unknown": N_("Too little could be checked to say whether to rely on it."),
}
# the checks without which nothing is called trustworthy, and the word where one of them fails; first failure first
DECIDING: tuple[tuple[str, Word], ...] = (
    ("deletion", "no better than chance"),
    ("randomised", "not about the model"),
    ("specific", "not about the answer"),
    ("planted", "points elsewhere"),
)
NEEDED = ("deletion", "randomised")


@dataclass(frozen=True)
class Badge:
    """How far to trust one explanation.

    word      for keys and colours
    title     the word as people read it, translated
    sentence  what it means, translated
    verdicts  of every check, in their order
    """

    word: Word
    title: str
    sentence: str
    verdicts: tuple[Verdict, ...]


def badge(
    question: Question,
    method: Method,
    attribution: Attribution,
    report: Report = silent,
    facts: Iterable[Fact] = (),
    names: Iterable[str] = (),
) -> Badge:
    """Run every check, or those that are named, on an explanation of the question that is being asked.

    facts  what was put into the clip on purpose, where that is known
    """
    asking = replace(question, facts=tuple(facts) or question.facts)
    chosen = _chosen(names)
    costs = [_cost(check, method, question.model, attribution) for check in chosen]
    verdicts = []
    for at, check in enumerate(chosen):
        part = _part(report, sum(costs[:at]), costs[at], sum(costs), _(check.title))
        verdicts.append(verdict(asking, method, attribution, check, part))
    return summed_up(verdicts)


def verdict(
    question: Question, method: Method, attribution: Attribution, check: Check, report: Report = silent
) -> Verdict:
    """Run one check; where it does not apply it stays open and says why. CancelledError where ``report`` stops it."""
    try:
        return check.judge(question, method, attribution, report)
    except (MethodError, ClipError) as reason:
        return Verdict(check.name, "open", str(reason))


def summed_up(verdicts: Iterable[Verdict]) -> Badge:
    """Find the one word for all checks.

    Where deletion, randomised weights, another answer or planted facts fail, the first of them that does gives the
    word: "no better than chance" ("no evidence" where the model says the same without the sound), "tells little about
    the model", "the same for any answer", "points at the wrong place". Else "trustworthy" where deletion and randomised
    weights hold fully and no check fails, "not checked" where deletion could not be done, "partly" for all others.
    """
    known = tuple(verdicts)
    holds = {item.check: item.holds for item in known}
    failed = [word for name, word in DECIDING if holds.get(name) == "no"]
    if failed:
        word = "no evidence" if any(map(_says_it_anyway, known)) else failed[0]
    elif all(holds.get(name) == "yes" for name in NEEDED) and "no" not in holds.values():
        word = "trustworthy"
    elif holds.get("deletion", "open") == "open":
        word = "unknown"
    else:
        word = "partly"
    return Badge(word, _(TITLES[word]), _(SENTENCES[word]), known)


def _says_it_anyway(found: Verdict) -> bool:
    return (
        found.check == "deletion" and found.holds == "no" and found.numbers["whole"] - found.numbers["nothing"] <= LEAST
    )


def cost(
    method: Method, model: LoadedModel, seconds: float, pieces: int, settings: Any, names: Iterable[str] = ()
) -> Passes:
    """Say beforehand how many passes through the model the checks take together."""
    every = [check.passes(method, model, seconds, pieces, settings) for check in _chosen(names)]
    return Passes(forward=sum(part.forward for part in every), back=sum(part.back for part in every))


def _chosen(names: Iterable[str]) -> tuple[Check, ...]:
    wanted = tuple(names)
    return tuple(check for name, check in checks().items() if not wanted or name in wanted)


def _cost(check: Check, method: Method, model: LoadedModel, attribution: Attribution) -> int:
    found = check.passes(method, model, attribution.seconds, len(attribution.segments), attribution.settings)
    return 1 + found.forward + 3 * found.back  # a pass forward and back takes about three forward


def _part(report: Report, before: int, own: int, every: int, note: str) -> Report:
    """Place the progress of one check within that of all of them."""

    def tell(step: Step) -> None:
        report(Step(round(1000 * (before + own * min(step.fraction, 1.0)) / every), 1000, note))

    return tell
