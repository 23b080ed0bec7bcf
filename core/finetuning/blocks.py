"""Find the blocks of an encoder, and its parameters but for those that must never learn."""

from typing import Any

from torch import nn

from core import blocks
from core.finetuning.pupil import Pupil

FROZEN = "feature_extractor"  # convolutions on the waveform, as transformers names them; few sounds would spoil them


def blocks_of(pupil: Pupil) -> list[nn.Module]:
    """List the transformer blocks in order."""
    module: Any = pupil.module
    return blocks.blocks_of(pupil.family, module.base)


def last_blocks(pupil: Pupil, count: int) -> list[nn.Module]:
    """Take the last blocks, at most as many as there are."""
    return blocks_of(pupil)[-count:]


def without_front_end(base: nn.Module) -> list[nn.Parameter]:
    """List all parameters of an encoder that are used and may learn."""
    frozen = (FROZEN, "masked_spec_embed", "audio_projection", "embed_positions")
    return [part for name, part in base.named_parameters() if not any(word in name for word in frozen)]
