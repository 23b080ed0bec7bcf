"""WavLM (Chen et al. 2022)."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any

from core.text import N_
from models._speech_encoder import attention, speech_encoder

if TYPE_CHECKING:
    import torch

ATTEND = "torch_multi_head_self_attention"


@contextmanager
def every_head(module: Any) -> Iterator[None]:
    """Let attention come head by head while a pass runs; transformers returns the mean of all heads for each."""
    parts = attention(module)
    try:
        for part in parts:
            setattr(part, ATTEND, partial(attend, part))
        yield
    finally:
        for part in parts:
            vars(part).pop(ATTEND, None)


def attend(
    part: Any, hidden: "torch.Tensor", mask: "torch.Tensor | None", bias: "torch.Tensor"
) -> "tuple[torch.Tensor, torch.Tensor | None]":
    """Attend as WavLM of transformers does, but return the weights (batch, heads, frames, frames) of each head."""
    import torch

    values = hidden.transpose(0, 1)
    output, weights = torch.nn.functional.multi_head_attention_forward(
        values,
        values,
        values,
        part.embed_dim,
        part.num_heads,
        torch.empty([0]),
        torch.cat((part.q_proj.bias, part.k_proj.bias, part.v_proj.bias)),
        None,
        None,
        False,
        part.dropout,
        part.out_proj.weight,
        part.out_proj.bias,
        training=part.training,
        key_padding_mask=mask.ne(1) if mask is not None else None,
        attn_mask=bias,
        use_separate_proj_weight=True,
        q_proj_weight=part.q_proj.weight,
        k_proj_weight=part.k_proj.weight,
        v_proj_weight=part.v_proj.weight,
        average_attn_weights=False,
    )
    return output.transpose(0, 1), weights


FAMILY = speech_encoder(
    "wavlm",
    "WavLM",
    N_("Like HuBERT, but trained on noisy and overlapping speech too, so that it follows speakers well."),
    "WavLM",
    around=every_head,
    mixes=lambda config: True,
)
