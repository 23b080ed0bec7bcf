"""How active is each layer at each moment of a clip?"""

from dataclasses import dataclass

import numpy as np
from jaxtyping import Float, Float32

from core.clip import Clip
from core.text import N_
from core.timeline import TimeAxis
from core.trace import Trace

STILL = 1e-6  # a unit that moves less than this share of the layer's median unit, or of its own mean, only rounds
FLOOR = -90.0  # dB, loudness of digital silence

MEANING = N_(
    "How far this moment stands out from the rest of the clip in this layer: 1 is the layer's usual amount, 2 is twice "
    "that."
)
CHANGE_MEANING = N_(
    "How much the layer changes from one moment to the next: 0 means it stands still, 1 means the two moments have "
    "nothing in common."
)


@dataclass(frozen=True, eq=False)
class Activity:
    """How one layer moves over a clip; comparable over layers, because each unit is measured in its own spread.

    standing  RMS over units of their z-scores; its mean square over the clip is 1
    change    RMS over units of the step since the frame before, over √2: 0 stands still, 1 is two unrelated frames
    size      RMS over units of the plain values, in the model's own numbers
    moving    share of the layer's power that is not its constant average over the clip, 0 to 1
    """

    standing: Float32[np.ndarray, " frames"]
    change: Float32[np.ndarray, " frames"]
    size: Float32[np.ndarray, " frames"]
    moving: float


def spread(
    centred: Float[np.ndarray, "frames units"], mean: Float[np.ndarray, " units"]
) -> Float[np.ndarray, " units"]:
    """Give each unit's standard deviation, and infinity for units that stand still, so that dividing by it gives 0."""
    deviation = np.sqrt((centred**2).mean(0))
    least = np.maximum(STILL * np.maximum(float(np.median(deviation)), np.abs(mean)), np.finfo(np.float32).tiny)
    return np.where(deviation > least, deviation, np.inf)


def z_scores(values: Float[np.ndarray, "frames units"]) -> Float32[np.ndarray, "frames units"]:
    """Measure every unit from its own mean over the clip, in its own standard deviations.

    Units that stand still give 0. Without this step a few units with outsized values would be all there is to see
    (Timkey & van Schijndel 2021).
    """
    mean = values.mean(0, dtype=np.float64)
    centred = values - mean
    return (centred / spread(centred, mean)).astype(np.float32)


def activity(values: Float[np.ndarray, "frames units"]) -> Activity:
    """Measure how far each frame of a layer, or of a convolution, stands out, and how fast it changes."""
    scores = z_scores(values)
    steps = np.diff(scores, axis=0, prepend=scores[:1])  # the first frame has none before it: no change
    power = float((values.astype(np.float64) ** 2).mean())
    return Activity(
        standing=_rms(scores),
        change=_rms(steps) / np.float32(np.sqrt(2)),
        size=_rms(values),
        moving=float(values.var(0, dtype=np.float64).mean() / power) if power > 0 else 0.0,
    )


def layers(trace: Trace) -> tuple[Activity, ...]:
    """Measure every layer of a trace, 0 (input of the first block) to the last block."""
    return tuple(activity(trace.frames(layer)) for layer in range(trace.layers + 1))


def convolutions(trace: Trace) -> tuple[Activity, ...]:
    """Measure every convolution of the front end; empty where the family has none."""
    return tuple(activity(values) for values in trace.convolutions)


def loudness(clip: Clip, axis: TimeAxis) -> Float32[np.ndarray, " frames"]:
    """Measure the sound that each frame of a model sees, in dB of its RMS relative to full scale."""
    edges = np.stack([axis.centres() - axis.field / 2, axis.centres() + axis.field / 2]) * clip.sample_rate
    first, last = np.clip(np.round(edges).astype(int), 0, clip.samples.size)
    power = np.r_[0.0, np.cumsum(clip.samples.astype(np.float64) ** 2)]
    mean = (power[last] - power[first]) / np.maximum(last - first, 1)
    return np.maximum(10 * np.log10(mean + 10 ** (FLOOR / 10)), FLOOR).astype(np.float32)


def _rms(values: Float[np.ndarray, "frames units"]) -> Float32[np.ndarray, " frames"]:
    return np.sqrt((values.astype(np.float64) ** 2).mean(1)).astype(np.float32)
