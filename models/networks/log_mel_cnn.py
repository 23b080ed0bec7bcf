"""A convolutional network on log-mel: a stem, blocks of one convolution each, the mean of all places, one linear layer.

The end is the one that class activation maps ask for (Zhou et al. 2016): global average, then classes.
"""

from typing import no_type_check

from huggingface_hub.dataclasses import strict
from torch import Tensor, nn

from models.networks.convolutions import LogMelConfig, real
from models.networks.network import LogMelClassifier, LogMelNetwork, register


@no_type_check  # as LogMelConfig
@strict
class LogMelCnnConfig(LogMelConfig):
    """How many blocks, how wide, and how they pool; see ``LogMelConfig``."""

    model_type = "log-mel-cnn"


class LogMelCnn(LogMelNetwork):
    """Stem and blocks of convolution; it ends with maps, (batch, width, bands, columns)."""

    config_class = LogMelCnnConfig


class LogMelCnnForAudioClassification(LogMelClassifier):
    """The network with classes on top."""

    config_class = LogMelCnnConfig
    network_class = LogMelCnn

    def averaging(self) -> nn.Module:
        """Average over bands and columns."""
        return nn.AdaptiveAvgPool2d(1)

    def mean(self, values: Tensor, counts: Tensor | None) -> Tensor:
        """Average every channel over bands and columns; only real columns of a batch with shorter clips."""
        if counts is None:
            return self.average(values).flatten(1)
        kept = real(counts, values.shape[-1])[:, None, None].to(values.dtype)
        return (values * kept).sum((2, 3)) / (counts[:, None] * values.shape[2]).to(values.dtype)


register(LogMelCnnConfig, LogMelCnn, LogMelCnnForAudioClassification)
