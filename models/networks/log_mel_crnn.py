"""A convolutional-recurrent network on log-mel: blocks of convolution, then GRUs that read both ways, then the mean.

After the CRNN of sound event detection (Cakir et al. 2017).
"""

from contextlib import nullcontext
from typing import Any, no_type_check

import torch
from huggingface_hub.dataclasses import strict
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from models.networks.convolutions import LogMelConfig, real
from models.networks.network import LogMelClassifier, LogMelNetwork, register


@no_type_check  # as LogMelConfig
@strict
class LogMelCrnnConfig(LogMelConfig):
    """Blocks of convolution as in ``LogMelConfig``, and recurrent layers after them.

    recurrent_layers  layers of GRU, each reading both ways
    recurrent_width   numbers of each way
    """

    model_type = "log-mel-crnn"

    widths: list[int] | tuple[int, ...] = (24, 48, 96, 128)
    pools: list[list[int]] | tuple[tuple[int, ...], ...] = ((2, 1), (2, 2), (2, 2), (2, 1))
    recurrent_layers: int = 2
    recurrent_width: int = 96

    def __post_init__(self, **more: Any) -> None:
        """Count the recurrent layers too; ValueError where there are none."""
        super().__post_init__(**more)
        if min(self.recurrent_layers, self.recurrent_width) < 1:
            raise ValueError("there has to be a recurrent layer, and it has to have a width")
        self.hidden_size = 2 * self.recurrent_width
        self.num_hidden_layers = len(self.widths) - 1 + self.recurrent_layers


class RecurrentBlock(nn.Module):
    """One GRU that reads both ways; the bands of maps become one long row of numbers per column."""

    def __init__(self, inputs: int, width: int) -> None:
        super().__init__()
        self.recurrent = nn.GRU(inputs, width, batch_first=True, bidirectional=True)

    def forward(self, values: Tensor, counts: Tensor | None = None) -> Tensor:
        """Read (batch, channels, bands, columns) or (batch, columns, width) into (batch, columns, width)."""
        if values.ndim == 4:
            values = values.flatten(1, 2).transpose(1, 2)
        # cuDNN gives no gradients of a layer that is in evaluation mode
        plain = values.is_cuda and torch.is_grad_enabled() and not self.training
        with torch.backends.cudnn.flags(enabled=False) if plain else nullcontext():
            return self._read(values, counts)

    def _read(self, values: Tensor, counts: Tensor | None) -> Tensor:
        if counts is None:
            return self.recurrent(values)[0]
        packed = pack_padded_sequence(values, counts.cpu(), batch_first=True, enforce_sorted=False)
        return pad_packed_sequence(self.recurrent(packed)[0], batch_first=True, total_length=values.shape[1])[0]

    def left(self, counts: Tensor | None) -> Tensor | None:
        """Count the columns that are real afterwards: as many as before."""
        return counts


class LogMelCrnn(LogMelNetwork):
    """Stem, blocks of convolution and recurrent blocks; it ends with rows, (batch, columns, width)."""

    config_class = LogMelCrnnConfig

    def made(self, config: LogMelConfig) -> list[nn.Module]:
        """Make the blocks of convolution, and the recurrent ones after them."""
        width = config.recurrent_width
        inputs = [config.widths[-1] * config.bands[-1], *([2 * width] * (config.recurrent_layers - 1))]
        return [*super().made(config), *(RecurrentBlock(count, width) for count in inputs)]


class LogMelCrnnForAudioClassification(LogMelClassifier):
    """The network with classes on top."""

    config_class = LogMelCrnnConfig
    network_class = LogMelCrnn

    def averaging(self) -> nn.Module:
        """Average over columns."""
        return nn.AdaptiveAvgPool1d(1)

    def mean(self, values: Tensor, counts: Tensor | None) -> Tensor:
        """Average over columns; only real ones of a batch with shorter clips."""
        if counts is None:
            return self.average(values.transpose(1, 2)).flatten(1)
        kept = real(counts, values.shape[1])[..., None].to(values.dtype)
        return (values * kept).sum(1) / counts[:, None].to(values.dtype)


register(LogMelCrnnConfig, LogMelCrnn, LogMelCrnnForAudioClassification)
