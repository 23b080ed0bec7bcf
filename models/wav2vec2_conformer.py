"""wav2vec 2.0 with Conformer blocks (Gulati et al. 2020; Wang et al. 2020)."""

from typing import TYPE_CHECKING, Any

from core.text import N_
from models._speech_encoder import adapted, base, self_attention, speech_encoder

if TYPE_CHECKING:
    import torch


def finish(module: Any, values: "torch.Tensor", *place: object) -> "torch.Tensor":
    """Apply the norm after the last block, which every Conformer has, then any adapter."""
    return adapted(module, base(module).encoder.layer_norm(values))


FAMILY = speech_encoder(
    "wav2vec2-conformer",
    "wav2vec 2.0 Conformer",
    N_("wav2vec 2.0 whose blocks also hold a convolution, which sees the near neighbourhood of each moment."),
    "Wav2Vec2Conformer",
    attention=self_attention,
    finish=finish,
)
