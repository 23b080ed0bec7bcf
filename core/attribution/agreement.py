"""How much do two explanations of one clip agree?"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float64
from scipy.stats import rankdata

from core.attribution.attribution import Attribution
from core.attribution.laid import per_piece
from core.text import _
from core.timeline import TimeAxis

TOP = 0.1  # share of the cells that counts as the top part
HIGH, LOW = 0.6, 0.3  # of the correlation of ranks

Grid = Float64[np.ndarray, "bands columns"]


@dataclass(frozen=True)
class Agreement:
    """How alike two explanations are.

    correlation  of the ranks of all cells or pieces (Spearman), -1 to 1; 0 is no agreement
    overlap      share of the top part of one that is in the top part of the other, 0 to 1
    chance       overlap of two that have nothing to do with each other
    cells        how many cells or pieces were compared
    """

    correlation: float
    overlap: float
    chance: float
    cells: int


def agreement(first: Attribution, second: Attribution) -> Agreement:
    """Compare two explanations on what both tell apart: pieces of time, else the coarser of the two grids.

    Where one of them has no sign, the strengths of both are compared.
    """
    values = _common(first, second)
    if _unsigned(first) or _unsigned(second):
        values = (np.abs(values[0]), np.abs(values[1]))
    return alike(*values)


def alike(first: Float[np.ndarray, "..."], second: Float[np.ndarray, "..."]) -> Agreement:
    """Compare two sets of numbers of the same shape, place by place."""
    one, other = first.ravel(), second.ravel()
    many = max(round(TOP * one.size), 1)
    same = set(_top(one, many)) & set(_top(other, many))
    return Agreement(correlation(one, other), len(same) / many, many / one.size, one.size)


def correlation(first: Float[np.ndarray, "..."], second: Float[np.ndarray, "..."]) -> float:
    """Spearman's rank correlation, -1 to 1; 0 where one of the two is the same everywhere."""
    ranks = [rankdata(values.ravel()) for values in (first, second)]
    centred = [values - values.mean() for values in ranks]
    size = float(np.sqrt((centred[0] ** 2).sum() * (centred[1] ** 2).sum()))
    return float((centred[0] * centred[1]).sum() / size) if size > 0 else 0.0


def sentence(found: Agreement) -> str:
    """Say in plain words how far two explanations agree."""
    if found.correlation >= HIGH:
        said = _("The two agree: rank correlation {rank:.2f}, and {overlap:.0%} of their top parts are the same.")
    elif found.correlation >= LOW:
        said = _("The two agree in part: rank correlation {rank:.2f}, {overlap:.0%} of their top parts are the same.")
    elif found.correlation > -LOW:
        said = _(
            "The two hardly agree: rank correlation {rank:.2f}, {overlap:.0%} of their top parts are the same "
            "({chance:.0%} would be by chance). Rely on neither before its own checks."
        )
    else:
        said = _(
            "The two contradict each other: rank correlation {rank:.2f}, {overlap:.0%} of their top parts are the "
            "same. Rely on neither before its own checks."
        )
    return said.format(rank=found.correlation, overlap=found.overlap, chance=found.chance)


def _unsigned(attribution: Attribution) -> bool:
    return bool(attribution.relevance.min() >= 0)


def _top(values: Float[np.ndarray, " cells"], many: int) -> list[int]:
    """List the places of the largest; of those that are equal, chosen by a fixed order of chance."""
    chance = np.random.default_rng(0).permutation(values.size)
    found: list[int] = chance[np.argsort(-values[chance], kind="stable")][:many].tolist()
    return found


def _common(first: Attribution, second: Attribution) -> tuple[Float64[np.ndarray, "..."], Float64[np.ndarray, "..."]]:
    if pieces := first.segments or second.segments:
        return np.array(per_piece(first, pieces)), np.array(per_piece(second, pieces))
    (one, time), (other, beside) = first.cells(), second.cells()
    coarse = max(time, beside, key=lambda axis: axis.step)
    edges = min(first.edges, second.edges, key=len)
    return onto(one, time, first.edges, coarse, edges), onto(other, beside, second.edges, coarse, edges)


def onto(
    values: Grid, time: TimeAxis, edges: tuple[float, ...], wanted: TimeAxis, bands: tuple[float, ...]
) -> Float64[np.ndarray, "wanted others"]:
    """Share the cells of one grid out among those of another by how much they overlap; the sum stays inside both.

    bands  edges of the wanted bands in Hz; empty to add all bands up
    """
    found = _shared(values, _borders(time), _borders(wanted))
    if not bands or not edges:
        return found.sum(0, keepdims=True)
    return _shared(found.T, np.array(edges), np.array(bands)).T


def _borders(time: TimeAxis) -> Float64[np.ndarray, " borders"]:
    return time.start + time.step * (np.arange(time.count + 1) - 0.5)


def _shared(
    values: Grid, borders: Float64[np.ndarray, " own"], wanted: Float64[np.ndarray, " others"]
) -> Float64[np.ndarray, "bands cells"]:
    running = np.concatenate([np.zeros((len(values), 1)), np.cumsum(values, axis=1)], axis=1)
    return np.diff(np.stack([np.interp(wanted, borders, row) for row in running]), axis=1)
