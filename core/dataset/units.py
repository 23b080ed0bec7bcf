"""Sounds that must stay together, and their fair distribution over sides."""

from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

import numpy as np
from jaxtyping import Bool, Float64, Int64

from core.dataset.prepared import PreparedSet

MOST_STEPS = 50_000  # that are tried to mend a distribution, a few seconds
CLOSE = 1e-12  # costs that differ by less are equal


@dataclass(frozen=True)
class Unit:
    """Items that never stand on different sides."""

    items: tuple[int, ...]


def classes_of(data: PreparedSet, indices: Iterable[int]) -> dict[int, str]:
    """Tell by item what has to be spread evenly: its class; of transcripts there is one kind only."""
    return {index: data.items[index].label if data.task == "classes" else "text" for index in indices}


def units_of(data: PreparedSet, indices: Sequence[int], by_group: bool) -> tuple[Unit, ...]:
    """Tie together what sounds the same, and where asked also what is of one group; in the order of first items."""
    leader = {index: index for index in indices}

    def root(index: int) -> int:
        while leader[index] != index:
            leader[index] = leader[leader[index]]
            index = leader[index]
        return index

    first: dict[Hashable, int] = {}
    for index in indices:
        item = data.items[index]
        for tie in (("sound", item.fingerprint), ("group", item.group) if by_group and item.group else None):
            if tie:
                low, high = sorted((root(index), root(first.setdefault(tie, index))))
                leader[high] = low
    tied: dict[int, list[int]] = {}
    for index in indices:
        tied.setdefault(root(index), []).append(index)
    return tuple(Unit(tuple(items)) for items in tied.values())


def spread(
    units: Sequence[Unit], classes: dict[int, str], shares: Sequence[float], generator: np.random.Generator
) -> list[list[Unit]]:
    """Distribute units over sides so that each side holds its share of every class, as nearly as whole units allow.

    Greedy: the largest unit first, ties in random order, each to the side where the sum over classes of squared
    distances between share held and share wanted grows least (the idea of scikit-learn's StratifiedGroupKFold).
    """
    names = sorted(set(classes.values()))
    counts = _counts(units, classes, names)
    order = generator.permutation(len(units))
    order = order[np.argsort(-counts[order].sum(axis=1), kind="stable")]
    parts = counts / np.maximum(counts.sum(axis=0), 1)
    wanted = np.array(shares)[:, None]
    held = np.zeros((len(shares), len(names)))
    sides: list[list[Unit]] = [[] for _share in shares]
    for place in order.tolist():
        side = _cheapest(held, wanted, parts[place])
        held[side] += parts[place]
        sides[side].append(units[place])
    return sides


def _counts(units: Sequence[Unit], classes: dict[int, str], names: Sequence[str]) -> Int64[np.ndarray, "units classes"]:
    column = {name: place for place, name in enumerate(names)}
    counts = np.zeros((len(units), len(names)), np.int64)
    for row, unit in enumerate(units):
        for item in unit.items:
            counts[row, column[classes[item]]] += 1
    return counts


def _cheapest(
    held: Float64[np.ndarray, "sides classes"],
    wanted: Float64[np.ndarray, "sides 1"],
    part: Float64[np.ndarray, " classes"],
) -> int:
    """Side whose distance from what is wanted grows least; of equal ones the first."""
    costs = (np.square(held + part - wanted) - np.square(held - wanted)).sum(axis=1)
    return int(np.flatnonzero(costs <= costs.min() + CLOSE)[0])


def mended(sides: Sequence[list[Unit]], classes: dict[int, str]) -> list[list[Unit]]:
    """Move or exchange units until no class is held by one side only and no side is empty, as far as steps help."""
    units = [unit for side in sides for unit in side]
    place = np.array([number for number, side in enumerate(sides) for _unit in side], np.int64)
    holds = _counts(units, classes, sorted(set(classes.values()))) > 0
    better: Int64[np.ndarray, " units"] | None = place
    while better is not None:
        place, lacking = better, _lacking(better, holds, len(sides))
        steps = islice(_steps(place, holds, len(sides)), MOST_STEPS if lacking else 0)
        better = next((step for step in steps if _lacking(step, holds, len(sides)) < lacking), None)
    return [[units[row] for row in np.flatnonzero(place == number)] for number in range(len(sides))]


def _lacking(place: Int64[np.ndarray, " units"], holds: Bool[np.ndarray, "units classes"], sides: int) -> int:
    """Count classes that one side alone holds, and empty sides."""
    held = np.array([holds[place == number].any(axis=0) for number in range(sides)])
    return int((held.sum(axis=0) == 1).sum() + (~held.any(axis=1)).sum())


def _steps(
    place: Int64[np.ndarray, " units"], holds: Bool[np.ndarray, "units classes"], sides: int
) -> Iterator[Int64[np.ndarray, " units"]]:
    """Every way to move one unit, smallest first in classes, then every way to exchange two."""
    order = np.argsort(holds.sum(axis=1), kind="stable").tolist()
    for row in order:
        for number in range(sides):
            step = place.copy()
            step[row] = number
            yield step
    for row in order:
        for other in order:
            step = place.copy()
            step[row], step[other] = place[other], place[row]
            yield step


def kinds(units: Iterable[Unit], classes: dict[int, str]) -> set[str]:
    """Classes that some units hold."""
    return {classes[item] for unit in units for item in unit.items}


def give(source: list[Unit], target: list[Unit], kind: str, keep: set[str], classes: dict[int, str]) -> bool:
    """Move the smallest unit of a class without which ``source`` still has the classes to keep; tell whether."""
    for unit in sorted((unit for unit in source if kind in kinds([unit], classes)), key=lambda unit: len(unit.items)):
        left = [other for other in source if other is not unit]
        if left and keep <= kinds(left, classes):
            source.remove(unit)
            target.append(unit)
            return True
    return False


def items_of(units: Iterable[Unit]) -> tuple[int, ...]:
    """Items of all units, in order."""
    return tuple(sorted(item for unit in units for item in unit.items))
