"""Find the blocks of an encoder, and its parameters but for those that must never learn."""

from typing import Any

from torch import nn

from core.finetuning.pupil import Pupil

FROZEN = "feature_extractor"  # convolutions on the waveform, as transformers names them; few sounds would spoil them


def blocks_of(pupil: Pupil) -> list[nn.Module]:
    """List the transformer blocks in order: where there is attention, the part of the encoder around each."""
    module: Any = pupil.module
    if pupil.family.blocks is not None:
        return list(pupil.family.blocks(module.base))
    attention = pupil.family.attention(module.base)
    return [_around(module.base, part, attention) for part in attention]


def _around(base: nn.Module, part: nn.Module, attention: list[nn.Module]) -> nn.Module:
    """Find the largest part of the encoder that holds this attention and no other."""
    others = {id(other) for other in attention if other is not part}
    holding = [
        whole
        for whole in base.modules()
        if any(inner is part for inner in whole.modules()) and not any(id(inner) in others for inner in whole.modules())
    ]
    # modules() goes from the outside in
    return holding[0]


def last_blocks(pupil: Pupil, count: int) -> list[nn.Module]:
    """Take the last blocks, at most as many as there are."""
    return blocks_of(pupil)[-count:]


def without_front_end(base: nn.Module) -> list[nn.Parameter]:
    """List all parameters of an encoder that are used and may learn."""
    frozen = (FROZEN, "masked_spec_embed", "audio_projection", "embed_positions")
    return [part for name, part in base.named_parameters() if not any(word in name for word in frozen)]
