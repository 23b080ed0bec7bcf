"""What a CTC model writes, when it writes it, and how sure it is (Graves et al. 2006); scores of a classifier."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32, Int

from core.timeline import TimeAxis


@dataclass(frozen=True)
class Symbol:
    """One written symbol.

    start, end   stretch of the frames in which it wins, seconds
    peak         centre of the frame in which it is surest, seconds
    probability  at the peak, 0 to 1
    first, stop  the frames in which it wins, stop not included
    index        class of the symbol
    """

    label: str
    start: float
    end: float
    peak: float
    probability: float
    first: int
    stop: int
    index: int


@dataclass(frozen=True, eq=False)
class Reading:
    """What one layer would write through the model's own head.

    symbols      what it writes, blanks dropped
    under_blank  what it would write in the frames where the blank wins: the best other symbol
    entropy      how undecided each frame is: 0 is sure, 1 is all symbols alike
    blank        probability of the blank in each frame
    best         best symbol that is not the blank, per frame, and its probability
    """

    layer: int
    symbols: tuple[Symbol, ...]
    under_blank: tuple[Symbol, ...]
    entropy: Float32[np.ndarray, " frames"]
    blank: Float32[np.ndarray, " frames"]
    best: Int[np.ndarray, " frames"]
    best_probability: Float32[np.ndarray, " frames"]


@dataclass(frozen=True)
class Settled:
    """From which layer on a symbol of the final text wins in its place, and what won there one layer before.

    before  label at the symbol's peak in the layer below; empty for the blank or where there is no layer below
    """

    symbol: Symbol
    layer: int
    before: str


@dataclass(frozen=True)
class Errors:
    """Edits that turn what was said into what was written."""

    insertions: int
    deletions: int
    substitutions: int
    reference: int

    @property
    def rate(self) -> float:
        """Edits per symbol that was said; can exceed 1."""
        return (self.insertions + self.deletions + self.substitutions) / max(self.reference, 1)


@dataclass(frozen=True)
class Score:
    """Probability of one class, 0 to 1."""

    label: str
    probability: float


def probabilities(logits: Float[np.ndarray, "*lead classes"]) -> Float32[np.ndarray, "*lead classes"]:
    """Turn logits into probabilities that sum to one (softmax)."""
    raised = np.exp(logits - logits.max(-1, keepdims=True), dtype=np.float64)
    return (raised / raised.sum(-1, keepdims=True)).astype(np.float32)


def is_special(label: str) -> bool:
    """Tell whether a symbol is a mark of the tokenizer, such as ``<s>``, and never written."""
    return label.startswith("<") and label.endswith(">")


def greedy(
    logits: Float[np.ndarray, "frames symbols"], labels: Sequence[str], blank: int, axis: TimeAxis
) -> tuple[Symbol, ...]:
    """Take the best symbol of each frame, join repeats, drop blanks and marks of the tokenizer."""
    chance = probabilities(logits)
    return _runs(chance.argmax(1), chance, labels, blank, axis)


def _runs(
    winners: Int[np.ndarray, " frames"],
    chance: Float32[np.ndarray, "frames symbols"],
    labels: Sequence[str],
    blank: int,
    axis: TimeAxis,
) -> tuple[Symbol, ...]:
    starts = np.flatnonzero(np.r_[True, winners[1:] != winners[:-1]])
    found = []
    for first, stop in zip(starts, np.r_[starts[1:], len(winners)], strict=True):
        index = int(winners[first])
        if index == blank or is_special(labels[index]):
            continue
        peak = int(first + chance[first:stop, index].argmax())
        start = axis.start + axis.step * (float(first) - 0.5)
        found.append(
            Symbol(
                label=labels[index],
                start=max(0.0, start),
                end=start + axis.step * float(stop - first),
                peak=axis.start + axis.step * peak,
                probability=float(chance[peak, index]),
                first=int(first),
                stop=int(stop),
                index=index,
            )
        )
    return tuple(found)


def spell(symbols: Sequence[Symbol]) -> str:
    """Write symbols as text: letters are joined with ``|`` as the space between words, phones stand apart."""
    labels = [symbol.label for symbol in symbols]
    if any(len(label) > 1 for label in labels):
        return " ".join(label for label in labels if label != "|")
    return "".join(" " if label == "|" else label for label in labels).strip()


def between(symbols: Sequence[Symbol], start: float, end: float) -> tuple[Symbol, ...]:
    """Keep the symbols whose peaks lie in a region, seconds."""
    return tuple(symbol for symbol in symbols if start <= symbol.peak < end)


def readings(
    layers: Sequence[Float[np.ndarray, "frames symbols"]], labels: Sequence[str], blank: int, axis: TimeAxis
) -> tuple[Reading, ...]:
    """Read every layer through the model's own head, from the logits that ``core.lens`` gives."""
    return tuple(_reading(at, logits, labels, blank, axis) for at, logits in enumerate(layers))


def _reading(layer: int, logits: np.ndarray, labels: Sequence[str], blank: int, axis: TimeAxis) -> Reading:
    chance = probabilities(logits)
    winners = chance.argmax(1)
    others = chance.copy()
    others[:, [at for at, label in enumerate(labels) if at == blank or is_special(label)]] = -1.0
    best = others.argmax(1)
    sure = np.log(np.maximum(chance, np.finfo(np.float32).tiny))
    return Reading(
        layer=layer,
        symbols=_runs(winners, chance, labels, blank, axis),
        under_blank=_runs(np.where(winners == blank, best, blank), chance, labels, blank, axis),
        entropy=-(chance * sure).sum(1) / np.float32(np.log(len(labels))),
        blank=chance[:, blank],
        best=best,
        best_probability=chance[np.arange(len(best)), best],
    )


def settled(
    layers: Sequence[Float[np.ndarray, "frames symbols"]], labels: Sequence[str], blank: int, axis: TimeAxis
) -> tuple[Settled, ...]:
    """Find for each symbol of the final text the first layer from which on it wins some frame of its stretch."""
    winners = [logits.argmax(1) for logits in layers]
    found = []
    for symbol in greedy(layers[-1], labels, blank, axis):
        layer = len(layers) - 1
        while layer > 0 and (winners[layer - 1][symbol.first : symbol.stop] == symbol.index).any():
            layer -= 1
        frame = axis.nearest(symbol.peak)
        below = int(winners[layer - 1][frame]) if layer > 0 else blank
        found.append(Settled(symbol, layer, "" if below == blank or is_special(labels[below]) else labels[below]))
    return tuple(found)


def errors(said: Sequence[str], written: Sequence[str]) -> Errors:
    """Count the fewest edits between what was said and what was written (Levenshtein 1966)."""
    # Each cell: (edits, insertions, deletions, substitutions); ties go to the fewest insertions.
    above = [(at, at, 0, 0) for at in range(len(written) + 1)]
    for row, true in enumerate(said, 1):
        current = [(row, 0, row, 0)]
        for column, guess in enumerate(written, 1):
            diagonal, up, left = above[column - 1], above[column], current[-1]
            wrong = int(true != guess)
            replaced = (diagonal[0] + wrong, diagonal[1], diagonal[2], diagonal[3] + wrong)
            deleted = (up[0] + 1, up[1], up[2] + 1, up[3])
            inserted = (left[0] + 1, left[1] + 1, left[2], left[3])
            current.append(min(replaced, deleted, inserted))
        above = current
    _edits, insertions, deletions, substitutions = above[-1]
    return Errors(insertions, deletions, substitutions, len(said))


def top(
    logits: Float[np.ndarray, " classes"], labels: Sequence[str], count: int, multi_label: bool = False
) -> tuple[Score, ...]:
    """List the likeliest classes, likeliest first.

    Classes that exclude each other share one (softmax); with ``multi_label``, as in AudioSet, each stands alone
    (sigmoid).
    """
    chance = 1 / (1 + np.exp(-logits.astype(np.float64))) if multi_label else probabilities(logits)
    return tuple(Score(labels[at], float(chance[at])) for at in np.argsort(-chance, kind="stable")[:count])
