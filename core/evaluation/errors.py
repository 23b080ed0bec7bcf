"""Where a classifier goes wrong: its worst mistakes, and its share right by class, speaker, length and loudness."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float64

from core.dataset.prepared import PreparedSet
from core.evaluation.intervals import wilson
from core.evaluation.metrics import confusion
from core.evaluation.predictions import Predictions
from core.text import _, n_

Kind = Literal["class", "group", "length", "loudness"]
THIRDS = 3
MOST_MISTAKES = 20


@dataclass(frozen=True)
class Mistake:
    """A wrong answer.

    place       of the clip within the predictions
    item        of the clip within the prepared set
    confidence  probability that it gave to its answer; ``truth`` to the true class
    """

    place: int
    item: int
    label: str
    answer: str
    confidence: float
    truth: float


@dataclass(frozen=True)
class Part:
    """Some of the clips and how many of them are right; ``low`` to ``high`` is Wilson's 95 % interval by clip.

    name    class or speaker, or the range of lengths or loudness, for people
    weak    whether even the upper end lies below the share right of all other clips together
    places  of its clips within the predictions
    """

    kind: Kind
    name: str
    n: int
    right: int
    share: float
    low: float
    high: float
    weak: bool
    places: tuple[int, ...]

    def sentence(self) -> str:
        """Say it plainly."""
        named = {
            "class": _("Sounds of the class {name}"),
            "group": _("Sounds of {name}"),
            "length": _("Sounds of {name}"),
            "loudness": _("Sounds at {name}"),
        }[self.kind].format(name=self.name)
        return n_(
            "{named}: right in {share:.0%} of {count} sound (from {low:.0%} to {high:.0%} is possible).",
            "{named}: right in {share:.0%} of {count} sounds (from {low:.0%} to {high:.0%} is possible).",
            self.n,
        ).format(named=named, share=self.share, count=self.n, low=self.low, high=self.high)


@dataclass(frozen=True)
class Confused:
    """A class, what it was taken for, and how often: ``count`` of ``n`` clips of the class."""

    label: str
    answer: str
    count: int
    n: int


@dataclass(frozen=True)
class ErrorAnalysis:
    """All of it; every list begins with the worst. A list is empty where its clips do not differ in that."""

    mistakes: tuple[Mistake, ...]
    confused: tuple[Confused, ...]
    by_class: tuple[Part, ...]
    by_group: tuple[Part, ...]
    by_length: tuple[Part, ...]
    by_loudness: tuple[Part, ...]

    def sentences(self) -> tuple[str, ...]:
        """Name what stands out: parts clearly worse than the rest, and the commonest confusion."""
        parts = (*self.by_class, *self.by_group, *self.by_length, *self.by_loudness)
        found = [part.sentence() for part in parts if part.weak]
        if self.confused:
            worst = self.confused[0]
            found.append(
                _("Most often confused: {label} is taken for {answer} in {count} of {n}.").format(
                    label=worst.label, answer=worst.answer, count=worst.count, n=worst.n
                )
            )
        return tuple(found) or (_("No mistake was made on these sounds."),)


def analyse(data: PreparedSet, predictions: Predictions) -> ErrorAnalysis:
    """Work out where ``predictions`` over items of ``data`` go wrong."""
    items = [data.items[item] for item in predictions.items]
    seconds = np.array([item.count for item in items]) / data.sample_rate
    loudness = np.array([item.loudness for item in items], dtype=float)
    labels = [predictions.labels[target] for target in predictions.targets]
    return ErrorAnalysis(
        worst(predictions),
        confused(predictions),
        parts("class", labels, predictions),
        parts("group", predictions.groups, predictions),
        parts("length", _thirds(seconds, _("{low:.2f} to {high:.2f} s")), predictions),
        parts("loudness", _thirds(loudness, _("{low:.0f} to {high:.0f} dB")), predictions),
    )


def worst(predictions: Predictions, most: int = MOST_MISTAKES) -> tuple[Mistake, ...]:
    """Return the wrong answers that were given with most confidence, surest first."""
    certain = predictions.probabilities.max(axis=1)
    wrong = np.flatnonzero(~predictions.correct)
    ordered = wrong[np.argsort(-certain[wrong], kind="stable")][:most]
    return tuple(
        Mistake(
            int(place),
            int(predictions.items[place]),
            predictions.labels[predictions.targets[place]],
            predictions.labels[predictions.answers[place]],
            float(certain[place]),
            float(predictions.probabilities[place, predictions.targets[place]]),
        )
        for place in ordered
    )


def confused(predictions: Predictions) -> tuple[Confused, ...]:
    """Return pairs of classes that were taken for each other, most often first."""
    table = confusion(predictions)
    found = [
        Confused(predictions.labels[true], predictions.labels[said], int(table[true, said]), int(table[true].sum()))
        for true, said in zip(*np.nonzero(table), strict=True)
        if true != said
    ]
    return tuple(sorted(found, key=lambda pair: (-pair.count, pair.label, pair.answer)))


def parts(kind: Kind, names: Sequence[str], predictions: Predictions) -> tuple[Part, ...]:
    """Count right answers by name, lowest share first; clips with an empty name are left out, one name is none."""
    named = np.array(names)
    known = sorted({name for name in names if name})
    if len(known) < 2:
        return ()
    found = [_part(kind, name, named == name, predictions.correct) for name in known]
    return tuple(sorted(found, key=lambda part: (part.share, -part.n)))


def _part(kind: Kind, name: str, its: Bool[np.ndarray, " n"], correct: Bool[np.ndarray, " n"]) -> Part:
    n, right = int(its.sum()), int(correct[its].sum())
    low, high = (float(end) for end in wilson(float(right), float(n)))
    rest = float(correct[~its].mean()) if not its.all() else right / n
    places = tuple(int(place) for place in np.flatnonzero(its))
    return Part(kind, name, n, right, right / n, low, high, high < rest, places)


def _thirds(values: Float64[np.ndarray, " n"], spoken: str) -> list[str]:
    """Name for each value the third that it lies in, by its range; equal values stay together."""
    borders = np.quantile(values, [1 / THIRDS, 2 / THIRDS])
    third = np.searchsorted(borders, values, side="left")
    if values.max() - values.min() < 1e-9:
        return [""] * len(values)
    ends = {part: values[third == part] for part in set(third.tolist())}
    names = {part: spoken.format(low=its.min(), high=its.max()) for part, its in ends.items()}
    return [names[part] for part in third.tolist()]
