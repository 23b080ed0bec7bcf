"""What excites the units of a layer, and when?"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32, Int, UInt8

from core.activity import z_scores
from core.errors import MethodError
from core.text import N_, _, n_
from core.tiers import Interval, Tiers
from core.timeline import TimeAxis

LIMIT = 3.0  # z-scores beyond ±3 take the end colours of a map
ROGUE = 6.0  # a unit whose RMS is more than 6 times that of the layer's median unit
APART = 0.1  # seconds between two moments that count as two
CAVEAT = N_(
    "A unit is one direction among many in what the layer keeps. That a sound excites it does not show that the model "
    "uses it for that sound."
)


@dataclass(frozen=True, eq=False)
class ActivationMap:
    """Units x time as bytes, ready to draw: 0 is ``low``, 255 is ``high``, in standard deviations of each unit.

    units     index of the unit in each row, first row first
    strength  how much each of them moves about its own mean, in terms of the layer's median unit
    levels    z-scores, quantised
    rogue     units among all of the layer with outsized values
    clipped   share of the values shown that lie beyond the limits
    """

    units: Int[np.ndarray, " rows"]
    strength: Float32[np.ndarray, " rows"]
    levels: UInt8[np.ndarray, "rows frames"]
    low: float
    high: float
    rogue: tuple[int, ...]
    clipped: float


@dataclass(frozen=True)
class Moment:
    """A moment that a unit singles out.

    start, end  the sound that this frame of the front end sees, seconds
    peak        centre of the frame, seconds
    value       standard deviations from the unit's mean over the clip
    labels      what the tiers say at the peak, as (tier, label)
    """

    frame: int
    start: float
    end: float
    peak: float
    value: float
    labels: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class LabelMean:
    """Mean z-score of a unit over all frames under one label of a tier."""

    label: str
    mean: float
    frames: int


@dataclass(frozen=True, eq=False)
class Unit:
    """One unit over one clip: its curve in z-scores, the moments that excite it most and least.

    mean, spread  average and standard deviation over the clip, in the model's own numbers
    """

    index: int
    curve: Float32[np.ndarray, " frames"]
    mean: float
    spread: float
    rogue: bool
    most: tuple[Moment, ...]
    least: tuple[Moment, ...]


def rogue_units(values: Float[np.ndarray, "frames units"]) -> tuple[int, ...]:
    """List units with outsized values (Timkey & van Schijndel 2021): RMS over 6 times that of the median unit."""
    size = np.sqrt((values.astype(np.float64) ** 2).mean(0))
    return tuple(int(unit) for unit in np.flatnonzero(size > ROGUE * np.median(size)))


def rogue_sentence(rogue: Sequence[int]) -> str:
    """Say how many units have outsized values and what was done about them; empty where there are none."""
    if not rogue:
        return ""
    return n_(
        "One unit ({units}) of this layer has values far larger than the others; each unit is shown in its own spread, "
        "so that it does not hide them.",
        "{count} units ({units}) of this layer have values far larger than the others; each unit is shown in its own "
        "spread, so that they do not hide the rest.",
        len(rogue),
    ).format(count=len(rogue), units=", ".join(map(str, rogue[:5])) + (" …" if len(rogue) > 5 else ""))


def _by_strength(values: Float[np.ndarray, "frames units"], count: int) -> Int[np.ndarray, " rows"]:
    return np.argsort(-values.std(0, dtype=np.float64), kind="stable")[:count]


def _by_likeness(values: Float[np.ndarray, "frames units"], count: int) -> Int[np.ndarray, " rows"]:
    """Put the strongest units that rise and fall together next to each other (average linkage on correlation)."""
    from scipy.cluster.hierarchy import leaves_list, linkage, optimal_leaf_ordering

    chosen = _by_strength(values, count)
    curves = z_scores(values)[:, chosen].T.astype(np.float64)
    if len(chosen) < 3:
        return chosen
    corner = np.triu_indices(len(chosen), 1)
    distance = np.clip(1 - (curves @ curves.T / curves.shape[1])[corner], 0, 2)
    return chosen[leaves_list(optimal_leaf_ordering(linkage(distance, "average"), distance))]


def _by_number(values: Float[np.ndarray, "frames units"], count: int) -> Int[np.ndarray, " rows"]:
    return np.arange(min(count, values.shape[1]))


Order = Callable[[Float[np.ndarray, "frames units"], int], Int[np.ndarray, " rows"]]
ORDERS: dict[str, tuple[str, Order]] = {
    "active": (N_("Most active first"), _by_strength),
    "clustered": (N_("Most active, alike together"), _by_likeness),
    "number": (N_("By number"), _by_number),
}


def activation_map(
    values: Float[np.ndarray, "frames units"], count: int = 64, order: str = "active", limit: float = LIMIT
) -> ActivationMap:
    """Lay out ``count`` units over time as bytes; the most active are those that move most about their own mean."""
    units = ORDERS[order][1](values, count)
    scores = z_scores(values)[:, units].T
    levels = np.clip(np.round((scores / limit + 1) * 127.5), 0, 255).astype(np.uint8)
    moves = values.std(0, dtype=np.float64)
    median = max(float(np.median(moves)), float(np.finfo(np.float32).tiny))
    strength = (moves[units] / median).astype(np.float32)
    clipped = float((np.abs(scores) > limit).mean())
    return ActivationMap(units, strength, levels, -limit, limit, rogue_units(values), clipped)


def unit(
    values: Float[np.ndarray, "frames units"],
    axis: TimeAxis,
    index: int,
    *,
    seconds: float,
    tiers: Tiers | None = None,
    count: int = 5,
) -> Unit:
    """Describe one unit over a clip of ``seconds``; its moments do not overlap and lie at least 0.1 s apart."""
    if not 0 <= index < values.shape[1]:
        raise MethodError(
            _("This layer has no unit {unit}.").format(unit=index),
            hint=_("Choose a number from 0 to {last}.").format(last=values.shape[1] - 1),
        )
    curve = z_scores(values)[:, index]
    column = values[:, index].astype(np.float64)

    def moments(sign: int) -> tuple[Moment, ...]:
        chosen = _peaks(sign * curve, max(APART, axis.field) / axis.step, count)
        return tuple(_moment(frame, float(curve[frame]), axis, seconds, tiers or Tiers()) for frame in chosen)

    rogue = index in rogue_units(values)
    return Unit(index, curve, float(column.mean()), float(column.std()), rogue, moments(1), moments(-1))


def by_label(
    curve: Float32[np.ndarray, " frames"], axis: TimeAxis, intervals: Sequence[Interval]
) -> tuple[LabelMean, ...]:
    """Average a unit's curve over the frames under each label of a tier, highest mean first; silences are left out."""
    found: dict[str, list[np.ndarray]] = {}
    for interval in intervals:
        if interval.label:
            found.setdefault(interval.label, []).append(curve[axis.within(interval.start, interval.end)])
    means = ((label, np.concatenate(parts)) for label, parts in found.items())
    rows = (LabelMean(label, float(part.mean()), part.size) for label, part in means)
    return tuple(sorted(rows, key=lambda row: -row.mean))


def _peaks(curve: Float[np.ndarray, " frames"], apart: float, count: int) -> list[int]:
    """Pick the highest local maxima above zero that lie at least ``apart`` frames from each other."""
    before, after = np.r_[-np.inf, curve[:-1]], np.r_[curve[1:], -np.inf]
    candidates = np.flatnonzero((curve >= before) & (curve >= after) & (curve > 0))
    chosen: list[int] = []
    for frame in candidates[np.argsort(-curve[candidates], kind="stable")]:
        if len(chosen) == count:
            break
        if all(abs(frame - other) >= apart for other in chosen):
            chosen.append(int(frame))
    return chosen


def _moment(frame: int, value: float, axis: TimeAxis, seconds: float, tiers: Tiers) -> Moment:
    peak = axis.start + axis.step * frame
    labels = tuple(
        (row, item.label) for row, items in tiers for item in items if item.label and item.start <= peak < item.end
    )
    start, end = max(0.0, peak - axis.field / 2), min(seconds, peak + axis.field / 2)
    return Moment(frame, start, end, peak, value, labels)
