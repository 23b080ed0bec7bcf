"""Blocks of convolution on log-mel, and what is known of a batch in which some clips are shorter than others."""

from typing import Any, no_type_check

import torch
from huggingface_hub.dataclasses import strict
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from core.audio_backend import transformers

LARGEST_POOL = 8
LARGEST_KERNEL = 15


@no_type_check  # transformers rewrites how it is made; ``strict`` checks the types instead
@strict
class LogMelConfig(transformers.PreTrainedConfig):  # type: ignore[misc]
    """What both networks have: a stem and blocks of one convolution each.

    widths        channels of the stem and of every block
    pools         bands and columns that each of them gathers into one
    kernel_size   bands and columns that a convolution sees at once; odd
    pooling       "max" or "average"
    dropout       before the classes, while learning
    num_mel_bins  bands of the input
    """

    num_mel_bins: int = 64
    widths: list[int] | tuple[int, ...] = (24, 48, 96, 160, 160, 160)
    pools: list[list[int]] | tuple[tuple[int, ...], ...] = ((2, 1), (2, 2), (2, 2), (2, 2), (1, 1), (1, 1))
    kernel_size: int = 3
    pooling: str = "max"
    dropout: float = 0.1
    hidden_size: int = 160
    num_hidden_layers: int = 5

    def __post_init__(self, **more: Any) -> None:
        """Count the layers and check that the lists fit each other; ValueError where they do not."""
        super().__post_init__(**more)
        self.widths, self.pools = list(self.widths), [list(pool) for pool in self.pools]
        if len(self.widths) != len(self.pools) or len(self.widths) < 2:
            raise ValueError(f"{len(self.widths)} widths and {len(self.pools)} pools do not belong to each other")
        counts = [size for pool in self.pools for size in pool]
        if any(len(pool) != 2 for pool in self.pools) or not all(0 < size <= LARGEST_POOL for size in counts):
            raise ValueError(f"every pool has to be two numbers from 1 to {LARGEST_POOL}")
        if self.kernel_size not in range(1, LARGEST_KERNEL + 1, 2):
            raise ValueError(f"the kernel has to be odd, and {LARGEST_KERNEL} at most")
        if self.pooling not in {"max", "average"}:
            raise ValueError(f"there is no pooling called {self.pooling!r:.40}")
        if min(*self.widths, self.num_mel_bins) < 1:
            raise ValueError("widths and bands have to be above zero")
        self.hidden_size, self.num_hidden_layers = self.widths[-1], len(self.widths) - 1

    @property
    def bands(self) -> list[int]:
        """Bands that the stem and every block hand on."""
        found, left = [], self.num_mel_bins
        for pool, _columns in self.pools:
            left = -(-left // pool)
            found.append(left)
        return found


class ConvolutionBlock(nn.Module):
    """Convolution, batch norm, ReLU and pooling; each is a module of its own, so that hooks can be put on it.

    Values are (batch, channels, bands, columns). Pools at the upper and right edge may be only partly filled.
    """

    def __init__(self, config: LogMelConfig, place: int, channels: int) -> None:
        super().__init__()
        width = config.widths[place]
        bands, columns = config.pools[place]
        self.pool_columns = columns
        self.convolution = nn.Conv2d(channels, width, config.kernel_size, padding=config.kernel_size // 2, bias=False)
        self.norm = nn.BatchNorm2d(width)
        self.activation = nn.ReLU()
        self.pool = pooling(config.pooling, bands, columns)

    def forward(
        self, values: Float[Tensor, "batch channels bands columns"], counts: Int[Tensor, " batch"] | None = None
    ) -> Float[Tensor, "batch width fewer less"]:
        """Convolve; ``counts`` columns of each clip are real (None: all), and zeros are handed on for the others."""
        values = self.activation(self.norm(self.convolution(values)))
        if counts is not None:
            values = values * real(counts, values.shape[-1])[:, None, None].to(values.dtype)
        return values if self.pool is None else self.pool(values)

    def left(self, counts: Int[Tensor, " batch"] | None) -> Int[Tensor, " batch"] | None:
        """Count the columns that are real after pooling."""
        return None if counts is None else -(-counts // self.pool_columns)


def pooling(kind: str, bands: int, columns: int) -> nn.Module | None:
    """Make a pool of ``bands`` x ``columns`` that also takes the rest at the edges; None where nothing is gathered."""
    if bands * columns == 1:
        return None
    if kind == "max":
        return nn.MaxPool2d((bands, columns), ceil_mode=True)
    # a partly filled pool counts as filled up with zeros, as in a batch with longer clips
    return nn.AvgPool2d((bands, columns), ceil_mode=True, divisor_override=bands * columns)


def real(counts: Int[Tensor, " batch"], columns: int) -> Bool[Tensor, "batch columns"]:
    """Tell which columns hold sound, given how many of each clip do."""
    return torch.arange(columns, device=counts.device) < counts[:, None]


def counted(mask: Tensor | None) -> Int[Tensor, " batch"] | None:
    """Count the columns that a mask (batch, columns) keeps; None where it keeps all or there is no mask."""
    return None if mask is None or bool((mask != 0).all()) else (mask != 0).sum(1)


def pictures(features: Tensor, config: LogMelConfig, counts: Int[Tensor, " batch"] | None) -> Tensor:
    """Lay the input (batch, columns, bands) out as (batch, 1, bands, columns), zero where there is no sound."""
    if features.ndim != 3 or features.shape[2] != config.num_mel_bins:
        shape = tuple(features.shape)
        raise ValueError(f"the input has to be (batch, columns, {config.num_mel_bins} bands), not {shape}")
    if counts is not None:
        features = features * real(counts, features.shape[1])[..., None].to(features.dtype)
    return features.transpose(1, 2).unsqueeze(1)


def tokens(values: Tensor) -> Tensor:
    """Put (batch, channels, bands, columns) into a row of tokens, band by band; what is a row already stays."""
    return values.flatten(2).transpose(1, 2) if values.ndim == 4 else values
