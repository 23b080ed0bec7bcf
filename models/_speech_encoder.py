"""What the speech encoders share: convolutions on the waveform, then transformer blocks on frames of 20 ms."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float32

from core.family import Family, Shape, Tap
from core.grid import TokenGrid
from core.input_plane import waveform
from core.timeline import TimeAxis
from models._together import padded_waveforms

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
    "num_conv_pos_embedding_groups": 2,  # torch 2.13 errs in bfloat16 on processors where a group has 8 channels
    "classifier_proj_size": 16,
    "vocab_size": 12,
    "pad_token_id": 0,
}


def shape(config: Any) -> Shape:
    """Read the size of the encoder."""
    return Shape(config.num_hidden_layers, config.num_attention_heads, config.hidden_size)


def base(module: Any) -> Any:
    """Return the encoder without its head."""
    return getattr(module, module.base_model_prefix, module)


def encode(extractor: Any, samples: "Float32[np.ndarray, ' time']") -> "dict[str, torch.Tensor]":
    """Normalise the waveform as the checkpoint asks: (1, samples)."""
    found = extractor(samples, sampling_rate=extractor.sampling_rate, return_tensors="pt")
    return {"input_values": found["input_values"]}


def steps(config: Any) -> list[tuple[int, int]]:
    """List kernel and stride of each step from the waveform to layer 0: the convolutions, and SEW's pooling."""
    squeeze = getattr(config, "squeeze_factor", 1)
    return [*zip(config.conv_kernel, config.conv_stride, strict=True), *[(squeeze, squeeze)] * (squeeze > 1)]


def hop_and_field(chain: Sequence[tuple[int, int]]) -> tuple[int, int]:
    """Count the inputs between neighbouring outputs, and those that one output sees."""
    hop, field = 1, 1
    for kernel, stride in chain:
        field += (kernel - 1) * hop
        hop *= stride
    return hop, field


def grids(module: Any, extractor: Any, samples: int) -> tuple[TokenGrid, ...]:
    """Give every layer the frames of layer 0: frame i sees samples [hop * i, hop * i + field)."""
    chain, rate, count = steps(module.config), extractor.sampling_rate, samples
    hop, field = hop_and_field(chain)
    for kernel, stride in chain:
        count = (count - kernel) // stride + 1
    grid = TokenGrid(TimeAxis(field / 2 / rate, hop / rate, field / rate, count))
    return (grid,) * (module.config.num_hidden_layers + 1)


def attention(module: Any) -> "list[torch.nn.Module]":
    """List the attention of every block."""
    return [layer.attention for layer in base(module).encoder.layers]


def self_attention(module: Any) -> "list[torch.nn.Module]":
    """List the attention of every block where it is called ``self_attn``."""
    return [layer.self_attn for layer in base(module).encoder.layers]


def over_time(module: Any, weights: "torch.Tensor", block: int, grid: TokenGrid) -> "torch.Tensor":
    """Frames are all there is: (1, heads, frames, frames) -> (heads, frames, frames)."""
    return weights[0]


def averaging(later: Sequence[tuple[int, int]]) -> "Callable[[torch.Tensor, int], torch.Tensor]":
    """Build the average of a convolution's output onto the frames of layer 0, given the steps that come after it.

    Frame i is made of positions [hop * i, hop * i + field); it takes the ``hop`` of them in the middle, so that no
    position counts twice and none drifts against the frames, however long the clip is.
    """
    hop, field = hop_and_field(later)
    return partial(_average, hop=hop, first=(field - hop) // 2)


def _average(features: "torch.Tensor", frames: int, hop: int, first: int) -> "torch.Tensor":
    # a mean over a view: pooling would copy the 65 MB of the first convolution for 10 s
    if features.stride(-1) == 1:
        return features[0, :, first : first + frames * hop].unflatten(-1, (frames, hop)).mean(-1).T
    return features[0].T[first : first + frames * hop].unflatten(0, (frames, hop)).mean(1)


def convolutions(module: Any) -> tuple[Tap, ...]:
    """List the convolutions of the front end, after their norm and activation."""
    chain, layers = steps(module.config), base(module).feature_extractor.conv_layers
    return tuple(Tap(layer, averaging(chain[index + 1 :])) for index, layer in enumerate(layers))


def finish(module: Any, values: "torch.Tensor", *place: object) -> "torch.Tensor":
    """Apply the last norm where blocks leave their output without one (``do_stable_layer_norm``), then any adapter."""
    if getattr(module.config, "do_stable_layer_norm", False):
        values = base(module).encoder.layer_norm(values)
    return adapted(module, values)


def adapted(module: Any, values: "torch.Tensor") -> "torch.Tensor":
    """Apply the convolutions that some checkpoints have between encoder and head (``add_adapter``)."""
    adapter = getattr(base(module), "adapter", None)
    return values if adapter is None else adapter(values)


def fewest(extractor: Any, config: Any) -> int:
    """One frame of layer 0 needs as many samples as it sees."""
    return hop_and_field(steps(config))[1]


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
        "together": padded_waveforms,
        "plane": lambda extractor, config, samples: waveform(extractor.sampling_rate, samples),
    }
    return Family(name=name, title=title, summary=summary, **(likeness | differences))
