"""Put small parts of peft on the projections of every attention, and merge them into the plain weights again."""

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

import torch
from jaxtyping import Float
from torch import Tensor, nn

import core.audio_backend  # noqa: F401  # peft imports transformers, which this has to come before

# isort: split
from peft import PeftConfig, inject_adapter_in_model
from peft.tuners.tuners_utils import BaseTunerLayer

if TYPE_CHECKING:
    from core.finetuning.pupil import Pupil

# what transformers calls the linear layers of an attention
QUERY = ("q_proj", "linear_q", "query")
KEY = ("k_proj", "linear_k", "key")
VALUE = ("v_proj", "linear_v", "value")
OUTPUT = ("out_proj", "linear_out", "o_proj")


class Readable(nn.Module):
    """A changed linear layer whose weight, too, is the changed one.

    WavLM never calls its projections: it reads their weights and biases. Those of a layer of peft are the old ones.
    """

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, values: Float[Tensor, "*lead inputs"]) -> Float[Tensor, "*lead outputs"]:
        """Apply the layer."""
        return self.layer(values)

    @property
    def weight(self) -> Float[Tensor, "outputs inputs"]:
        """What it multiplies with, found by applying it to every unit vector."""
        plain: Any = self.layer
        like = plain.get_base_layer().weight
        units = torch.eye(like.shape[1], device=like.device, dtype=like.dtype)
        return (self.layer(units) - self.bias).T

    @property
    def bias(self) -> Float[Tensor, " outputs"]:
        """What it adds, found by applying it to zero."""
        plain: Any = self.layer
        like = plain.get_base_layer().weight
        return self.layer(like.new_zeros(1, like.shape[1]))[0]


def encoder(module: nn.Module) -> nn.Module:
    """Return the part without the head."""
    return getattr(module, str(module.base_model_prefix), module)


def named(pupil: "Pupil", kinds: Sequence[str], last: int = 0) -> list[str]:
    """Name the projections of these kinds inside the encoder; only those of the ``last`` blocks, 0: of all."""
    base = encoder(pupil.module)
    place = {id(part): name for name, part in base.named_modules()}
    return [
        f"{place[id(part)]}.{name}"
        for part in pupil.family.attention(pupil.module)[-last:]
        for name, _child in part.named_children()
        if name in kinds
    ]


def widths(pupil: "Pupil", names: Sequence[str]) -> list[int]:
    """Count the inputs of each of these projections."""
    base = encoder(pupil.module)
    layers: list[Any] = [base.get_submodule(name) for name in names]
    return [int(layer.in_features) for layer in layers]


def put_on(pupil: "Pupil", config: PeftConfig) -> None:
    """Put the parts that ``config`` describes on the projections that it names; they begin by changing nothing."""
    base = encoder(pupil.module)
    inject_adapter_in_model(config, base)
    for parent, name, layer in list(changed(base)):
        setattr(parent, name, Readable(layer))


def changed(base: nn.Module) -> Iterator[tuple[nn.Module, str, Any]]:
    """List the layers that carry a part of peft, each with where it stands."""
    for parent in base.modules():
        if isinstance(parent, Readable | BaseTunerLayer):
            continue
        for name, child in parent.named_children():
            layer = child.layer if isinstance(child, Readable) else child
            if isinstance(layer, BaseTunerLayer):
                yield parent, name, layer


def parts(pupil: "Pupil") -> list[nn.Parameter]:
    """List what was put on, as parameters."""
    return [
        value
        for _parent, _name, layer in changed(encoder(pupil.module))
        for name, value in layer.named_parameters()
        if not name.startswith("base_layer.")
    ]


def of_head(pupil: "Pupil") -> list[nn.Parameter]:
    """List the parameters outside the encoder."""
    inside = {id(value) for value in encoder(pupil.module).parameters()}
    return [value for value in pupil.module.parameters() if id(value) not in inside]


def merge(pupil: "Pupil") -> bool:
    """Bring what was learned into the plain weights and leave nothing else behind; True, because that is exact."""
    base: Any = encoder(pupil.module)
    for parent, name, layer in list(changed(base)):
        layer.merge(safe_merge=True)
        setattr(parent, name, layer.get_base_layer())
    vars(base).pop("peft_config", None)
    return True
