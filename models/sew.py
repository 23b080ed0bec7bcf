"""SEW: Squeezed and Efficient Wav2vec (Wu et al. 2022). Its blocks see half as many frames."""

from typing import TYPE_CHECKING, Any

from core.text import N_
from models._speech_encoder import TINY, base, speech_encoder

if TYPE_CHECKING:
    import torch


def finish(module: Any, values: "torch.Tensor", *place: object) -> "torch.Tensor":
    """Bring a layer back to the frames of the head."""
    return base(module).encoder.upsample(values)


FAMILY = speech_encoder(
    "sew",
    "SEW",
    N_("A lighter wav2vec 2.0: its blocks work on half as many moments, so it is faster."),
    "SEW",
    tiny_config={**TINY, "conv_dim": (16,) * 13, "squeeze_factor": 2},
    finish=finish,
)
