"""Whisper (Radford et al. 2022): its encoder. Every clip is padded to 30 s; only the frames of the clip are kept."""

from math import ceil
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float32

from core.family import Family, Shape, Tap
from core.grid import TokenGrid
from core.input_plane import InputPlane, mel_edges
from core.text import N_
from core.timeline import TimeAxis

if TYPE_CHECKING:
    import torch

RATE = 16_000  # Hz
STRIDE = 2  # log-mel columns per frame, by the second convolution
KERNELS = 5  # log-mel columns that one frame sees: two convolutions of width 3, the second of stride 2
ENCODER = "transformers.models.whisper.modeling_whisper.WhisperEncoder"
TINY = {
    "d_model": 32,
    "encoder_layers": 3,
    "decoder_layers": 1,
    "encoder_attention_heads": 2,
    "decoder_attention_heads": 2,
    "encoder_ffn_dim": 48,
    "decoder_ffn_dim": 48,
    "classifier_proj_size": 16,
    "vocab_size": 64,
    "pad_token_id": 0,
    "bos_token_id": 1,
    "eos_token_id": 2,
    "decoder_start_token_id": 1,
}


def encoder(module: Any) -> Any:
    """Return the encoder itself."""
    return getattr(module, "encoder", module)


def encode(extractor: Any, samples: "Float32[np.ndarray, ' time']") -> "dict[str, torch.Tensor]":
    """(1, bands, 3000) log-mel of the clip, padded to 30 s."""
    return {"input_features": extractor(samples, sampling_rate=RATE, return_tensors="pt")["input_features"]}


def grids(module: Any, extractor: Any, samples: int) -> tuple[TokenGrid, ...]:
    """Frames of 20 ms that hold some of the clip; frame i is centred on log-mel column 2i, that is sample 320 i."""
    shift = extractor.hop_length / extractor.sampling_rate
    count = min(ceil(samples / (STRIDE * extractor.hop_length)), module.config.max_source_positions)
    field = extractor.n_fft / extractor.sampling_rate + (KERNELS - 1) * shift
    time = TimeAxis(0.0, STRIDE * shift, field, count)
    return (TokenGrid(time, padded=module.config.max_source_positions),) * (module.config.encoder_layers + 1)


def plane(extractor: Any, config: Any, samples: int) -> InputPlane:
    """Mel bands of Slaney's formula; column i is centred on sample i times the hop."""
    shift, rate = extractor.hop_length / extractor.sampling_rate, extractor.sampling_rate
    time = TimeAxis(
        0.0, shift, extractor.n_fft / rate, min(ceil(samples / extractor.hop_length), extractor.nb_max_frames)
    )
    edges = mel_edges(config.num_mel_bins, 0.0, rate / 2, "slaney")
    return InputPlane("input_features", time, edges, time_first=False)


def attention(module: Any) -> "list[torch.nn.Module]":
    """List the attention of every block."""
    return [layer.self_attn for layer in encoder(module).layers]


def over_time(module: Any, weights: "torch.Tensor", block: int, grid: TokenGrid) -> "torch.Tensor":
    """Keep the frames of the clip and let every row sum to one again; what went to the padding is left out."""
    kept = weights[0, :, : grid.time.count, : grid.time.count].float()
    return kept / kept.sum(-1, keepdim=True).clamp_min(1e-12)


def convolutions(module: Any) -> tuple[Tap, ...]:
    """List both convolutions of the front end, after their activation."""
    from torch.nn.functional import gelu

    parts = ((encoder(module).conv1, STRIDE), (encoder(module).conv2, 1))
    return tuple(Tap(part, _average(stride), gelu) for part, stride in parts)


def _average(stride: int) -> Any:
    def average(features: "torch.Tensor", frames: int) -> "torch.Tensor":
        from torch.nn.functional import avg_pool1d

        return avg_pool1d(features[..., : frames * stride], stride)[0].T

    return average


FAMILY = Family(
    name="whisper",
    title="Whisper (encoder)",
    summary=N_("Learned to transcribe from 680,000 hours of sound; here its listening half, the encoder."),
    model_types=("whisper",),
    sample_rate=RATE,
    config="WhisperConfig",
    extractor="WhisperFeatureExtractor",
    bare=ENCODER,
    ctc="",
    classifier="WhisperForAudioClassification",
    tiny_config=TINY,
    shape=lambda config: Shape(config.encoder_layers, config.encoder_attention_heads, config.d_model),
    encode=encode,
    grids=grids,
    attention=attention,
    over_time=over_time,
    plane=plane,
    convolutions=convolutions,
    last_is_finished=True,
    extractor_settings=lambda config: {"feature_size": config.num_mel_bins},
    fewest=lambda extractor, config: STRIDE * extractor.hop_length,
    key_mapping={r"^(model\.)?encoder\.": ""},
)
