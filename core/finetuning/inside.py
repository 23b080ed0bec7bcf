"""Measure what teaching changed inside a model, on sounds that it did not learn from."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float, Float32, Float64

from core.activity import z_scores
from core.clip import Clip
from core.errors import MethodError
from core.finetuning.outcome import Inside
from core.progress import Report, Step, silent
from core.similarity import cka
from core.text import _
from core.trace import Trace, trace

if TYPE_CHECKING:
    from core.finetuning.pupil import Pupil
    from core.loading import LoadedModel

MOST_FRAMES = 4_000  # of all clips together, evenly from each: what memory allows of a large model
LONGEST = 10.0  # seconds of a clip that are listened to


def measure(
    before: "LoadedModel", after: "LoadedModel | Pupil", clips: Sequence[Clip], report: Report = silent
) -> Inside:
    """Compare a model and its taught copy on held-out clips, at most 10 s of each.

    Drift is the unbiased linear CKA of the same layer before and after, over frames of all clips pooled, every unit in
    its own spread; empty where there are too few frames. Spans are means over clips. Clips that are too short for the
    model are left out.
    """
    heard = [_fitting(before, clip) for clip in clips if clip.seconds >= before.card.shortest]
    frames = max(1, MOST_FRAMES // max(len(heard), 1))
    same = _unchanged(before, after)
    found: list[tuple[_Heard, _Heard]] = []
    with _lent(after, before) as taught:
        for done, clip in enumerate(heard):
            report(Step(done, len(heard), _("Looking inside before and after")))
            then = _Heard(trace(before, clip), frames)
            found.append((then, then if same else _Heard(trace(taught, clip), frames)))
    drift, count = _drift(found)
    first, second = ([pair[side] for pair in found] for side in (0, 1))
    return Inside(
        drift=np.ones_like(drift) if same else drift,
        layer_weights=_layer_weights(getattr(after, "module", None), second),
        span_before=_mean([heard.spans for heard in first]),
        span_after=_mean([heard.spans for heard in second]),
        frames=count,
    )


class _Heard:
    """What is needed of a trace, so that the rest can be let go."""

    def __init__(self, found: Trace, frames: int) -> None:
        self.sampled = [_sampled(found.frames(layer), frames) for layer in range(found.layers + 1)]
        self.pooled = [found.frames(layer).mean(0, dtype=np.float64) for layer in range(found.layers + 1)]
        self.spans = spans(found)


def spans(found: Trace) -> Float64[np.ndarray, "blocks heads"]:
    """Say how far each head looks on average, in seconds, as ``core.attention.measures`` does; NaN for missing ones."""
    if not found.attention:
        return np.zeros((0, 0))
    rows = np.full((len(found.attention), max(len(layer) for layer in found.attention)), np.nan)
    length = found.time.step * found.time.count
    for block, layer in enumerate(found.attention):
        count = layer.shape[-1]
        place = np.arange(count)
        distance = np.abs(place[:, None] - place[None, :]).astype(np.float32)
        rows[block, : len(layer)] = np.tensordot(layer, distance, 2).astype(np.float64) / count**2 * length
    return rows


def _fitting(model: "LoadedModel", clip: Clip) -> Clip:
    most = min(LONGEST, model.card.longest)
    return clip.cut(0.0, most) if clip.seconds > most else clip


def _sampled(values: Float32[np.ndarray, "frames width"], most: int) -> Float32[np.ndarray, "some width"]:
    chosen = np.linspace(0, len(values) - 1, min(len(values), most)).round().astype(int)
    return values[chosen]


def _unchanged(before: "LoadedModel", after: "LoadedModel | Pupil") -> bool:
    """Tell whether the encoder is the same number for number, as where only a head learned."""
    import torch

    from core.finetuning.pupils import bare

    first, second = (bare(before.family, model.module).state_dict() for model in (before, after))
    return first.keys() == second.keys() and all(torch.equal(first[name], second[name]) for name in first)


@contextmanager
def _lent(after: "LoadedModel | Pupil", before: "LoadedModel") -> "Iterator[LoadedModel]":
    from core.finetuning.pupil import Pupil
    from core.finetuning.pupils import shown

    if isinstance(after, Pupil):
        with shown(after, before) as lent:
            yield lent
    else:
        yield after


def _drift(found: "Sequence[tuple[_Heard, _Heard]]") -> tuple[Float64[np.ndarray, " layers"], int]:
    if not found:
        return np.zeros(0), 0
    layers = range(len(found[0][0].sampled))
    count = min(sum(len(then.sampled[layer]) for then, _now in found) for layer in layers)
    try:
        values = [
            cka(*(z_scores(np.concatenate([pair[side].sampled[layer] for pair in found])) for side in (0, 1)))
            for layer in layers
        ]
    except MethodError:
        return np.zeros(0), count
    return np.array(values), count


def _layer_weights(module: Any, heard: "Sequence[_Heard]") -> Float64[np.ndarray, " layers"]:
    """Share of each layer in what the head reads: its weight times how far the clips move it, after the head's scaling.

    Empty where the head does not weigh layers.
    """
    head: Any = getattr(module, "head", None)
    if not heard or not all(hasattr(head, name) for name in ("weights", "reads", "centre", "size")):
        return np.zeros(0)
    weights, centre, size = (part.detach().double().cpu().numpy() for part in (head.weights, head.centre, head.size))
    shares = np.zeros(len(heard[0].pooled))
    for place, layer in enumerate(head.reads):
        moved = np.stack([each.pooled[layer] for each in heard]) - centre[place]
        shares[layer] = weights[place] * np.sqrt((moved**2).mean()) / size[place]
    return shares / shares.sum() if shares.sum() > 0 else shares


def _mean(rows: "Sequence[Float[np.ndarray, 'blocks heads']]") -> Float64[np.ndarray, "blocks heads"]:
    return np.mean(rows, axis=0) if rows else np.zeros((0, 0))
