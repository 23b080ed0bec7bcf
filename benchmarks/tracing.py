"""What trace() costs over a direct call of transformers that returns the same arrays."""

import time
from collections.abc import Callable, Iterator
from statistics import median

import numpy as np

import core.audio_backend  # noqa: F401  before transformers
from benchmarks.figure import Figure

SECONDS, RATE, ROUNDS = 10, 16_000, 15


def measure() -> Iterator[Figure]:
    """Yield the ratio of trace() to the bare pass, and the largest difference between their values."""
    import torch
    from transformers import Wav2Vec2Config, Wav2Vec2ForCTC

    from benchmarks.models_on_disk import saved
    from core.clip import Clip
    from core.loading import load_folder
    from core.model_spec import ModelSpec
    from core.trace import trace

    with saved(Wav2Vec2ForCTC(Wav2Vec2Config())) as folder:
        model = load_folder(folder, ModelSpec("folder", str(folder)))
    clip = Clip.of("noise", np.random.default_rng(0).normal(0, 0.1, SECONDS * RATE), RATE)
    inputs = model.inputs(clip)

    @torch.inference_mode()
    def bare() -> object:
        return model.module(**inputs, output_hidden_states=True, output_attentions=True)

    yield Figure(
        "trace() against the bare pass, base size, 10 s", _ratio(lambda: trace(model, clip), bare), "times", 1.05
    )
    result, direct = trace(model, clip), bare()
    apart = max(
        max(float(np.abs(a - b[0].numpy()).max()) for a, b in zip(result.hidden, direct.hidden_states, strict=True)),
        max(float(np.abs(a - b[0].numpy()).max()) for a, b in zip(result.attention, direct.attentions, strict=True)),
    )
    yield Figure("largest difference of trace() to transformers", apart, "", 1e-5)


def _ratio(first: Callable[[], object], second: Callable[[], object]) -> float:
    """Median over rounds of seconds of one call over seconds of the other, taken in turn, so that load meets both."""

    def seconds(call: Callable[[], object]) -> float:
        begin = time.perf_counter()
        call()
        return time.perf_counter() - begin

    return median([seconds(first) / seconds(second) for _round in range(ROUNDS + 1)][1:])
