"""Would a network that has learned nothing give the same picture?"""

from collections.abc import Iterator

import numpy as np
from jaxtyping import Float64
from torch import nn

from core.attribution.agreement import correlation
from core.attribution.attribution import Attribution
from core.attribution.check import Check, Holds, Verdict
from core.attribution.method import Method, Passes, explain
from core.attribution.question import Question
from core.attribution.ranking import ranking
from core.loading import LoadedModel
from core.progress import Report, Step
from core.text import N_, _
from core.untaught import unlearned, without_head

MOST_OF_GRADIENT = 0.2  # rank correlation, of methods that only ask how the score would react
MOST = 0.6  # of all others: where the sound is silent they have nothing to multiply or to take away
MOST_OF_HEAD = 0.7  # of methods that change the way back through a network, where the head alone is random
REWIRED = frozenset({"guided-backprop", "deconvolution"})  # of which Adebayo et al. found that they ignore the head
FEW, SEVERAL = 30, 4  # parts, so few that several random networks are asked
FEWEST = 4  # parts; the ranks of fewer are too easily alike


def judge(question: Question, method: Method, attribution: Attribution, report: Report) -> Verdict:
    """Explain networks of the same shape with random weights, and compare what stands out by rank."""
    known = ranking(attribution).relevance
    if len(known) < FEWEST:
        sentence = _("With only {count} pieces, two pictures are too easily alike to compare.").format(count=len(known))
        return Verdict(CHECK.name, "open", sentence)
    total = _networks(method, len(known))
    found = []
    for at, network in enumerate(_random(question, method, len(known))):
        found.append(_likeness(question.of(network), method, attribution, _part(report, at, total)))
    everywhere, head = found[: _seeds(len(known))], found[_seeds(len(known)) :]
    numbers = {
        "all random": abs(float(np.mean(everywhere))),
        "bound": _most(method),
        "networks": float(len(everywhere)),
    }
    if head:
        numbers |= {"head random": abs(head[0]), "bound of head": MOST_OF_HEAD}
    report(Step(1, 1))
    holds = _holds(numbers)
    return Verdict(CHECK.name, holds, _sentence(holds, numbers), numbers)


def _random(question: Question, method: Method, parts: int) -> Iterator[nn.Module]:
    """Make one network at a time, so that one copy is in memory; nobody else has the model while it is copied."""
    for seed in range(_seeds(parts)):
        with question.model.exclusive():
            network = unlearned(question.module, seed)
        yield network
    card = question.model.card
    classes = len(card.symbols) if card.speaks else len(card.labels)
    if method.name in REWIRED:
        with question.model.exclusive():
            other = without_head(question.module, classes, 0)
        if other is not None:
            yield other


def _likeness(question: Question, method: Method, attribution: Attribution, report: Report) -> float:
    other = explain(question, method, attribution.settings, report)
    return correlation(_seen(attribution), _seen(other))


def _seen(attribution: Attribution) -> Float64[np.ndarray, " parts"]:
    """What a person sees stand out: cells by their strength, for or against; pieces by their signed contribution.

    A piece far from the moment of a written symbol is weak for every network, learned or not, so that the strengths of
    pieces are alike for a good reason; whether each speaks for or against the symbol is not.
    """
    parts = ranking(attribution)
    return parts.relevance if parts.segments else np.abs(parts.relevance)


def _only_reacts(method: Method) -> bool:
    """Tell the methods that show the gradient itself: it does not vanish where the sound is silent."""
    return method.kind == "gradients" and not method.signed


def _most(method: Method) -> float:
    return MOST_OF_GRADIENT if _only_reacts(method) else MOST


def _seeds(parts: int) -> int:
    return SEVERAL if parts < FEW else 1


def _networks(method: Method, parts: int) -> int:
    return _seeds(parts) + (method.name in REWIRED)


def _part(report: Report, at: int, total: int) -> Report:
    return lambda step: report(Step(round(1000 * (at + step.fraction) / total), 1000))


def _holds(numbers: dict[str, float]) -> Holds:
    likeness, most = numbers["all random"], numbers["bound"]
    if numbers.get("head random", 0.0) >= MOST_OF_HEAD or likeness > (most + 1) / 2:
        return "no"
    return "yes" if likeness <= most else "partly"


def _sentence(holds: Holds, numbers: dict[str, float]) -> str:
    if numbers.get("head random", 0.0) >= MOST_OF_HEAD and numbers["all random"] <= (numbers["bound"] + 1) / 2:
        said = _(
            "The picture ignores the last step of the model: with a random one, which decides by chance, it is nearly "
            "the same (rank correlation {head:.2f}, where 1 is the same; at most {limit:.1f} would be right)."
        )
        return said.format(head=numbers["head random"], limit=MOST_OF_HEAD)
    if holds == "yes":
        said = _(
            "A network with random weights gives another picture (rank correlation {all:.2f}, at most {most:.1f} is "
            "right), so this one shows what the model has learned."
        )
    elif holds == "partly":
        said = _(
            "A network with random weights gives a picture that is partly the same (rank correlation {all:.2f}; at "
            "most {most:.1f} would be right): the picture shows the sound as well as the reason."
        )
    else:
        said = _(
            "A network with random weights gives nearly the same picture (rank correlation {all:.2f}; at most "
            "{most:.1f} would be right): the picture shows the sound, not what the model has learned."
        )
    return said.format(all=numbers["all random"], most=numbers["bound"])


def passes(method: Method, model: LoadedModel, seconds: float, pieces: int, settings: object) -> Passes:
    """Cost of the method once for each random network."""
    parts = pieces if method.kind == "pieces" else FEW
    once, times = method.passes(model, seconds, pieces, settings), _networks(method, parts)
    return Passes(forward=(once.forward + 1) * times, back=once.back * times)


CHECK = Check(
    name="randomised",
    title=N_("Does it depend on what the model has learned?"),
    summary=N_(
        "Explains a network of the same shape with random weights by the same method, and compares the two pictures."
    ),
    rank=30,
    judge=judge,
    passes=passes,
    source="Adebayo et al. 2018",
)
