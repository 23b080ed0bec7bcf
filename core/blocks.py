"""Find the blocks of a model, whatever its family calls them."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn

    from core.family import Family


def blocks_of(family: "Family", module: "nn.Module") -> "list[nn.Module]":
    """List the blocks in order: of each attention, the smallest entry of a list of modules that holds it."""
    from torch import nn

    if family.blocks is not None:
        return list(family.blocks(module))
    listed = [entry for stack in module.modules() if isinstance(stack, nn.ModuleList) for entry in stack]
    inside = [(entry, set(entry.modules())) for entry in listed]
    holding = [[held for held in inside if part in held[1]] for part in family.attention(module)]
    return [min(found, key=lambda held: len(held[1]))[0] for found in holding]
