"""CLAP's audio tower (Wu et al. 2023) is HTS-AT (Chen et al. 2022): a Swin transformer whose stages see fewer patches.

Its 10 s of log-mel are cut into four pieces that are stacked into a square picture, so a token's row tells the piece
and the band, its column the time within the piece.
"""

from math import ceil
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from jaxtyping import Float32

from core.family import Family, Shape
from core.grid import TokenGrid
from core.mel import hertz, mel
from core.text import N_
from core.timeline import TimeAxis

if TYPE_CHECKING:
    import torch

RATE = 48_000  # Hz
TINY = {
    "patch_embeds_hidden_size": 8,
    "hidden_size": 64,
    "depths": [1, 2, 1, 1],
    "num_attention_heads": [2, 2, 2, 2],
    "projection_dim": 16,
    "spec_size": 256,
}


def encode(extractor: Any, samples: "Float32[np.ndarray, ' time']") -> "dict[str, torch.Tensor]":
    """(1, pieces, rows, mel bins) log-mel; a clip shorter than 10 s is repeated, as in training.

    The extractor calls one clip of every batch longer than 10 s, also when none is. A model with ``enable_fusion`` then
    mixes moments that lie seconds apart; here no clip is longer, and each token keeps its place in time.
    """
    import torch

    found = extractor(samples, sampling_rate=extractor.sampling_rate, return_tensors="pt")
    features = found["input_features"]
    return {"input_features": features, "is_longer": features.new_zeros((1, 1), dtype=torch.bool)}


def stages(module: Any) -> Any:
    """Return the stages of the encoder."""
    return module.audio_model.audio_encoder.layers


def blocks(module: Any) -> list[Any]:
    """List the blocks of all stages in order."""
    return [block for stage in stages(module) for block in stage.blocks]


def attention(module: Any) -> "list[torch.nn.Module]":
    """List the attention of every block."""
    return [block.attention.self for block in blocks(module)]


def side(config: Any, stage: int) -> int:
    """Count the patches along one side of the picture."""
    return config.spec_size // config.patch_size // 2**stage


def stage_of(config: Any, layer: int) -> int:
    """Name the stage whose patches layer ``layer`` works on; layer 0 is the input of the first block."""
    return int(np.searchsorted(np.cumsum(config.depths), max(layer, 1)))


def pieces(config: Any) -> int:
    """Count the pieces of time that are stacked in the picture."""
    return config.spec_size // config.num_mel_bins


def grids(module: Any, extractor: Any, samples: int) -> tuple[TokenGrid, ...]:
    """Tokens of each stage, brought by ``arrange`` into bands of frames."""
    config, seconds = module.config, samples / extractor.sampling_rate
    return tuple(_grid(config, extractor, stage_of(config, layer), seconds) for layer in range(sum(config.depths) + 1))


def _grid(config: Any, extractor: Any, stage: int, seconds: float) -> TokenGrid:
    across, count = side(config, stage), pieces(config)
    # 10 s of spectrogram are stretched onto the picture, first column on first, last on last
    shift = extractor.hop_length / extractor.sampling_rate
    columns = count * config.spec_size
    column = extractor.nb_max_samples / extractor.hop_length / (columns - 1) * shift
    width = columns / (count * across)
    step = width * column
    frames = min(ceil(seconds / step), count * across)
    bands = across // count
    field = step + extractor.fft_window_size / extractor.sampling_rate
    time = TimeAxis((width - 1) / 2 * column, step, field, frames)
    return TokenGrid(time, bands, _edges(extractor, bands), padded=count * across)


def _edges(extractor: Any, bands: int) -> tuple[float, ...]:
    formula: Literal["htk", "slaney"] = "htk" if extractor.truncation == "fusion" else "slaney"
    low, high = mel(np.array([float(extractor.frequency_min), float(extractor.frequency_max)]), formula)
    return tuple(float(hz) for hz in hertz(np.linspace(low, high, bands + 1), formula))


def arrange(module: Any, tokens: "torch.Tensor", layer: int) -> "torch.Tensor":
    """Bring (batch, tokens, width) from rows of the picture to bands of frames."""
    across, count = side(module.config, stage_of(module.config, layer)), pieces(module.config)
    laid = tokens.reshape(-1, count, across // count, across, tokens.shape[-1])
    return laid.transpose(1, 2).reshape(tokens.shape)


def over_time(module: Any, weights: "torch.Tensor", block: int, grid: TokenGrid) -> "torch.Tensor":
    """Add up what the patches of one frame look at, frame by frame: (windows, heads, patches, patches) in.

    Patches see their window only; the rest of a row is zero. The frames of the repeated clip are left out.
    """
    import torch

    layer = blocks(module)[block]
    across, window, shift = side(module.config, stage_of(module.config, block + 1)), layer.window_size, layer.shift_size
    frame = torch.from_numpy(frame_of_patches(across, pieces(module.config), int(window), int(shift)))
    frames, heads = pieces(module.config) * across, weights.shape[1]
    place = (frame[:, :, None] * frames + frame[:, None, :]).reshape(-1).to(weights.device)
    laid = torch.zeros(heads, frames * frames, device=weights.device, dtype=torch.float32)
    laid.index_add_(1, place, weights.float().permute(1, 0, 2, 3).reshape(heads, -1))
    kept = laid.reshape(heads, frames, frames)[:, : grid.time.count, : grid.time.count]
    return kept / kept.sum(-1, keepdim=True).clamp_min(1e-12)


def frame_of_patches(across: int, count: int, window: int, shift: int) -> np.ndarray:
    """Tell the frame of every patch of every window, (windows, patches), as the shifted windows are cut."""
    rows, columns = np.indices((across, across))
    frame = rows // (across // count) * across + columns
    rolled = np.roll(frame, (-shift, -shift), (0, 1))
    cut = rolled.reshape(across // window, window, across // window, window).swapaxes(1, 2)
    return cut.reshape(-1, window * window)


FAMILY = Family(
    name="clap",
    title="CLAP (audio tower)",
    summary=N_("Learned which sounds and which written descriptions belong together; here the half that listens."),
    model_types=("clap", "clap_audio_model"),
    sample_rate=RATE,
    config="ClapAudioConfig",
    extractor="ClapFeatureExtractor",
    bare="ClapAudioModelWithProjection",
    ctc="",
    classifier="",
    tiny_config=TINY,
    shape=lambda config: Shape(sum(config.depths), max(config.num_attention_heads), config.hidden_size),
    encode=encode,
    grids=grids,
    attention=attention,
    over_time=over_time,
    blocks=blocks,
    arrange=arrange,
    extractor_settings=lambda config: {"truncation": "fusion" if config.enable_fusion else "rand_trunc"},
    call={"output_attentions": True},
    fewest=lambda extractor, config: extractor.hop_length,
    longest=lambda extractor, config: extractor.nb_max_samples / extractor.sampling_rate,
)
