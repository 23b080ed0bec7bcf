"""A small convolutional network on mel bands, learned from scratch: what can be had without a pretrained model."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from jaxtyping import Float32, Float64, Int64

from core.evaluation.logmel import RANGE_DECIBELS, stretched

if TYPE_CHECKING:
    import torch

Pictures = Float32[np.ndarray, "_clips bands frames"]
OnEpoch = Callable[[int], None]


FEWEST_FRAMES, MOST_FRAMES = 32, 128
GRID = 4  # what is left of pitch and of time before the last layer, each


@dataclass(frozen=True)
class CnnSettings:
    """How the network is built and learns.

    channels  of its convolutions: the first 5×5 with stride 2, the others 3×3 and followed by 2×2 max pooling; each
              with batch norm and ReLU
    shift     largest move of a picture while it learns, as a share of its frames and of its bands
    """

    channels: tuple[int, ...] = (16, 32, 64, 128)
    epochs: int = 10
    batch: int = 32
    learning_rate: float = 3e-3
    weight_decay: float = 1e-2
    shift: tuple[float, float] = (0.1, 0.05)


def frames(lengths: Sequence[int]) -> int:
    """Choose how many frames every picture is stretched to: as the middle sound has, from 32 to 128."""
    return int(np.clip(np.median(lengths), FEWEST_FRAMES, MOST_FRAMES))


def pictures(bands: Sequence[Float32[np.ndarray, "_frames bands"]], frames: int) -> Pictures:
    """Stretch log-mel pictures (frames, bands) to one length and bring 0 to -80 dB to 1 to -1."""
    return np.stack([stretched(picture, frames).T for picture in bands]) * np.float32(2 / RANGE_DECIBELS) + 1


def learn(
    pictures: Pictures,
    targets: Int64[np.ndarray, " _clips"],
    classes: int,
    validation: tuple[Pictures, Int64[np.ndarray, " _clips"]],
    on_epoch: OnEpoch,
    seed: int,
    settings: CnnSettings = CnnSettings(),
) -> "torch.nn.Module":
    """Teach a new network with AdamW and one cycle of the rate; return it as it was at its best validation loss.

    Without validation pictures it is returned as it is at the end. Uses no global randomness.
    """
    import torch
    from torch.nn.functional import cross_entropy

    chance = np.random.default_rng(seed)
    network = _network(classes, settings, torch.Generator().manual_seed(seed))
    steps = settings.epochs * -(-len(targets) // settings.batch)
    optimiser = torch.optim.AdamW(network.parameters(), settings.learning_rate, weight_decay=settings.weight_decay)
    rate = torch.optim.lr_scheduler.OneCycleLR(optimiser, settings.learning_rate, total_steps=steps, pct_start=0.2)
    least, best = np.inf, _weights(network)
    for epoch in range(settings.epochs):
        on_epoch(epoch)
        network.train()
        for places in np.array_split(chance.permutation(len(targets)), steps // settings.epochs):
            seen = torch.from_numpy(_moved(pictures[places], settings, chance))
            loss = cross_entropy(network(seen), torch.from_numpy(targets[places]))
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            rate.step()
        reached = _loss(network, *validation) if len(validation[1]) else -epoch
        if reached < least:
            least, best = reached, _weights(network)
    network.load_state_dict(best)
    return network.eval()


def probabilities(network: "torch.nn.Module", pictures: Pictures) -> Float64[np.ndarray, "clips classes"]:
    """Return the network's class probabilities, rows sum to one."""
    import torch

    network.eval()
    with torch.no_grad():
        logits = [network(torch.from_numpy(part)) for part in np.array_split(pictures, -(-len(pictures) // 64))]
        return torch.cat(logits).double().softmax(dim=1).numpy()


def _network(classes: int, settings: CnnSettings, chance: "torch.Generator") -> "torch.nn.Module":
    import torch
    from torch import nn

    layers: list[nn.Module] = [nn.Unflatten(1, (1, -1))]  # one channel: a picture in grey
    entering = 1
    for channels in settings.channels:
        size, stride = (5, 2) if entering == 1 else (3, 1)
        layers.append(nn.Conv2d(entering, channels, size, stride, padding=size // 2, bias=False))
        layers += [nn.BatchNorm2d(channels), nn.ReLU()]
        layers += [nn.MaxPool2d(2, ceil_mode=True)] if entering > 1 else []
        entering = channels
    # time and pitch are kept apart up to the end: where a sound stands tells digits and words apart
    last = [nn.AdaptiveAvgPool2d(GRID), nn.Flatten(), nn.Linear(entering * GRID**2, classes)]
    network = nn.Sequential(*layers, *last)
    for layer in network:
        if isinstance(layer, nn.Conv2d):
            nn.init.kaiming_normal_(layer.weight, nonlinearity="relu", generator=chance)
            # half the time on a processor
            layer.weight.data = layer.weight.data.contiguous(memory_format=torch.channels_last)
        elif isinstance(layer, nn.Linear):
            nn.init.normal_(layer.weight, std=0.01, generator=chance)
            nn.init.zeros_(layer.bias)
    return network


def _moved(pictures: Pictures, settings: CnnSettings, chance: np.random.Generator) -> Pictures:
    """Move every picture a little in time and pitch; silence (-1) fills what is left empty."""
    moved = np.full_like(pictures, -1.0)
    for new, old in zip(moved, pictures, strict=True):
        into, out = [], []
        for size, share in zip(old.shape, settings.shift[::-1], strict=True):
            by = int(chance.integers(-int(share * size), int(share * size) + 1))
            into.append(slice(max(by, 0), size + min(by, 0)))
            out.append(slice(max(-by, 0), size + min(-by, 0)))
        new[tuple(into)] = old[tuple(out)]
    return moved


def _loss(network: "torch.nn.Module", pictures: Pictures, targets: Int64[np.ndarray, " _clips"]) -> float:
    said = probabilities(network, pictures)[np.arange(len(targets)), targets]
    return float(-np.log(np.maximum(said, 1e-12)).mean())


def _weights(network: "torch.nn.Module") -> dict[str, Any]:
    return {name: value.detach().clone() for name, value in network.state_dict().items()}
