"""Lay what a method found over a spectrogram, at the spectrogram's own scale, and add it up over pieces of time."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Float32, Float64

from core.attribution.attribution import Attribution
from core.segments import Segment
from core.timeline import TimeAxis

LEAST = 1e-12
COLUMNS = 600  # at most, of a picture


def over(
    attribution: Attribution, edges: Float[np.ndarray, " borders"]
) -> tuple[Float32[np.ndarray, "shown columns"], TimeAxis]:
    """Give relevance on the bands of a picture, the strongest cell at 1 or -1.

    edges  bands + 1 frequencies of the picture in Hz

    Each band of the picture shows the input's band that holds its middle, so that wide and narrow bands of the same
    strength look alike; a method that does not tell frequencies apart fills the whole height.
    """
    cells, time = attribution.cells(max(0.01, attribution.seconds / COLUMNS))
    return _placed(cells, attribution.edges, np.asarray(edges, dtype=np.float64)), time


def _placed(
    cells: Float64[np.ndarray, "bands columns"], own: tuple[float, ...], edges: Float64[np.ndarray, " borders"]
) -> Float32[np.ndarray, "shown columns"]:
    strongest = max(float(np.abs(cells).max(initial=0.0)), LEAST)
    if not own:
        return np.repeat((cells / strongest).astype(np.float32), len(edges) - 1, 0)
    middles = (edges[:-1] + edges[1:]) / 2
    found = np.searchsorted(own, middles, side="right") - 1
    there = (found >= 0) & (found < len(cells))
    laid = np.zeros((len(middles), cells.shape[1]), dtype=np.float32)
    laid[there] = cells[found[there]] / strongest
    return laid


def per_piece(attribution: Attribution, segments: Sequence[Segment]) -> tuple[float, ...]:
    """Say what each piece of time added: its own contribution where the method gave one, else the sum of its cells."""
    if attribution.contributions and attribution.segments == tuple(segments):
        return attribution.contributions
    time, total = attribution.time, attribution.relevance.sum(0, dtype=np.float64)
    return tuple(float(total[time.within(piece.start, piece.end)].sum()) for piece in segments)


def leading(contributions: Sequence[float]) -> tuple[int, float]:
    """Find the piece that speaks most for the target, and its share of all that does; -1 where nothing does."""
    found = np.maximum(np.asarray(contributions, dtype=np.float64), 0.0)
    total = float(found.sum())
    best = int(found.argmax()) if total > 0 else -1
    return best, float(found[best] / total) if total > 0 else 0.0


def strongest_band(attribution: Attribution) -> tuple[float, float] | None:
    """Find the narrowest band, in number of the input's bands, that holds half of what speaks for the target; in Hz.

    None where the method does not tell frequencies apart, or nothing speaks for the target.
    """
    supports = np.maximum(attribution.relevance, 0.0).sum(1, dtype=np.float64)
    if not attribution.edges or supports.sum() <= 0:
        return None
    running = np.concatenate([[0.0], np.cumsum(supports)]) / supports.sum()
    spans = [(int(np.searchsorted(running, low + 0.5 - 1e-9)), at) for at, low in enumerate(running) if low <= 0.5]
    stop, first = min((span for span in spans if span[0] < len(running)), key=lambda span: span[0] - span[1])
    return attribution.edges[first], attribution.edges[stop]
