"""Find the blocks of an encoder, and its parameters but for those that must never learn."""

from typing import Any

from torch import nn

from core.finetuning.pupil import Pupil

FROZEN = "feature_extractor"  # convolutions on the waveform, as transformers names them; few sounds would spoil them


def blocks_of(pupil: Pupil) -> list[nn.Module]:
    """List the transformer blocks in order: of each attention, the smallest entry of a list that holds it."""
    module: Any = pupil.module
    if pupil.family.blocks is not None:
        return list(pupil.family.blocks(module.base))
    listed = [entry for stack in module.base.modules() if isinstance(stack, nn.ModuleList) for entry in stack]
    inside = [(entry, set(entry.modules())) for entry in listed]
    holding = [[held for held in inside if part in held[1]] for part in pupil.family.attention(module.base)]
    return [min(found, key=lambda held: len(held[1]))[0] for found in holding]


def last_blocks(pupil: Pupil, count: int) -> list[nn.Module]:
    """Take the last blocks, at most as many as there are."""
    return blocks_of(pupil)[-count:]


def without_front_end(base: nn.Module) -> list[nn.Parameter]:
    """List all parameters of an encoder that are used and may learn."""
    frozen = (FROZEN, "masked_spec_embed", "audio_projection", "embed_positions")
    return [part for name, part in base.named_parameters() if not any(word in name for word in frozen)]
