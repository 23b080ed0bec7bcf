"""Does the answer fall when what the explanation points at is taken away, and more so than by chance?"""

import numpy as np

from core.attribution.attribution import Attribution
from core.attribution.check import Check, Holds, Verdict
from core.attribution.curves import CELLS, Curves, area, asks, curves, half
from core.attribution.method import Method, Passes
from core.attribution.question import Question
from core.attribution.ranking import ranking
from core.attribution.removal import replacement
from core.loading import LoadedModel
from core.progress import Report
from core.text import N_, _

LEAST = 0.05  # of probability; a gain so small is no evidence
RARE = 0.05  # share of orders of chance that may do as well as the explanation
SURE = 2.4  # standard deviations; one more of ten orders of chance goes beyond in 2 % (Student's t, 9 degrees)
GOOD = 0.5  # of the area that orders of chance leave
FEWEST = 4  # pieces; of fewer every third order of chance begins with the right one, and no count of rivals can tell
HANDFUL = 8  # pieces, of which an order of chance often begins with the right one
COLUMNS = 100  # a second, of what is told by time alone
EQUAL = 1e-9


def judge(question: Question, method: Method, attribution: Attribution, report: Report) -> Verdict:
    """Take parts away and put them back; compare with orders of chance and with the order of loudness."""
    parts = ranking(attribution)
    found = curves(question, parts, report)
    numbers = _numbers(found) | {"parts": float(parts.count)}
    holds = _holds(numbers)
    sentence = _sentence(holds, numbers, found, replacement(question, parts))
    if holds == "no" and parts.count < FEWEST and numbers["whole"] - numbers["nothing"] > LEAST:
        holds = "open"
        sentence = _(
            "With only {count} pieces many orders of chance begin with the right one, so this check cannot tell: cut "
            "the sound into more pieces."
        ).format(count=parts.count)
    return Verdict(CHECK.name, holds, sentence, numbers, _drawn(found))


def _numbers(found: Curves) -> dict[str, float]:
    chance = np.array([area(found.some, row) for row in found.chance])
    removed, back = area(found.shares, found.deletion), area(found.shares, found.insertion)
    # compared at the same shares, so that a coarse curve is not set against a fine one
    falls, rises = (area(found.some, found.at_some(values)) for values in (found.deletion, found.insertion))
    return {
        "deletion": removed,
        "insertion": back,
        "chance": float(chance.mean()),
        "spread": float(chance.std(ddof=1)),
        "loudness": area(found.shares, found.loud),
        "deletion gain": float(chance.mean()) - removed,
        "insertion gain": back - float(chance.mean()),
        "orders": float(len(chance)),
        "deletion rivals": float((chance <= falls + EQUAL).sum()),
        "deletion better": float((chance < falls - EQUAL).sum()),
        "insertion rivals": float((chance >= rises - EQUAL).sum()),
        "whole": float(found.deletion[0]),
        "nothing": float(found.deletion[-1]),
    }


def _holds(numbers: dict[str, float]) -> Holds:
    if numbers["whole"] <= LEAST:
        return "open"
    if numbers["whole"] - numbers["nothing"] <= LEAST:
        return "no"
    falls = _beyond(numbers, "deletion")
    if falls and numbers["deletion"] <= GOOD * numbers["chance"]:
        return "yes"
    return "partly" if falls or _beyond(numbers, "insertion") or _best_of_few(numbers) else "no"


def _beyond(numbers: dict[str, float], what: str) -> bool:
    """Tell whether "deletion" or "insertion" gains enough over chance, and nearly no order of chance does as well.

    Areas of many small cells in orders of chance lie around their mean as a normal distribution does, so the gain is
    held against their spread too.
    """
    gain, rivals = numbers[f"{what} gain"], numbers[f"{what} rivals"]
    surely = numbers["parts"] < CELLS or gain > SURE * numbers["spread"]
    return gain > LEAST and rivals <= RARE * numbers["orders"] and surely


def _best_of_few(numbers: dict[str, float]) -> bool:
    """Tell whether no order of chance did better, though many did as well, as must be with a handful of pieces."""
    return numbers["parts"] <= HANDFUL and numbers["deletion gain"] > LEAST and not numbers["deletion better"]


def _sentence(holds: Holds, numbers: dict[str, float], found: Curves, instead: str) -> str:
    share = half(found.shares, found.deletion), half(found.some, found.chance.mean(0))
    told = numbers | {"instead": instead, "half": share[0], "other": share[1], "good": numbers["deletion rivals"]}
    if holds == "open":
        return _(
            "Of the sound as it is the model hardly says it (probability {whole:.2f}), so there is hardly anything to "
            "lose."
        ).format(**told)
    if numbers["whole"] - numbers["nothing"] <= LEAST:
        return _(
            "No evidence: with everything taken away ({instead} in its place) the model says it with probability "
            "{nothing:.2f}, with the sound as it is {whole:.2f}. There is nothing that an explanation could show."
        ).format(**told)
    if holds == "no":
        return _(
            "No better than chance here: taking away what it points at leaves a probability of {deletion:.2f} on "
            "average, taking parts away at random {chance:.2f}; {good:.0f} of {orders:.0f} random orders did as well."
        ).format(**told)
    return _(_said(holds, numbers)).format(**told) + " " + _beside_loudness(numbers)


def _said(holds: Holds, numbers: dict[str, float]) -> str:
    if holds == "yes":
        return N_(
            "Take away the {half:.0%} that it calls most important, and half of the model's confidence is gone; at "
            "random it takes {other:.0%}. {good:.0f} of {orders:.0f} random orders did as well."
        )
    if _beyond(numbers, "deletion"):
        return N_(
            "Better than chance, but not by much: taking away what it points at leaves a probability of "
            "{deletion:.2f} on average, taking parts away at random {chance:.2f}."
        )
    if _beyond(numbers, "insertion"):
        return N_(
            "What it points at is enough for the model when put back first (probability {insertion:.2f} on average, at "
            "random {chance:.2f}), but taking it away hurts no more than some random orders do."
        )
    return N_(
        "No random order did better, but with only {parts:.0f} pieces {good:.0f} of {orders:.0f} did as well: too few "
        "pieces to be sure."
    )


def _beside_loudness(numbers: dict[str, float]) -> str:
    lead = numbers["loudness"] - numbers["deletion"]
    if lead > LEAST / 2:
        said = _("Taking the loudest parts away first does less: {loudness:.2f} stays, against {deletion:.2f}.")
    elif lead < -LEAST / 2:
        said = _(
            "But taking the loudest parts away first does even more: {loudness:.2f} stays, against {deletion:.2f}."
        )
    else:
        said = _("But simply taking the loudest parts away first does as much: {loudness:.2f} stays either way.")
    return said.format(**numbers)


def _drawn(found: Curves) -> dict[str, tuple[tuple[float, ...], tuple[float, ...]]]:
    rows = {"deletion": found.deletion, "insertion": found.insertion, "loudness": found.loud}
    chance = {
        "chance": found.chance.mean(0),
        "chance, lowest": found.chance.min(0),
        "chance, highest": found.chance.max(0),
    }
    return {name: (tuple(found.shares.tolist()), tuple(values.tolist())) for name, values in rows.items()} | {
        name: (tuple(found.some.tolist()), tuple(values.tolist())) for name, values in chance.items()
    }


def passes(method: Method, model: LoadedModel, seconds: float, pieces: int, settings: object) -> Passes:
    """One pass for each point of each curve; at most, where it is not known how many cells there will be."""
    counts = [pieces] if method.kind == "pieces" else [max(round(seconds * COLUMNS), 2), CELLS]
    return Passes(forward=max(map(asks, counts)))


CHECK = Check(
    name="deletion",
    title=N_("Does taking it away change the answer?"),
    summary=N_(
        "Takes the most relevant parts away first, and puts them back first, and compares with orders of chance and "
        "with the order of loudness."
    ),
    rank=20,
    judge=judge,
    passes=passes,
    source="Samek et al. 2017; Petsiuk et al. 2018",
)
