"""wav2vec2-BERT (Seamless Communication 2023): log-mel frames in, Conformer blocks."""

from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float32

from core.family import Family, Shape
from core.grid import TokenGrid
from core.input_plane import InputPlane, mel_edges
from core.text import N_
from core.timeline import TimeAxis
from models._speech_encoder import adapted, base, over_time, self_attention
from models._together import padded

if TYPE_CHECKING:
    import torch

RATE = 16_000  # Hz
LOWEST = 20.0  # Hz, where Kaldi's mel bands begin
SHIFT, WINDOW = 0.010, 0.025  # seconds from one log-mel column to the next, and under its window
TINY = {
    "hidden_size": 32,
    "num_hidden_layers": 3,
    "num_attention_heads": 2,
    "intermediate_size": 48,
    "classifier_proj_size": 16,
    "vocab_size": 12,
    "pad_token_id": 0,
}


def encode(extractor: Any, samples: "Float32[np.ndarray, ' time']") -> "dict[str, torch.Tensor]":
    """(1, frames, bands x stride): neighbouring log-mel columns are joined to one frame.

    A last column without partners is left out; by default it becomes a masked frame, which changes no other frame.
    """
    found = extractor(samples, sampling_rate=extractor.sampling_rate, return_tensors="pt", pad_to_multiple_of=None)
    return {"input_features": found["input_features"]}


def grids(module: Any, extractor: Any, samples: int) -> tuple[TokenGrid, ...]:
    """Place frames of ``stride`` neighbouring columns."""
    stride, rate = extractor.stride, extractor.sampling_rate
    columns = 1 + (samples - round(WINDOW * rate)) // round(SHIFT * rate)
    start = WINDOW / 2 + (stride - 1) / 2 * SHIFT
    time = TimeAxis(start, stride * SHIFT, WINDOW + (stride - 1) * SHIFT, columns // stride)
    return (TokenGrid(time),) * (module.config.num_hidden_layers + 1)


def plane(extractor: Any, config: Any, samples: int) -> InputPlane:
    """Kaldi's mel bands from 20 Hz to half the rate, ``stride`` columns to a row."""
    rate, stride = extractor.sampling_rate, extractor.stride
    columns = 1 + (samples - round(WINDOW * rate)) // round(SHIFT * rate)
    time = TimeAxis(WINDOW / 2, SHIFT, WINDOW, columns // stride * stride)
    edges = mel_edges(extractor.num_mel_bins, LOWEST, rate / 2, "htk")
    return InputPlane("input_features", time, edges, stacked=stride)


def finish(module: Any, values: "torch.Tensor", *place: object) -> "torch.Tensor":
    """Apply what some checkpoints have between encoder and head: a feed-forward layer, an adapter, or both."""
    if base(module).intermediate_ffn:
        values = values + 0.5 * base(module).intermediate_ffn(values)
    return adapted(module, values)


FAMILY = Family(
    name="wav2vec2-bert",
    title="wav2vec2-BERT",
    summary=N_("A large speech model for many languages; it starts from a mel spectrogram instead of the waveform."),
    model_types=("wav2vec2-bert",),
    sample_rate=RATE,
    config="Wav2Vec2BertConfig",
    extractor="SeamlessM4TFeatureExtractor",
    bare="Wav2Vec2BertModel",
    ctc="Wav2Vec2BertForCTC",
    classifier="Wav2Vec2BertForSequenceClassification",
    tiny_config=TINY,
    shape=lambda config: Shape(config.num_hidden_layers, config.num_attention_heads, config.hidden_size),
    encode=encode,
    grids=grids,
    attention=self_attention,
    over_time=over_time,
    finish=finish,
    plane=plane,
    fewest=lambda extractor, config: round((WINDOW + (extractor.stride - 1) * SHIFT) * extractor.sampling_rate),
    together=padded,
    mixes=lambda config: True,
)
