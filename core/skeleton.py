"""Build a model without its numbers, to see how many it would need before any memory is spent on them."""

from math import prod
from pathlib import Path
from typing import Any

from core.checkpoint import Blueprint, Header, damaged, loaded_part, mismatch
from core.text import _

# what transformers raises for a configuration that it cannot follow
FAULTS = (OSError, ValueError, KeyError, TypeError, AttributeError, RuntimeError, ArithmeticError)
SLACK = 1_000_000  # numbers that a class of transformers may add to those of a checkpoint


def check_size(blueprint: Blueprint, header: Header, built: Any, folder: Path) -> None:
    """Refuse a configuration that describes a larger model than its weights are.

    built  class of transformers that will hold the weights

    ModelError instead of an allocation: a configuration is text from anywhere, and may ask for terabytes.
    """
    import torch
    from huggingface_hub.errors import StrictDataclassError

    try:
        config = built.config_class.from_pretrained(folder, local_files_only=True)
        with torch.device("meta"):
            skeleton = built._from_config(config)
    except (StrictDataclassError, *FAULTS) as cause:
        raise damaged(blueprint.name, first_line(cause)) from cause
    promised = sum(part.numel() for part in skeleton.parameters())
    held = sum(prod(shape) for _dtype, shape in loaded_part(blueprint, header).values())
    if promised > held + SLACK:
        counts = {"promised": f"{promised:,}", "held": f"{held:,}"}
        raise mismatch(blueprint.name, _("it promises {promised} numbers, they are {held}").format(**counts))


def first_line(cause: BaseException) -> str:
    """Repeat what a library said, short enough for a sentence; the reason where it names one."""
    said = str(cause.__cause__ or cause).strip()
    return said.partition("\n")[0][:200].rstrip(".") or type(cause).__name__
