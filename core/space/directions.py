"""Directions inside a layer that can be looked at like a unit: a unit, a main direction, what sets two phones apart."""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from jaxtyping import Bool, Float32, Int64

from core.errors import MethodError
from core.space.bank import Bank
from core.space.segments import Kind
from core.text import N_, _

FEWEST = 3  # phones of either kind that a difference is taken from
PRINCIPAL = 10  # main directions that are offered

CAVEAT = N_(
    "A direction is one of very many that a layer has. That a sound lies far along it does not make it a detector of "
    "that sound, nor does it show that the model uses it."
)


@dataclass(frozen=True)
class Asked:
    """Which direction is meant: unit or main direction ``index`` (from 0), or phone ``a`` less phone ``b``."""

    kind: Literal["unit", "principal", "difference"]
    index: int = 0
    a: str = ""
    b: str = ""


@dataclass(frozen=True, eq=False)
class Direction:
    """A direction of one stop, and how far every moment of the bank lies along it.

    weight   of every unit, in scores; length 1
    values   (moments,) in standard deviations from the mean over all moments
    learned  recordings that it was taken from, which may not judge it; empty for a unit
    """

    stop: int
    asked: Asked
    weight: Float32[np.ndarray, " units"]
    values: Float32[np.ndarray, " moments"]
    learned: frozenset[int] = frozenset()


def halves(bank: Bank, seed: int = 0) -> tuple[frozenset[int], frozenset[int]]:
    """Part the recordings in two; each voice that has several is on both sides."""
    order = np.random.default_rng(seed).permutation(sorted(bank.heard))
    speaker = {item.utterance: item.speaker for item in bank.segments.rows}
    sides: tuple[set[int], set[int]] = (set(), set())
    turns: dict[str, int] = {}
    for index in sorted(order.tolist(), key=lambda one: speaker[one]):
        turn = turns.get(speaker[index], len(sides[0]) > len(sides[1]))
        sides[turn % 2].add(index)
        turns[speaker[index]] = int(turn) + 1
    return frozenset(sides[0]), frozenset(sides[1])


def direction(bank: Bank, stop: int, asked: Asked, seed: int = 0) -> Direction:
    """Find a direction; one that has to be learned is learned from one half of the recordings.

    Raises MethodError where the stop, or the corpus, has no such direction.
    """
    moments = bank.scores[stop][bank.segments.places("moment")].astype(np.float32)
    if asked.kind == "unit":
        if not 0 <= asked.index < moments.shape[1]:
            raise MethodError(
                _("This layer has no unit {unit}.").format(unit=asked.index),
                hint=_("Choose a number from 0 to {last}.").format(last=moments.shape[1] - 1),
            )
        weight, learned = np.eye(1, moments.shape[1], asked.index, dtype=np.float32)[0], frozenset[int]()
    else:
        learned = halves(bank, seed)[0]
        find = _principal if asked.kind == "principal" else _difference
        weight = find(bank, stop, asked, learned)
    values = moments @ weight
    spread = float(values.std())
    return Direction(stop, asked, weight, (values - values.mean()) / (spread if spread > 0 else 1.0), learned)


def _inside(bank: Bank, kind: Kind, recordings: frozenset[int]) -> Bool[np.ndarray, " some"]:
    return np.array([item.utterance in recordings for item in bank.of(kind).rows], bool)


def _principal(bank: Bank, stop: int, asked: Asked, learned: frozenset[int]) -> Float32[np.ndarray, " units"]:
    rows = bank.scores[stop][bank.segments.places("moment")].astype(np.float32)[_inside(bank, "moment", learned)]
    _left, _sizes, directions = np.linalg.svd(rows - rows.mean(0), full_matrices=False)
    if not 0 <= asked.index < len(directions):
        raise MethodError(
            _("This layer has no main direction {number}.").format(number=asked.index + 1),
            hint=_("Choose a number up to {last}.").format(last=len(directions)),
        )
    found = directions[asked.index]
    return (found * np.sign(found[np.abs(found).argmax()])).astype(np.float32)


def _difference(bank: Bank, stop: int, asked: Asked, learned: frozenset[int]) -> Float32[np.ndarray, " units"]:
    rows, phones = bank.scores[stop][bank.segments.places("phone")].astype(np.float32), bank.of("phone").labels("phone")
    inside = _inside(bank, "phone", learned)
    means = []
    for phone in (asked.a, asked.b):
        chosen: Int64[np.ndarray, " some"] = np.flatnonzero(inside & np.array([label == phone for label in phones]))
        if len(chosen) < FEWEST:
            raise MethodError(
                _("There are only {count} of {phone} to learn from.").format(count=len(chosen), phone=phone),
                hint=_("It takes at least {count}. Choose another phone.").format(count=FEWEST),
            )
        means.append(rows[chosen].mean(0))
    found = means[0] - means[1]
    length = float(np.linalg.norm(found))
    if length == 0:
        raise MethodError(_("The two are the same."), hint=_("Choose two different phones."))
    return (found / length).astype(np.float32)
