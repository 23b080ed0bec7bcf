"""SEW: Squeezed and Efficient Wav2vec (Wu et al. 2022). Its blocks see half as many frames."""

from typing import TYPE_CHECKING, Any

from core.grid import TokenGrid
from core.text import N_
from core.timeline import TimeAxis
from models._speech_encoder import TINY, base, frame_axis, speech_encoder

if TYPE_CHECKING:
    import torch


def grids(module: "torch.nn.Module", extractor: Any, samples: int) -> tuple[TokenGrid, ...]:
    """Frames of the blocks: each stands for ``squeeze_factor`` frames of the convolutions."""
    config = module.config
    fine, squeeze = frame_axis(config, samples, extractor.sampling_rate), config.squeeze_factor
    start = fine.start + (squeeze - 1) / 2 * fine.step
    time = TimeAxis(start, squeeze * fine.step, fine.field + (squeeze - 1) * fine.step, fine.count // squeeze)
    return (TokenGrid(time),) * (config.num_hidden_layers + 1)


def finish(module: "torch.nn.Module", values: "torch.Tensor", *place: object) -> "torch.Tensor":
    """Bring a layer back to the frames of the head."""
    return base(module).encoder.upsample(values)


FAMILY = speech_encoder(
    "sew",
    "SEW",
    N_("A lighter wav2vec 2.0: its blocks work on half as many moments, so it is faster."),
    "SEW",
    tiny_config={**TINY, "conv_dim": (16,) * 13, "squeeze_factor": 2},
    grids=grids,
    finish=finish,
)
