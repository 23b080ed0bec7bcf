"""Where does each attention head look, and what kind of head is it?

Globality, verticality and diagonality as defined by Yang, Liu & Lee (2020), with natural logarithms.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32, Float64, Int

from core.errors import MethodError
from core.text import N_, _

NOT_AN_EXPLANATION = N_(
    "Attention shows from where a head takes what it passes on. It does not show what is in it, nor whether it matters "
    "for the answer."
)
KINDS: tuple[tuple[str, str, str], ...] = (
    ("global", N_("global"), N_("It looks at many moments at once, all over the clip.")),
    ("vertical", N_("vertical"), N_("It looks at the same few moments, wherever it looks from.")),
    ("diagonal", N_("diagonal"), N_("It looks at its own moment or close by.")),
)
MEASURES: dict[str, tuple[str, str, str]] = {
    "globality": (N_("Globality"), "nat", N_("How widely the head spreads its attention from one moment, on average.")),
    "verticality": (N_("Verticality"), "nat", N_("How strongly all moments look at the same few; 0 is all at one.")),
    "diagonality": (N_("Diagonality"), "", N_("How close to itself each moment looks; 0 is only at itself.")),
    "entropy": (N_("Spread"), "", N_("0: each moment looks at one moment; 1: at all of them alike.")),
    "span": (N_("Span"), "s", N_("How far from itself a moment looks, on average.")),
    "edges": (N_("Edges"), "", N_("Share of the attention that goes to the first and the last frame.")),
    "quiet": (N_("Quiet"), "", N_("Share of the attention that goes to the quietest tenth of the frames.")),
}
QUIETEST = 0.1  # share of the frames that count as the quietest


@dataclass(frozen=True, eq=False)
class Measures:
    """What kind of head each one is, on one clip; every array is layers x heads.

    globality     mean entropy of a query's attention, nats: 0 to ln(frames)
    verticality   minus the entropy of the mean attention, nats: -ln(frames) to 0
    diagonality   minus the mean distance |query - key| over the number of frames: 0 looks at itself
    entropy       globality over ln(frames): 0 to 1, comparable over clips
    span          mean distance |query - key| in seconds
    edges, quiet  share on the first and last frame, and on the quietest tenth of the frames
    kind          index into KINDS: in which of the first three the head ranks highest among all heads of the model;
                  -1, and NaN everywhere else, where a layer has fewer heads than another
    chance        what ``edges`` and ``quiet`` would be if all frames of the first layer got the same
    """

    globality: Float64[np.ndarray, "layers heads"]
    verticality: Float64[np.ndarray, "layers heads"]
    diagonality: Float64[np.ndarray, "layers heads"]
    entropy: Float64[np.ndarray, "layers heads"]
    span: Float64[np.ndarray, "layers heads"]
    edges: Float64[np.ndarray, "layers heads"]
    quiet: Float64[np.ndarray, "layers heads"]
    kind: Int[np.ndarray, "layers heads"]
    chance: tuple[float, float]


def measures(
    attention: Sequence[Float[np.ndarray, "_heads _frames _frames"]],
    step: float,
    loudness: Float[np.ndarray, " frames"],
) -> Measures:
    """Measure every head; ``step`` in seconds between frames, ``loudness`` of each of these frames in dB.

    A layer with fewer frames spreads them over the same time. Raises MethodError where there is no attention.
    """
    check(attention)
    found = np.full((5, len(attention), max(len(layer) for layer in attention)), np.nan)
    for block, layer in enumerate(attention):
        quietest = _quietest(loudness, layer.shape[-1])
        found[:, block, : len(layer)] = np.array([_head(head, quietest) for head in layer]).T
    globality, verticality, diagonality, edges, quiet = found
    frames = np.array([layer.shape[-1] for layer in attention])[:, None]
    log = np.log(np.maximum(frames, 2))
    ranks = np.stack([_ranks(values) for values in (globality / log, verticality / log, diagonality)])
    return Measures(
        globality=globality,
        verticality=verticality,
        diagonality=diagonality,
        entropy=globality / log,
        span=-diagonality * step * len(loudness),
        edges=edges,
        quiet=quiet,
        kind=np.where(np.isnan(globality), -1, ranks.argmax(0)),
        chance=(
            min(2, int(frames[0, 0])) / int(frames[0, 0]),
            len(_quietest(loudness, int(frames[0, 0]))) / frames[0, 0],
        ),
    )


def lead(head: Float[np.ndarray, "frames frames"], step: float) -> float:
    """Measure how far ahead of itself a moment looks on average, in seconds; behind is negative."""
    place = np.arange(len(head), dtype=np.float32)
    return float((head @ place - place).mean(dtype=np.float64)) * step


def check(attention: Sequence[object]) -> None:
    """Refuse a trace without attention between moments."""
    if not attention:
        raise MethodError(
            _("This model has no attention between moments that could be shown."),
            hint=_("Its layers can be looked at; choose another model to see attention."),
        )


def _quietest(loudness: Float[np.ndarray, " frames"], count: int) -> Int[np.ndarray, " some"]:
    """List the quietest tenth of ``count`` frames over the same time."""
    there = np.interp((np.arange(count) + 0.5) / count, (np.arange(len(loudness)) + 0.5) / len(loudness), loudness)
    return np.argsort(there, kind="stable")[: max(1, round(QUIETEST * count))]


def _head(head: Float[np.ndarray, "frames frames"], quietest: Int[np.ndarray, " some"]) -> tuple[float, ...]:
    frames = len(head)
    column = head.mean(0, dtype=np.float64)
    place = np.arange(frames, dtype=np.float32)
    distance = np.abs(place[:, None] - place[None, :])
    ends = [0, frames - 1] if frames > 1 else [0]
    return (
        float(_entropy(head).mean(dtype=np.float64)),
        -float(_entropy(column[None])[0]),
        -float(np.vdot(distance, head)) / frames**2,
        float(column[ends].sum()),
        float(column[quietest].sum()),
    )


def _entropy(rows: Float[np.ndarray, "rows frames"]) -> Float[np.ndarray, " rows"]:
    """Entropy of each row in nats; 0 ln 0 is 0."""
    return -(rows * np.log(np.maximum(rows, np.finfo(np.float32).tiny))).sum(-1)


def _ranks(values: Float64[np.ndarray, "layers heads"]) -> Float64[np.ndarray, "layers heads"]:
    """Rank from 0 (lowest) to 1 (highest); equal values share the mean of their ranks."""
    _, place, counts = np.unique(values, return_inverse=True, return_counts=True)
    ranks = np.cumsum(counts) - (counts + 1) / 2
    return (ranks[place] / max(values.size - 1, 1)).reshape(values.shape)


def pool(
    attention: Float[np.ndarray, "*lead frames frames"], segments: Sequence[slice]
) -> Float32[np.ndarray, "*lead segments segments"]:
    """Gather frames into segments: the mean over query frames, the sum over key frames; rows still sum to one.

    Segments are contiguous and cover all frames, as ``core.segments`` makes them.
    """
    starts = np.array([segment.start for segment in segments])
    stops = np.array([segment.stop for segment in segments])
    if starts[0] != 0 or stops[-1] != attention.shape[-1] or (starts[1:] != stops[:-1]).any():
        raise ValueError("segments leave frames out")
    keys = np.add.reduceat(attention, starts, axis=-1)
    gathered = np.add.reduceat(keys, starts, axis=-2) / (stops - starts)[:, None]
    return gathered.astype(np.float32)


def looks_at(attention: Float[np.ndarray, "heads frames frames"], region: slice) -> Float32[np.ndarray, "heads frames"]:
    """Show where the frames of a region look: their mean attention to every frame, which sums to one per head."""
    return attention[:, region, :].mean(1, dtype=np.float32)


def looked_at_by(
    attention: Float[np.ndarray, "heads frames frames"], region: slice
) -> Float32[np.ndarray, "heads frames"]:
    """Show who looks at a region: the share of every frame's attention that goes there, 0 to 1."""
    return attention[:, :, region].sum(2, dtype=np.float32)
