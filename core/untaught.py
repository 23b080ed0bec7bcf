"""Make a network of the same shape that has learned nothing, or whose head has learned nothing."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import replace
from typing import Any

import torch
from torch import nn

from core.errors import MethodError
from core.loading import LoadedModel
from core.memory import available_memory, plain_size
from core.text import _
from core.turns import Turns

SPARE = 2  # times the size of the weights; what a pass needs comes on top


def untaught(model: LoadedModel, seed: int) -> LoadedModel:
    """Build a loaded model of the same shape that has learned nothing; its ``spec`` is still that of the original.

    Raises MethodError where there is no memory for a second network.
    """
    with model.exclusive() as module:
        return replace(model, module=unlearned(module, seed), _lock=Turns())


def unlearned(module: nn.Module, seed: int) -> nn.Module:
    """Build the same network with the random weights that its training would begin from; the original is only read.

    Raises MethodError where there is no memory for a second network.
    """
    _check_memory(module)
    like = next(module.parameters())
    with _chance(seed):
        if hasattr(type(module), "_from_config"):
            kind: Any = type(module)
            # the same attention as the original has, so that its weights can be read
            found: nn.Module = kind._from_config(
                deepcopy(module.config), attn_implementation=getattr(module.config, "_attn_implementation", "eager")
            )
        else:
            found = deepcopy(module)
            _begin_again(found)
    return found.to(like.device, like.dtype).eval().requires_grad_(False)


def without_head(module: nn.Module, classes: int, seed: int) -> nn.Module | None:
    """Copy a network and draw the weights of its last linear layer anew; None where that layer cannot be told.

    Raises MethodError where there is no memory for a second network.
    """
    places = [name for name, part in module.named_modules() if isinstance(part, nn.Linear)]
    heads = [name for name in places if module.get_submodule(name).out_features == classes]
    if not heads:
        return None
    _check_memory(module)
    found = deepcopy(module)
    head: Any = found.get_submodule(heads[-1])
    with _chance(seed), torch.no_grad():
        head.weight.copy_(torch.randn(head.weight.shape) * head.weight.float().std().cpu())
    return found


@contextmanager
def _chance(seed: int) -> Iterator[None]:
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        yield


def _begin_again(module: nn.Module) -> None:
    """Let every layer draw its weights anew; shuffle the numbers of what does not know how."""
    with torch.no_grad():
        for part in module.modules():
            reset: Any = getattr(part, "reset_parameters", None)
            if reset is not None:
                reset()
                continue
            for value in part.parameters(recurse=False):
                value.copy_(value.flatten()[torch.randperm(value.numel()).to(value.device)].view_as(value))


def _check_memory(module: nn.Module) -> None:
    size = sum(part.numel() * part.element_size() for part in module.parameters())
    if next(module.parameters()).device.type == "cpu" and SPARE * size > available_memory():
        raise MethodError(
            _("There is no memory for a second network of this size, {size}.").format(size=plain_size(size)),
            hint=_("Close other programs, or choose a smaller model."),
        )
