"""The way back through networks of convolutions, ReLUs, pools and GRUs, by a rule for their learned sums."""

from collections.abc import Callable
from typing import Any

from jaxtyping import Float
from torch import Tensor
from torch.autograd import Function

from core.attribution.relevance.backward import WEIGHTED, Arguments, Named, Relevance, learning
from core.attribution.relevance.fitting import unknown_parts
from core.attribution.relevance.layers import Heard, Layer, layer_of, normed
from core.attribution.relevance.recurrent import gru
from core.attribution.relevance.shares import Share, epsilon_rule
from core.loading import LoadedModel
from core.text import _


class Shared(Function):
    """The sums of a layer as they are; on the way back they are shared out by a rule."""

    @staticmethod
    def forward(ctx: Any, values: Float[Tensor, "..."], heard: Heard, share: Share) -> Float[Tensor, "..."]:
        """Hand on what the layer gave."""
        ctx.heard, ctx.share = heard, share
        return heard.sums.detach().clone()

    @staticmethod
    def backward(ctx: Any, arriving: Float[Tensor, "..."]) -> tuple[Float[Tensor, "..."], None, None]:
        """Share out what arrives."""
        return ctx.share(ctx.heard, arriving), None, None


class Convolutional(Relevance):
    """The way back of one pass through a network.

    A batch norm is taken together with the convolution before it, because alone it would share relevance out between
    the sound and its own constants. A maximum hands all on to the one that held it, a ReLU what came through it.
    """

    def __init__(self, share: Share) -> None:
        rules = {
            **dict.fromkeys(sorted(WEIGHTED), self._layer),
            "batch_norm": self._norm,
            "relu": _as_gradient,
            "gru": gru,
        }
        super().__init__(rules)
        self.share = share
        self.latest: tuple[Tensor, Tensor, Heard] | None = None  # what the layer before was given, and what it gave

    def _layer(self, function: Callable[..., Tensor], arguments: Arguments, named: Named) -> Tensor:
        values = arguments[0] if arguments else named["input"]
        arguments = arguments or (values,)
        return self._shared(values, layer_of(function, arguments, {k: v for k, v in named.items() if k != "input"}))

    def _shared(self, values: Tensor, layer: Layer) -> Tensor:
        point = values.detach().requires_grad_(True)
        heard = Heard(layer, point, layer.weigh(point, layer.weight, layer.bias))
        return self._kept(values, heard)

    def _kept(self, values: Tensor, heard: Heard) -> Tensor:
        found: Tensor = Shared.apply(values, heard, self.share)
        self.latest = (values, found, heard)
        return found

    def _norm(self, function: Callable[..., Tensor], arguments: Arguments, named: Named) -> Tensor:
        if learning(arguments, named):
            self.strangers.add("batch_norm")
            return function(*arguments, **named)
        if self.latest is not None and arguments[0] is self.latest[1]:
            values, _sums, before = self.latest
            sums = function(before.sums, *arguments[1:], **named)
            return self._kept(values, Heard(normed(before.layer, arguments, named), before.values, sums))
        return self._shared(arguments[0], normed(None, arguments, named))


def not_convolutional(model: LoadedModel) -> str:
    """Say in a translated sentence why the way back through convolutions does not fit a model; else nothing."""
    if model.card.attends:
        return _("it is made for networks of convolutions, and this one has attention.")
    return unknown_parts(model, _plain)


def _plain() -> Relevance:
    return Convolutional(epsilon_rule(0.0))


def _as_gradient(function: Callable[..., Tensor], arguments: Arguments, named: Named) -> Tensor:
    return function(*arguments, **named)
