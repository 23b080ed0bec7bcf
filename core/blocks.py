"""Find the blocks of a model, whatever its family calls them."""

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from torch import nn

    from core.family import Family


def blocks_of(family: "Family", module: "nn.Module") -> "list[nn.Module]":
    """List the blocks in order: of each attention, the smallest entry of a list of modules that holds it."""
    if family.blocks is not None:
        return list(family.blocks(module))
    parts = dict(module.named_modules())
    names = {part: name for name, part in parts.items()}
    return [_entry(parts, names[attention]) for attention in family.attention(module)]


def _entry(parts: "dict[str, nn.Module]", name: str) -> "nn.Module":
    """Go up from a module to the first that is an entry of a list."""
    from torch import nn

    while name and not isinstance(parts[name.rpartition(".")[0]], nn.ModuleList):
        name = name.rpartition(".")[0]
    return parts[name]
