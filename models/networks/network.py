"""What both networks on log-mel share as classes of transformers: a stem and a list of layers, and classes on top."""

from typing import Any

from torch import Tensor, nn

from core.audio_backend import transformers
from models.networks.convolutions import ConvolutionBlock, LogMelConfig, counted, pictures, tokens
from models.networks.extractor import LogMelExtractor


class LogMelPreTrained(transformers.PreTrainedModel):  # type: ignore[misc]
    """What transformers has to know to write and read a network."""

    base_model_prefix = "network"
    main_input_name = "input_features"

    def _init_weights(self, module: nn.Module) -> None:
        """Draw the weights of convolutions as suits ReLU (He et al. 2015), all others as transformers does."""
        if isinstance(module, nn.Conv2d):
            transformers.initialization.kaiming_normal_(module.weight, mode="fan_out", nonlinearity="relu")
        else:
            super()._init_weights(module)


class LogMelNetwork(LogMelPreTrained):
    """A stem of convolution, then ``layers``."""

    def __init__(self, config: LogMelConfig) -> None:
        super().__init__(config)
        self.stem = ConvolutionBlock(config, 0, 1)
        self.layers = nn.ModuleList(self.made(config))
        self.post_init()

    def made(self, config: LogMelConfig) -> list[nn.Module]:
        """Make the layers after the stem: here one convolution for each further width."""
        places = range(1, len(config.widths))
        return [ConvolutionBlock(config, place, config.widths[place - 1]) for place in places]

    def forward(
        self,
        input_features: Tensor,
        attention_mask: Tensor | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **_more: Any,
    ) -> Any:
        """Run the stem and every layer; the output of the last is ``last_hidden_state``.

        input_features  (batch, columns, bands); attention_mask (batch, columns) is zero where a clip is over

        Maps are (batch, width, bands, columns), rows of a recurrent layer (batch, columns, width). ``hidden_states``
        are the outputs of the stem and of every layer as rows of tokens, band by band. ``counts`` tells how many
        columns of each clip are real; None: all.
        """
        counts = counted(attention_mask)
        values = self.stem(pictures(input_features, self.config, counts), counts)
        counts, heard = self.stem.left(counts), [values]
        blocks: Any = self.layers
        for layer in blocks:
            values = layer(values, counts)
            counts = layer.left(counts)
            heard.append(values)
        hidden = tuple(map(tokens, heard)) if output_hidden_states else None
        output = transformers.modeling_outputs.BaseModelOutput(last_hidden_state=values, hidden_states=hidden)
        output.counts = counts
        return output if return_dict is not False else output.to_tuple()


class LogMelClassifier(LogMelPreTrained):
    """A network, the mean over all places, and one linear layer; ``network_class`` and ``mean`` differ."""

    network_class: type[LogMelNetwork]

    def __init__(self, config: LogMelConfig) -> None:
        super().__init__(config)
        self.num_labels = config.num_labels
        self.network = self.network_class(config)
        self.average = self.averaging()
        self.dropout = nn.Dropout(config.dropout)
        self.classifier = nn.Linear(config.hidden_size, config.num_labels)
        self.post_init()

    def averaging(self) -> nn.Module:
        """Make the module that averages over all places, where all of them are real."""
        raise NotImplementedError

    def mean(self, values: Tensor, counts: Tensor | None) -> Tensor:
        """Average over the real places of every clip: (batch, width)."""
        raise NotImplementedError

    def forward(
        self,
        input_features: Tensor,
        attention_mask: Tensor | None = None,
        labels: Tensor | None = None,
        output_hidden_states: bool | None = None,
        return_dict: bool | None = None,
        **_more: Any,
    ) -> Any:
        """Score the classes, (batch, classes), and the loss where labels are given; inputs as of the network."""
        output = self.network(input_features, attention_mask, output_hidden_states)
        logits = self.classifier(self.dropout(self.mean(output.last_hidden_state, output.counts)))
        loss = None if labels is None else self.loss_function(labels, logits, self.config)
        said = transformers.modeling_outputs.SequenceClassifierOutput(
            loss=loss, logits=logits, hidden_states=output.hidden_states
        )
        return said if return_dict is not False else said.to_tuple()


def register(config: type[LogMelConfig], network: type[LogMelNetwork], classifier: type[LogMelClassifier]) -> None:
    """Let the Auto classes of transformers find a network by its ``model_type``."""
    transformers.AutoConfig.register(config.model_type, config, exist_ok=True)
    transformers.AutoModel.register(config, network, exist_ok=True)
    transformers.AutoModelForAudioClassification.register(config, classifier, exist_ok=True)
    transformers.AutoFeatureExtractor.register(config, LogMelExtractor, exist_ok=True)
