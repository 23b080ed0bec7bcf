"""A soft mixture of adapters beside an attention (Cappellazzo et al. 2024, after Puigcerver et al. 2024)."""

from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

NAME = "soft_moa"  # under which it stands in an attention


class SoftMixture(nn.Module):
    """Small networks that each hear a few mixtures of all tokens, and whose answers are mixed back for every token.

    With tokens x_m and learned slots φ_np, logits are <x_m, φ_np>. Their softmax over tokens says of what a slot is
    made, their softmax over slots what a token gets back. The last layer begins with zeros: nothing is added yet.

    slots  (width, experts, slots of each)
    down   (experts, width, bottleneck), with its offsets
    up     (experts, bottleneck, width), with its offsets
    """

    def __init__(self, width: int, experts: int, slots: int, reduction: int) -> None:
        super().__init__()
        bottleneck = max(width // reduction, 1)
        self.slots = nn.Parameter(torch.randn(width, experts, slots) / width**0.5)
        self.down = nn.Parameter(torch.randn(experts, width, bottleneck) / width**0.5)
        self.down_offset = nn.Parameter(torch.zeros(experts, 1, bottleneck))
        self.up = nn.Parameter(torch.zeros(experts, bottleneck, width))
        self.up_offset = nn.Parameter(torch.zeros(experts, 1, width))

    def forward(self, tokens: Float[Tensor, "batch tokens width"]) -> Float[Tensor, "batch tokens width"]:
        """Mix, change and mix back."""
        logits = torch.einsum("bmd,dnp->bmnp", tokens, self.slots)
        dispatch = logits.softmax(1)
        combine = logits.flatten(2).softmax(2).view_as(logits)
        heard = torch.einsum("bmd,bmnp->bnpd", tokens, dispatch)
        inner = nn.functional.gelu(heard @ self.down + self.down_offset)
        said = inner @ self.up + self.up_offset
        return torch.einsum("bnpd,bmnp->bmd", said, combine)


def put_beside(attention: nn.Module, mixture: SoftMixture) -> None:
    """Add what the mixture makes of the attention's input to its output; its weights stay readable."""
    attention.add_module(NAME, mixture)
    attention.register_forward_hook(_add, with_kwargs=True)


def _add(attention: Any, inputs: tuple[Any, ...], named: dict[str, Any], output: tuple[Any, ...]) -> tuple[Any, ...]:
    heard = inputs[0] if inputs else named["hidden_states"]
    return (output[0] + attention.get_submodule(NAME)(heard), *output[1:])
