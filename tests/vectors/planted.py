"""A corpus of planted sounds, and the slow way to what a layer says of a stretch."""

from collections.abc import Mapping, Sequence

import numpy as np
from jaxtyping import Float32

from core.clip import Clip
from core.corpus.corpus import Corpus, Utterance
from core.loading import LoadedModel
from core.tiers import Tiers
from core.trace import Trace, trace
from core.vectors.stretches import Stretches


def corpus_of(seconds: Sequence[float], rate: int = 16_000) -> Corpus:
    """Make noise of these lengths, decoded anew whenever it is read."""

    def read(index: int) -> Clip:
        samples = np.random.default_rng(index).normal(0, 0.05, round(seconds[index] * rate))
        return Clip.of(f"noise {index}", samples, rate)

    said = tuple(Utterance(f"noise {at}", "", f"s{at}", long, Tiers()) for at, long in enumerate(seconds))
    return Corpus("planted", "Planted", "", "", "", said, read, "planted")


def alone(
    model: LoadedModel, corpus: Corpus, stretches: Stretches, stops: Sequence[int]
) -> dict[int, Float32[np.ndarray, "n _width"]]:
    """Trace every clip alone and take the mean of the frames within each stretch, one by one."""
    traces = {index: trace(model, corpus.clip(index)) for index in set(stretches.utterance.tolist())}
    return {stop: np.stack([_one(traces, *row, stop) for row in _rows(stretches)]) for stop in stops}


def _rows(stretches: Stretches) -> Sequence[tuple[int, float, float]]:
    parts = (stretches.utterance.tolist(), stretches.start.tolist(), stretches.end.tolist())
    return list(zip(*parts, strict=True))


def _one(traces: Mapping[int, Trace], index: int, start: float, end: float, stop: int) -> Float32[np.ndarray, " width"]:
    result = traces[index]
    frames = result.convolutions[stop] if stop < 0 else result.frames(stop)
    time = result.time if stop < 0 else result.grids[stop].time
    if start == end:
        return frames[time.nearest(start)]
    return frames[time.within(start, end)].mean(0)
