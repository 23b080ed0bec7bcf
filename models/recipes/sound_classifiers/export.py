"""Write a trained network as an ordinary folder: float32 safetensors, configuration, feature extractor."""

from pathlib import Path
from typing import Any

import torch

from models.recipes.sound_classifiers.networks import Network
from models.recipes.sound_classifiers.training import trained

CHECKPOINTS = Path(__file__).parents[2] / "checkpoints"
LEFT_OUT = "theo"  # of the networks that ship; chosen before any training


def export(network: Network, runs: Path, checkpoints: Path = CHECKPOINTS) -> Path:
    """Write the network that never heard one of the speakers, so that visitors have real recordings new to it."""
    model, extractor = trained(network, runs / LEFT_OUT)
    folder = checkpoints / network.name
    _plain(model).save_pretrained(folder)
    extractor.save_pretrained(folder)
    return folder


def _plain(model: Any) -> Any:
    """Lay the weights out in the usual order of memory."""
    model.config.architectures = [type(model).__name__]
    return model.to(memory_format=torch.contiguous_format)
