"""A corpus of planted sounds, and the slow way to what a layer says of a stretch."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Float32

from core.clip import Clip
from core.corpus.corpus import Corpus, Utterance
from core.loading import LoadedModel
from core.tiers import Tiers
from core.trace import trace
from core.vectors.stretches import Stretches


def corpus_of(seconds: Sequence[float], rate: int = 16_000) -> Corpus:
    """Make noise of these lengths, decoded anew whenever it is read."""

    def read(index: int) -> Clip:
        samples = np.random.default_rng(index).normal(0, 0.05, round(seconds[index] * rate))
        return Clip.of(f"noise {index}", samples, rate)

    said = tuple(Utterance(f"noise {at}", "", f"s{at}", long, Tiers()) for at, long in enumerate(seconds))
    return Corpus("planted", "Planted", "", "", "", said, read, "planted")


def alone(model: LoadedModel, corpus: Corpus, stretches: Stretches, stop: int) -> Float32[np.ndarray, "n width"]:
    """Trace every clip alone and take the mean of the frames within each stretch, one by one."""
    found = []
    for index, start, end in zip(stretches.utterance, stretches.start, stretches.end, strict=True):
        result = trace(model, corpus.clip(int(index)))
        frames = result.convolutions[stop] if stop < 0 else result.frames(stop)
        time = result.time if stop < 0 else result.grids[stop].time
        span = time.within(float(start), float(end))
        if start == end:
            span = slice(time.nearest(float(start)), time.nearest(float(start)) + 1)
        found.append(frames[span].mean(0))
    return np.stack(found)
