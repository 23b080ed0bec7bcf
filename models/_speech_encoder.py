"""What the speech encoders share: convolutions on the waveform, then transformer blocks on frames of 20 ms."""

from math import prod
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float32

from core.family import Family, Shape, Tap
from core.grid import TokenGrid
from core.timeline import TimeAxis

if TYPE_CHECKING:
    import torch

RATE = 16_000  # Hz
TINY = {
    "hidden_size": 32,
    "num_hidden_layers": 3,
    "num_attention_heads": 2,
    "intermediate_size": 48,
    "conv_dim": (16,) * 7,
    "num_conv_pos_embeddings": 16,
    "num_conv_pos_embedding_groups": 4,
    "classifier_proj_size": 16,
    "vocab_size": 12,
    "pad_token_id": 0,
}


def shape(config: Any) -> Shape:
    """Read the size of the encoder."""
    return Shape(config.num_hidden_layers, config.num_attention_heads, config.hidden_size)


def base(module: "torch.nn.Module") -> Any:
    """Return the encoder without its head."""
    return getattr(module, module.base_model_prefix, module)


def encode(extractor: Any, samples: "Float32[np.ndarray, ' time']") -> "dict[str, torch.Tensor]":
    """Normalise the waveform as the checkpoint asks: (1, samples)."""
    found = extractor(samples, sampling_rate=extractor.sampling_rate, return_tensors="pt")
    return {"input_values": found["input_values"]}


def field(config: Any) -> int:
    """Count the samples that one frame of the convolutions sees."""
    width, step = 1, 1
    for kernel, stride in zip(config.conv_kernel, config.conv_stride, strict=True):
        width, step = width + (kernel - 1) * step, step * stride
    return width


def frame_axis(config: Any, samples: int, rate: int) -> TimeAxis:
    """Place the frames of the convolutions: frame i sees samples [i * hop, i * hop + field)."""
    count, hop, width = samples, prod(config.conv_stride), field(config)
    for kernel, stride in zip(config.conv_kernel, config.conv_stride, strict=True):
        count = (count - kernel) // stride + 1
    return TimeAxis(width / 2 / rate, hop / rate, width / rate, count)


def grids(module: "torch.nn.Module", extractor: Any, samples: int) -> tuple[TokenGrid, ...]:
    """Give every layer the frames of the convolutions."""
    grid = TokenGrid(frame_axis(module.config, samples, extractor.sampling_rate))
    return (grid,) * (module.config.num_hidden_layers + 1)


def attention(module: "torch.nn.Module") -> "list[torch.nn.Module]":
    """List the attention of every block."""
    return [layer.attention for layer in base(module).encoder.layers]


def self_attention(module: "torch.nn.Module") -> "list[torch.nn.Module]":
    """List the attention of every block where it is called ``self_attn``."""
    return [layer.self_attn for layer in base(module).encoder.layers]


def over_time(module: "torch.nn.Module", weights: "torch.Tensor", block: int, grid: TokenGrid) -> "torch.Tensor":
    """Frames are all there is: (1, heads, frames, frames) -> (heads, frames, frames)."""
    return weights[0]


def average(features: "torch.Tensor", frames: int) -> "torch.Tensor":
    """Average (1, channels, positions) onto frames: (frames, channels)."""
    from torch.nn.functional import adaptive_avg_pool1d

    return adaptive_avg_pool1d(features, frames)[0].T


def convolutions(module: "torch.nn.Module") -> tuple[Tap, ...]:
    """List the convolutions of the front end."""
    return tuple(Tap(layer, average) for layer in base(module).feature_extractor.conv_layers)


def finish(module: "torch.nn.Module", values: "torch.Tensor", *place: object) -> "torch.Tensor":
    """Apply the last norm where blocks leave their output without one (``do_stable_layer_norm``)."""
    return base(module).encoder.layer_norm(values) if getattr(module.config, "do_stable_layer_norm", False) else values


def fewest(extractor: Any, config: Any) -> int:
    """One frame needs as many samples as the convolutions see."""
    return field(config)


def speech_encoder(name: str, title: str, summary: str, prefix: str, **differences: Any) -> Family:
    """Describe a family of this kind; ``prefix`` begins the names of its classes, ``differences`` replace the rest."""
    likeness: dict[str, Any] = {
        "model_types": (name,),
        "sample_rate": RATE,
        "config": f"{prefix}Config",
        "extractor": "Wav2Vec2FeatureExtractor",
        "bare": f"{prefix}Model",
        "ctc": f"{prefix}ForCTC",
        "classifier": f"{prefix}ForSequenceClassification",
        "tiny_config": TINY,
        "shape": shape,
        "encode": encode,
        "grids": grids,
        "attention": attention,
        "over_time": over_time,
        "finish": finish,
        "convolutions": convolutions,
        "fewest": fewest,
    }
    return Family(name=name, title=title, summary=summary, **(likeness | differences))
