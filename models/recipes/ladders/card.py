"""Write what a ladder found into the model card, between two marks, so that no figure in it is typed by hand."""

from pathlib import Path
from textwrap import fill

from core.corpus.corpus import Corpus
from core.probing.ladder import Curve, Ladder, Score
from core.probing.rungs import rungs

BEGIN, END = "<!-- ladder: written by models.recipes.ladders -->", "<!-- end of the ladder -->"
CARD = "README.md"
WIDTH = 120
GOAL = 0.15  # that the phone probe of the best layer is to lie above log-mel in context
GOAL_OF = ("speech-tiny",)
ORDER = ("spectrum", "phone", "word")  # of "acoustic, phone, word"
MEASURES = {"accuracy": "share right", "balanced accuracy": "balanced share right", "R2": "R²"}


def write_section(folder: Path, ladder: Ladder, corpus: Corpus) -> None:
    """Put the section in the place of the one before it, or else at the end of the card."""
    card = folder / CARD
    text = card.read_text("utf-8")
    written = f"{BEGIN}\n{section(ladder, corpus)}\n{END}"
    if BEGIN in text:
        before, _begin, rest = text.partition(BEGIN)
        text = before + written + rest.partition(END)[2]
    else:
        text = text.rstrip() + "\n\n" + written + "\n"
    card.write_text(text, "utf-8")


def section(ladder: Ladder, corpus: Corpus) -> str:
    """Write tables and sentences of a ladder, in Markdown."""
    parts = ["## What can be read off its layers\n", _method(ladder, corpus)]
    parts += [_table(ladder), _references(ladder), *(fill(text, WIDTH) for text in _findings(ladder))]
    parts += [fill(f"Not asked: {name}. {why}", WIDTH) for name, why in ladder.refused.items()]
    parts.append(_cost(ladder))
    return "\n\n".join(part.strip() for part in parts)


def _method(ladder: Ladder, corpus: Corpus) -> str:
    text = (
        f"Linear probes on every convolution of the front end ({ladder.convolutions}), on what the first block "
        f"receives and on every block ({ladder.layers}): logistic regression for classes, ridge for values; one "
        "strength for all stops of a rung, chosen on voices and sentences kept apart for it. Corpus: "
        f"“{corpus.title}”, {corpus.seconds / 60:.1f} minutes, {len(corpus.utterances)} utterances, "
        f"{len(corpus.speakers)} voices. The test is new in voice and in sentence; that of the rung sentence is new in "
        "voice, that of speaker in sentence; new to the probes, that is: what the model itself learned from is told "
        "above. Intervals of 95 %: test voices and test sentences are drawn again with "
        "replacement. The best stop is the one that scores highest on this same test, so its score is a little too "
        "high; all stops are in ladder.json. What can be read off a layer need not be used by the model."
    )
    return fill(text, WIDTH)


def _table(ladder: Ladder) -> str:
    lines = [
        "| rung | measure | best | 95 % interval | where | log-mel in context | random weights, their best "
        "| control there | selectivity | n learned from / tested | classes | voices / sentences tested |",
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    return "\n".join([*lines, *(_row(ladder, curve) for curve in ladder.curves.values())])


def _row(ladder: Ladder, curve: Curve) -> str:
    best = curve.at(curve.best)
    cells = [
        name_of(curve),
        MEASURES[curve.metric],
        f"**{best.value:.2f}**",
        f"{best.low:.2f} to {best.high:.2f}",
        place(ladder, curve.best),
        f"{curve.inputs['log-mel in context'].value:.2f}",
        f"{_highest(curve.random).value:.2f}",
        f"{curve.control_at(curve.best).value:.2f}",
        f"{curve.selectivity(curve.best):.2f}",
        f"{curve.train:,} / {curve.test:,}",
        f"{curve.classes}",
        f"{curve.voices} / {curve.sentences}",
    ]
    return f"| {' | '.join(cells)} |"


def _references(ladder: Ladder) -> str:
    lines = [
        "| rung | log-mel | MFCC | commonest class, or the mean | shuffled labels | last block | random weights, "
        "last block | balanced, at the best |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    for curve in ladder.curves.values():
        even = f"{curve.balanced[curve.stops.index(curve.best)]:.2f}" if curve.balanced else "–"
        cells = [name_of(curve), *(f"{curve.inputs[name].value:.2f}" for name in ("log-mel", "MFCC"))]
        cells += [f"{curve.majority:.2f}", f"{curve.shuffled.value:.2f}"]
        cells += [f"{curve.score[-1].value:.2f}", f"{curve.random[-1].value:.2f}", even]
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines)


def _findings(ladder: Ladder) -> list[str]:
    found = []
    if "phone" in ladder.curves:
        found.append(_phone(ladder, ladder.curves["phone"]))
    peaks = [f"{name_of(curve)} {place(ladder, curve.best)}" for curve in ladder.curves.values()]
    found.append(f"Where each rung peaks: {', '.join(peaks)}.")
    if all(name in ladder.curves for name in ORDER):
        found.append(_order(ladder))
    return found


def _phone(ladder: Ladder, curve: Curve) -> str:
    best, plain = curve.at(curve.best), curve.inputs["log-mel in context"]
    above = best.value - plain.value
    text = (
        f"Phone: {best.value:.3f} at {place(ladder, curve.best)}, {above:+.3f} against log-mel in context "
        f"({plain.value:.3f})"
    )
    if ladder.name in GOAL_OF:
        text += f"; goal at least +{GOAL}: {'reached' if above >= GOAL else 'not reached'}"
    highest = max(range(len(curve.random)), key=lambda at: curve.random[at].value)
    text += (
        f". The same network with random weights: {curve.random[highest].value:.3f} at most, at "
        f"{place(ladder, curve.stops[highest])}, and {curve.random[-1].value:.3f} at the last block. "
    )
    return text + f"The peak lies {'inside the network' if curve.interior else 'at an end of the network'}."


def _order(ladder: Ladder) -> str:
    """Say whether what is acoustic peaks before phones, and phones before words, whatever the answer is."""
    stops = [ladder.curves[name].best for name in ORDER]
    where = ", ".join(f"{name} {place(ladder, stop)}" for name, stop in zip(ORDER, stops, strict=True))
    holds = stops[0] < stops[1] < stops[2]
    text = f"The order acoustic, phone, word by the highest point of each curve: {where}. It "
    text += "holds." if holds else "does not hold."
    alike = [f"{name}: {_span(ladder, ladder.curves[name])}" for name in ORDER]
    return f"{text} Stops whose score lies inside the interval of the highest: {'; '.join(alike)}."


def _span(ladder: Ladder, curve: Curve) -> str:
    low = curve.at(curve.best).low
    near = [stop for stop, item in zip(curve.stops, curve.score, strict=True) if item.value >= low]
    return place(ladder, near[0]) if len(near) == 1 else f"{place(ladder, near[0])} to {place(ladder, near[-1])}"


def _cost(ladder: Ladder) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in ladder.versions.items())
    return f"Measured in {ladder.seconds:.0f} s, seed {ladder.seed}, with {versions}."


def _highest(scores: tuple[Score, ...]) -> Score:
    return max(scores, key=lambda score: score.value)


def name_of(curve: Curve) -> str:
    """Name of a rung in a sentence."""
    return rungs()[curve.rung].title.lower()


def place(ladder: Ladder, stop: int) -> str:
    """Name a stop in a sentence."""
    if stop < 0:
        return f"convolution {ladder.convolutions + stop + 1} of {ladder.convolutions}"
    return f"block {stop} of {ladder.layers}" if stop else "the input of block 1"
