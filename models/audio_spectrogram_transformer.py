"""Audio Spectrogram Transformer (Gong et al. 2021): patches of log-mel in, bands x frames of tokens out."""

from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float32

from core.family import Family, Shape
from core.grid import TokenGrid
from core.input_plane import InputPlane, mel_edges
from core.mel import hertz, mel
from core.text import N_
from core.timeline import TimeAxis

if TYPE_CHECKING:
    import torch

RATE = 16_000  # Hz
SHIFT = 0.010  # seconds from one log-mel row to the next
WINDOW = 0.025  # seconds under its window
LOWEST = 20.0  # Hz, where Kaldi's mel bands begin
SPECIAL = 2  # [CLS] and the distillation token
TINY = {
    "hidden_size": 32,
    "num_hidden_layers": 3,
    "num_attention_heads": 2,
    "intermediate_size": 48,
    "max_length": 204,
    "num_mel_bins": 64,
    "num_labels": 5,
}


def encode(extractor: Any, samples: "Float32[np.ndarray, ' time']") -> "dict[str, torch.Tensor]":
    """(1, rows, mel bins) log-mel, padded to the length that the model was made for; rows are time."""
    # a copy, because torch warns of the read-only samples of a clip
    return {"input_values": extractor(samples.copy(), sampling_rate=RATE, return_tensors="pt")["input_values"]}


def grids(module: Any, extractor: Any, samples: int) -> tuple[TokenGrid, ...]:
    """Tokens are bands of frames, band by band: token = 2 + band * frames + frame."""
    config = module.config
    patch, step = config.patch_size, config.time_stride
    padded = (config.max_length - patch) // step + 1
    bands = (config.num_mel_bins - patch) // config.frequency_stride + 1
    # a frame counts while its patch begins inside the clip
    rows = max((samples - round(WINDOW * RATE)) // round(SHIFT * RATE) + 1, 1)
    count = min(max(ceil((rows - patch) / step) + 1, 1), padded)
    start = (patch - 1) / 2 * SHIFT + WINDOW / 2
    time = TimeAxis(start, step * SHIFT, (patch - 1) * SHIFT + WINDOW, count)
    return (TokenGrid(time, bands, _edges(config, bands), SPECIAL, padded),) * (config.num_hidden_layers + 1)


def _edges(config: Any, bands: int) -> tuple[float, ...]:
    """Place the borders between bands of patches halfway between their middles, in Hz."""
    low, high = mel(np.array([LOWEST, RATE / 2]), "htk")
    bins = (np.arange(bands + 1) - 0.5) * config.frequency_stride + config.patch_size / 2
    # Kaldi's bin m is a triangle around the (m + 1)th of num_mel_bins + 1 equal steps from low to high
    places = low + (high - low) * (np.clip(bins, 0, config.num_mel_bins) + 0.5) / (config.num_mel_bins + 1)
    return tuple(float(hz) for hz in hertz(places, "htk"))


def plane(extractor: Any, config: Any, samples: int) -> InputPlane:
    """Kaldi's mel bands; rows that begin inside the clip count, the rest is padding."""
    rows = (samples - round(WINDOW * RATE)) // round(SHIFT * RATE) + 1
    time = TimeAxis(WINDOW / 2, SHIFT, WINDOW, min(max(rows, 1), config.max_length))
    return InputPlane("input_values", time, mel_edges(config.num_mel_bins, LOWEST, RATE / 2, "htk"))


def attention(module: Any) -> "list[torch.nn.Module]":
    """List the attention of every block."""
    return [layer.attention for layer in getattr(module, module.base_model_prefix, module).layers]


def over_time(module: Any, weights: "torch.Tensor", block: int, grid: TokenGrid) -> "torch.Tensor":
    """Average the bands that look, add up the bands that are looked at; special tokens and padding are left out.

    What went to them is left out of every row before the row is brought to one again.
    """
    import torch

    # views all along: a copy of the 70 MB of one layer would take as long as the sum
    keys = weights[0, :, SPECIAL:, SPECIAL:].unflatten(2, (grid.bands, grid.padded))
    laid = keys.unflatten(1, (grid.bands, grid.padded))
    kept = laid[:, :, : grid.time.count, :, : grid.time.count].sum(3, dtype=torch.float32)
    return (kept / kept.sum(-1, keepdim=True).clamp_min(1e-12)).mean(1)


def finish(module: Any, values: "torch.Tensor", *place: object) -> "torch.Tensor":
    """Apply the norm after the last block."""
    return getattr(module, module.base_model_prefix, module).layernorm(values)


def longest_seconds(extractor: Any, config: Any) -> float:
    """Longer sound would be cut off: rows of 10 ms, as many as the model was made for."""
    return config.max_length * SHIFT + WINDOW - SHIFT


FAMILY = Family(
    name="audio-spectrogram-transformer",
    title="Audio Spectrogram Transformer",
    summary=N_("Looks at a spectrogram as if it were a picture cut into tiles; most versions name everyday sounds."),
    model_types=("audio-spectrogram-transformer",),
    sample_rate=RATE,
    config="ASTConfig",
    extractor="ASTFeatureExtractor",
    bare="ASTModel",
    ctc="",
    classifier="ASTForAudioClassification",
    tiny_config=TINY,
    shape=lambda config: Shape(config.num_hidden_layers, config.num_attention_heads, config.hidden_size),
    encode=encode,
    grids=grids,
    attention=attention,
    over_time=over_time,
    plane=plane,
    finish=finish,
    fewest=lambda extractor, config: round(WINDOW * RATE),
    longest=longest_seconds,
    extractor_settings=lambda config: {"num_mel_bins": config.num_mel_bins, "max_length": config.max_length},
)
