"""The three main directions of a layer as red, green and blue: moments of like colour are alike to the model."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields, replace
from itertools import permutations
from pathlib import Path
from typing import Any, Literal

import numpy as np
from jaxtyping import Float, Float32, UInt8

from core.activity import spread
from core.errors import MethodError
from core.text import N_, _

FEWEST = 10  # frames: fewer do not spread over three directions
LOW, HIGH = 2.0, 98.0  # percentiles of the fitted frames that take the darkest and the lightest level
MEANING = N_(
    "Moments of like colour are alike to this layer. The colours themselves are arbitrary: red, green and blue are the "
    "three directions in which this layer varies most."
)
Origin = Literal["clip", "reference"]


@dataclass(frozen=True, eq=False)
class Directions:
    """Three orthogonal directions of one layer, fitted once and used for any clip.

    mean, scale  of each unit over the fitted frames; a layer is measured in these before it is turned
    axes         unit vectors in the order red, green, blue; their signs are fixed
    low, high    values that take level 0 and 255
    explained    share of the variance along each direction
    slope        change of each unit per dB of loudness, where loudness was taken out; else zeros
    loudness     mean loudness of the fitted frames, dB, or NaN where loudness was left in
    frames       how many frames were fitted
    origin       what was fitted: this clip alone, or a reference set of clips
    """

    mean: Float32[np.ndarray, " width"]
    scale: Float32[np.ndarray, " width"]
    axes: Float32[np.ndarray, "3 width"]
    low: Float32[np.ndarray, "3"]
    high: Float32[np.ndarray, "3"]
    explained: Float32[np.ndarray, "3"]
    slope: Float32[np.ndarray, " width"]
    loudness: float
    frames: int
    origin: Origin

    @property
    def share(self) -> float:
        """Share of the layer's variance that the colours show, 0 to 1."""
        return float(self.explained.sum())


def fit(
    values: Float[np.ndarray, "frames width"],
    loudness: Float[np.ndarray, " frames"] | None = None,
    origin: Origin = "clip",
) -> Directions:
    """Find the three directions in which standardised units vary most; give ``loudness`` in dB to take it out first.

    Raises MethodError for fewer than 10 frames.
    """
    if len(values) < FEWEST:
        raise MethodError(
            _("{frames} frames are too few to find main directions in.").format(frames=len(values)),
            hint=_("Choose a longer clip."),
        )
    mean = values.mean(0, dtype=np.float64)
    centred = values - mean
    slope = np.zeros(values.shape[1])
    if loudness is not None and loudness.std() > 0:
        louder = loudness - loudness.mean(dtype=np.float64)
        slope = louder @ centred / (louder @ louder)
        centred = centred - np.outer(louder, slope)
    scale = spread(centred, mean)
    axes, explained = _principal(centred / scale)
    low, high = np.percentile((centred / scale) @ axes.T, (LOW, HIGH), axis=0)
    return Directions(
        mean=mean.astype(np.float32),
        scale=scale.astype(np.float32),
        axes=axes.astype(np.float32),
        low=low.astype(np.float32),
        high=high.astype(np.float32),
        explained=explained.astype(np.float32),
        slope=slope.astype(np.float32),
        loudness=float("nan") if loudness is None else float(loudness.mean()),
        frames=len(values),
        origin=origin,
    )


def _principal(values: Float[np.ndarray, "frames width"]) -> tuple[np.ndarray, np.ndarray]:
    """Solve the smaller of the two eigenproblems; the largest entry of each direction is positive."""
    frames, width = values.shape
    if frames < width:
        variance, scores = np.linalg.eigh(values @ values.T)
        axes = (values.T @ scores[:, -3:]).T
    else:
        variance, vectors = np.linalg.eigh(values.T @ values)
        axes = vectors[:, -3:].T
    axes = np.pad(axes[::-1], ((0, 3 - len(axes)), (0, 0)))
    axes = axes / np.maximum(np.linalg.norm(axes, axis=1, keepdims=True), 1e-12)
    largest = np.abs(axes).argmax(1)
    axes = axes * np.where(axes[np.arange(3), largest] < 0, -1.0, 1.0)[:, None]
    explained = np.pad(variance[::-1][:3], (0, max(0, 3 - len(variance)))) / max(variance.sum(), 1e-12)
    return axes, np.maximum(explained, 0.0)


def scores(
    directions: Directions,
    values: Float[np.ndarray, "frames width"],
    loudness: Float[np.ndarray, " frames"] | None = None,
) -> Float32[np.ndarray, "frames 3"]:
    """Project frames onto the directions; loudness in dB is needed where it was taken out in the fit."""
    centred = values - directions.mean
    if not np.isnan(directions.loudness):
        if loudness is None:
            raise ValueError("these directions were fitted without loudness: give the loudness of each frame")
        centred = centred - np.outer(loudness - directions.loudness, directions.slope)
    return ((centred / directions.scale) @ directions.axes.T).astype(np.float32)


def colours(
    directions: Directions,
    values: Float[np.ndarray, "frames width"],
    loudness: Float[np.ndarray, " frames"] | None = None,
) -> UInt8[np.ndarray, "frames 3"]:
    """Colour every frame by its place along the three directions."""
    reach = np.maximum(directions.high - directions.low, 1e-12)
    share = (scores(directions, values, loudness) - directions.low) / reach
    return np.round(255 * np.clip(share, 0, 1)).astype(np.uint8)


def fit_layers(
    frames: Sequence[Float[np.ndarray, "_frames _width"]],
    loudness: Float[np.ndarray, " heard"] | None = None,
    origin: Origin = "clip",
) -> tuple[Directions, ...]:
    """Fit every layer; where layers share their frames, each takes the colours most like those of the layer before."""
    found: list[Directions] = []
    before = np.zeros((0, 3), dtype=np.float32)
    for values in frames:
        heard = loudness if loudness is not None and len(loudness) == len(values) else None
        directions = fit(values, heard, origin)
        if len(values) == len(before):
            directions = _matched(directions, scores(directions, values, heard), before)
        before = scores(directions, values, heard)
        found.append(directions)
    return tuple(found)


def _matched(directions: Directions, own: np.ndarray, before: np.ndarray) -> Directions:
    """Reorder and turn around directions so that they correlate best with those of the layer before."""
    likeness = np.corrcoef(own.T, before.T)[:3, 3:]
    likeness = np.nan_to_num(likeness)
    order = max(permutations(range(3)), key=lambda chosen: sum(abs(likeness[chosen[at], at]) for at in range(3)))
    sign = np.array([-1.0 if likeness[order[at], at] < 0 else 1.0 for at in range(3)], dtype=np.float32)
    low, high = directions.low[list(order)] * sign, directions.high[list(order)] * sign
    return replace(
        directions,
        axes=directions.axes[list(order)] * sign[:, None],
        low=np.minimum(low, high),
        high=np.maximum(low, high),
        explained=directions.explained[list(order)],
    )


def save(path: Path, layers: Mapping[int, Directions]) -> None:
    """Write the directions of several layers into one npz file."""
    names = [item.name for item in fields(Directions)]
    arrays: dict[str, Any] = {
        f"{layer}/{name}": np.asarray(getattr(found, name)) for layer, found in layers.items() for name in names
    }
    np.savez_compressed(path, **arrays)


def load(path: Path) -> dict[int, Directions]:
    """Read what ``save`` wrote."""
    with np.load(path, allow_pickle=False) as stored:
        layers = sorted({int(name.split("/")[0]) for name in stored.files})
        return {layer: _restore(stored, layer) for layer in layers}


def _restore(stored: Mapping[str, np.ndarray], layer: int) -> Directions:
    values: dict[str, Any] = {item.name: stored[f"{layer}/{item.name}"] for item in fields(Directions)}
    values |= {name: values[name].item() for name in ("loudness", "frames", "origin")}
    return Directions(**values)
