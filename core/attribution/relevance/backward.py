"""A way back through a network on which relevance is handed on, instead of plain gradients, by one caller alone.

Relevance of a number is the number times what arrives at it on the way back, so each rule only has to change what it
hands on; what the network computes stays as it is, to the last bit. Nothing is written into the network: functions of
torch are met on their way, in this thread alone.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.overrides import TorchFunctionMode

Arguments = Sequence[Any]
Named = Mapping[str, Any]
Rule = Callable[[Callable[..., Any], Arguments, Named], Any]

# functions through which the gradient, times the input, already is the relevance: sums with fixed weights, whose shares
# are their summands, a choice among values, which goes to the chosen one, and what only moves values or tells of them
MOVES = (
    "view", "view_as", "reshape", "flatten", "unflatten", "transpose", "swapaxes", "permute", "movedim", "squeeze",
    "unsqueeze", "expand", "expand_as", "repeat", "repeat_interleave", "contiguous", "clone", "to", "float", "double",
    "type_as", "__getitem__", "index_select", "select", "narrow", "gather", "chunk", "split", "unbind", "cat", "concat",
    "stack", "roll", "flip", "unfold", "t", "__get__", "tril", "triu",
)  # fmt: skip
SUMS = (
    "add", "add_", "sub", "sub_", "rsub", "neg", "mean", "sum", "pad", "_pad", "masked_fill", "masked_fill_", "where",
    "div", "div_", "true_divide", "mul", "mul_", "matmul", "bmm", "linear", "conv1d", "conv2d", "batch_norm", "dropout",
    "dropout1d", "dropout2d", "avg_pool1d", "avg_pool2d", "adaptive_avg_pool1d", "adaptive_avg_pool2d", "interpolate",
    "einsum", "__add__", "__radd__", "__iadd__", "__sub__", "__isub__", "__mul__", "__rmul__", "__imul__",
    "__truediv__", "__itruediv__", "__matmul__",
)  # fmt: skip
CHOICES = ("max_pool1d", "max_pool2d", "adaptive_max_pool1d", "adaptive_max_pool2d")
TELLS = (
    "dim", "size", "numel", "stride", "is_contiguous", "is_floating_point", "is_complex", "detach", "item", "__len__",
    "__hash__", "requires_grad_", "register_hook", "data_ptr", "type", "new_zeros", "new_ones", "new_tensor",
    "new_empty", "zeros_like", "ones_like", "empty_like", "isnan", "isinf", "any", "all", "__gt__", "__lt__", "__eq__",
    "__ne__", "__ge__", "__le__", "gt", "lt", "eq", "ne", "isfinite", "argmax", "get_device", "element_size", "grad",
    "is_nested", "__bool__", "__setitem__", "__repr__", "nelement", "ndimension", "_version", "has_names",
)  # fmt: skip
STRAIGHT = frozenset((*MOVES, *SUMS, *CHOICES, *TELLS))
# of these, two factors that both come from the sound need a rule; with one of them fixed they are sums
WEIGHTED = frozenset(("linear", "conv1d", "conv2d"))
PRODUCTS = frozenset(("mul", "mul_", "__mul__", "__rmul__", "__imul__", "matmul", "__matmul__", "bmm", "einsum"))
QUOTIENTS = frozenset(("div", "div_", "true_divide", "__truediv__", "__itruediv__"))


class Relevance(TorchFunctionMode):
    """While it is entered, what comes back through functions named in ``rules`` is what the rules say.

    met        names of the functions through which the sound went
    strangers  those among them of which no rule is known, and which are no sums either
    """

    def __init__(self, rules: Mapping[str, Rule]) -> None:
        super().__init__()
        self.rules = rules
        self.met: set[str] = set()
        self.strangers: set[str] = set()

    def __torch_function__(
        self, function: Callable[..., Any], kinds: Any, arguments: Arguments = (), named: Named | None = None
    ) -> Any:
        """Let a function of torch go its way, or the way of its rule where the sound goes through it."""
        named = named or {}
        sounding = sum(1 for value in _tensors((*arguments, *named.values())) if sounds(value))
        if not sounding or not torch.is_grad_enabled():
            return function(*arguments, **named)
        name = function.__name__
        self.met.add(name)
        if name in self.rules:
            return self.rules[name](function, arguments, named)
        if (
            name not in STRAIGHT
            or (name in PRODUCTS | WEIGHTED and sounding > 1)
            or (name in QUOTIENTS and any(map(sounds, arguments[1:])))
            or (name == "batch_norm" and learning(arguments, named))
        ):
            self.strangers.add(name)
        return function(*arguments, **named)


def sounds(value: Any) -> bool:
    """Tell whether a value depends on the sound, weights that are being taught aside."""
    return isinstance(value, Tensor) and value.requires_grad and not isinstance(value, nn.Parameter)


def learning(arguments: Arguments, named: Named) -> bool:
    """Tell whether a batch norm takes its numbers from the sound: (values, mean, variance, weight, bias, training)."""
    return bool(named.get("training", arguments[5] if len(arguments) > 5 else False))


def _tensors(values: Sequence[Any]) -> Iterator[Any]:
    for value in values:
        if isinstance(value, (list, tuple)):
            yield from value
        else:
            yield value


def posing(value: Float[Tensor, "..."], path: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
    """Keep a value as it is, to the last bit, and let what comes back take the path of another equal to it."""
    return value.detach() + (path - path.detach())


def weakened(value: Float[Tensor, "..."], share: float) -> Float[Tensor, "..."]:
    """Keep a value as it is, and let only a share of what comes back pass."""
    return posing(value, value * share)


def as_if_straight(value: Float[Tensor, "..."], given: Float[Tensor, "..."]) -> Float[Tensor, "..."]:
    """Let what comes back be multiplied by output / input, so that relevance passes as it is."""
    slope = torch.where(given == 0, torch.zeros_like(value), value / given).detach()
    return posing(value, given * slope)
