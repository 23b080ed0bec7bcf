"""Take what a layer keeps of a clip, and how the score depends on it, and place both on the layer's own grid."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from jaxtyping import Float32
from torch import Tensor, nn

from core.attribution.method import Found, on_grid
from core.attribution.question import Question
from core.attribution.target import Target
from core.blocks import blocks_of
from core.errors import MethodError
from core.grid import TokenGrid
from core.loading import LoadedModel
from core.progress import Report, Step
from core.setting import setting
from core.text import N_, _, n_
from core.timeline import TimeAxis
from core.trace import frozen

if TYPE_CHECKING:
    from core.family import Tap

BEST = -1


@dataclass(frozen=True)
class AtLayer:
    """Which layer a map is made of."""

    layer: int = setting(
        BEST,
        N_("Layer"),
        N_("0 is what goes into the first block. -1 chooses one that suits the model."),
        least=BEST,
        most=48,
    )
    convolution: int = setting(
        0,
        N_("Convolution before the layers"),
        N_("Counted from the sound; 0 stays with the layer above."),
        least=0,
        most=24,
    )


@dataclass(frozen=True, eq=False)
class LayerView:
    """One layer of a model for one clip; arrays are read-only.

    title       names the layer, translated
    activation  (bands, places, channels); special tokens and padding are left out
    gradient    of the score by each of these numbers
    grid        bands x frames that a map of the layer lies on
    tap         averages the places of a convolution onto frames; None where places are frames
    """

    title: str
    activation: Float32[np.ndarray, "bands places channels"]
    gradient: Float32[np.ndarray, "bands places channels"]
    grid: TokenGrid
    tap: "Tap | None" = None

    def found(self, relevance: Float32[np.ndarray, "bands places"]) -> Found:
        """Hand on one number per place as a map on bands x frames."""
        laid = on_frames(relevance[..., None], self.grid.time, self.tap)[..., 0]
        notes = [_("Made from {layer}.").format(layer=self.title)]
        if not laid.any():
            notes.append(_("Nothing there speaks for it."))
        return on_grid(laid, self.grid.time, self.grid.edges, notes=tuple(notes))


def on_frames(
    values: Float32[np.ndarray, "bands places channels"], time: TimeAxis, tap: "Tap | None"
) -> Float32[np.ndarray, "bands frames channels"]:
    """Average the places of a convolution onto frames; the frames of a layer stay."""
    if tap is None:
        return values
    return tap.average(torch.from_numpy(values.transpose(0, 2, 1).copy()), time.count).numpy()[None]


def unfit(model: LoadedModel, target: Target, settings: AtLayer) -> str:
    """Say why there is no such layer; empty where there is."""
    if settings.convolution:
        count = len(model.family.convolutions(model.module))
        if not count:
            return _("it has no convolutions before its layers.")
        if settings.convolution > count:
            return n_(
                "it has only {count} convolution before its layers.",
                "it has only {count} convolutions before its layers.",
                count,
            ).format(count=count)
    elif settings.layer > model.card.layers:
        return _("its last layer has the number {last}.").format(last=model.card.layers)
    return ""


def view(question: Question, settings: AtLayer, report: Report) -> LayerView:
    """Take the activation and the gradient of a layer in one pass forward and one back.

    Raises MethodError where no gradient reaches the layer, naming the nearest that one does reach.
    """
    with question.model.exclusive():
        return _view(question, settings, report)


def _view(question: Question, settings: AtLayer, report: Report) -> LayerView:
    if settings.convolution:
        return _of_convolution(question, settings.convolution, report)
    grids = _grids(question)
    choices = _promising(question, grids) if settings.layer == BEST else [settings.layer]
    heard, score = recorded(question, min(choices))
    report(Step(1, 2))
    for layer in choices:
        if (gradient := _gradient(question, heard, score, layer, grids[layer])) is not None:
            report(Step(2, 2))
            return _of_layer(question, layer, heard[layer], gradient, grids[layer])
    raise _unreached(question, choices[0], grids)


def last_layer(question: Question) -> tuple[Float32[np.ndarray, "bands frames channels"], TokenGrid, float]:
    """Take the activation of the last layer, its grid, and the score, without a gradient."""
    last = question.model.card.layers
    heard, score = recorded(question, None)
    grid = _grids(question)[last]
    return _placed(question, heard[last], grid, last), grid, float(score)


def recorded(question: Question, first: int | None) -> tuple[dict[int, Tensor], Tensor]:
    """Run the model once and keep the layers by number, 0 (input of the first block) to the last, and the score.

    Gradients lead from the score back to layer ``first`` and no further; None: nowhere. The tensors are the very ones
    that the model went on with, in its own order. Leaves no hook behind.
    """
    heard: dict[int, Tensor] = {}

    def keep(layer: int, values: Any) -> None:
        heard[layer] = values = values[0] if isinstance(values, tuple) else values
        if layer == first and not values.requires_grad:
            values.requires_grad_(True)

    def enter(_part: object, arguments: tuple[Any, ...], named: dict[str, Any]) -> None:
        keep(0, arguments[0] if arguments else named["hidden_states"])

    def leave(_part: object, _arguments: object, output: Any, layer: int) -> None:
        keep(layer, output)

    blocks = blocks_of(question.model.family, question.module)
    hooks: list[Any] = [blocks[0].register_forward_pre_hook(enter, with_kwargs=True)]
    try:
        for layer, block in enumerate(blocks, start=1):
            hooks.append(block.register_forward_hook(partial(leave, layer=layer)))
        with torch.set_grad_enabled(first is not None):
            score = question.score(question.values.detach())[0]
    finally:
        for hook in hooks:
            hook.remove()
    return heard, score


def gradients(score: Tensor, values: Sequence[Tensor]) -> list[Tensor | None]:
    """Lead the score back to several tensors; None for each that it does not depend on."""
    if not score.requires_grad:
        return [None] * len(values)
    return list(torch.autograd.grad(score, list(values), retain_graph=True, allow_unused=True))


def _promising(question: Question, grids: Sequence[TokenGrid]) -> list[int]:
    """List layers to try, best first: of attention the last; else the middle one that still tells frequencies apart.

    Late convolutions see so much of the sound that their places no longer say where something was.
    """
    last = question.model.card.layers
    if question.model.family.attends:
        return list(range(last, -1, -1))
    maps = [layer for layer, grid in enumerate(grids) if grid.bands > 1]
    return [maps[(len(maps) - 1) // 2] if maps else last // 2]


def _grids(question: Question) -> tuple[TokenGrid, ...]:
    return question.model.family.grids(question.module, question.model.extractor, question.samples.size)


def _gradient(
    question: Question, heard: dict[int, Tensor], score: Tensor, layer: int, grid: TokenGrid
) -> Float32[np.ndarray, "bands frames channels"] | None:
    """Lead the score back to a layer; None where nothing of it arrives at any place of the clip."""
    (gradient,) = gradients(score, [heard[layer]])
    placed = None if gradient is None else _placed(question, gradient, grid, layer)
    return placed if placed is not None and placed.any() else None


def _placed(
    question: Question, values: Tensor, grid: TokenGrid, layer: int
) -> Float32[np.ndarray, "bands frames channels"]:
    return grid.place(frozen(question.model.family.arrange(question.module, values, layer)[0]))


def _of_layer(
    question: Question,
    layer: int,
    values: Tensor,
    gradient: Float32[np.ndarray, "bands frames channels"],
    grid: TokenGrid,
) -> LayerView:
    title = _("layer {layer} of {last}").format(layer=layer, last=question.model.card.layers)
    return LayerView(title, _placed(question, values, grid, layer), gradient, grid)


def _of_convolution(question: Question, number: int, report: Report) -> LayerView:
    taps = question.model.family.convolutions(question.module)
    tap, heard = taps[number - 1], []

    def keep(_part: object, _arguments: object, output: Tensor) -> None:
        heard.append(output.requires_grad_(True))

    hook = tap.module.register_forward_hook(keep)
    try:
        with torch.enable_grad():
            score = question.score(question.values.detach())[0]
    finally:
        hook.remove()
    report(Step(1, 2))
    (gradient,) = gradients(score, heard)
    report(Step(2, 2))
    title = _("convolution {number} of {count} before the layers").format(number=number, count=len(taps))
    time = _grids(question)[0].time
    if gradient is None or not gradient.any():
        raise MethodError(
            _("What the model says does not depend on {layer}, so there is no map to draw.").format(layer=title),
            hint=_("Choose another layer."),
        )
    laid = [frozen(values[0]).T[None] for values in (heard[0], gradient)]
    return LayerView(title, laid[0], laid[1], TokenGrid(time), tap)


def _unreached(question: Question, layer: int, grids: Sequence[TokenGrid]) -> MethodError:
    """Say that no gradient reaches the places of a layer, and which layer is the nearest that one does reach."""
    heard, score = recorded(question, 0)
    reached = [other for other in heard if _gradient(question, heard, score, other, grids[other]) is not None]
    nearest = min(reached, key=lambda other: abs(other - layer), default=None)
    return MethodError(
        _("No gradient reaches the moments of the sound in layer {layer}, so there is no map to draw.").format(
            layer=layer
        ),
        hint=_("The model reads its answer elsewhere from here on. Choose another method.")
        if nearest is None
        else _("The model reads its answer elsewhere from here on. The nearest layer that works is {nearest}.").format(
            nearest=nearest
        ),
    )


def averaged_end(module: nn.Module) -> nn.Linear | None:
    """Return the one linear layer after a global average, where a network ends in these two and nothing else."""
    base = getattr(module, getattr(module, "base_model_prefix", ""), None)
    outside = [part for part in module.children() if part is not base]
    leaves = [leaf for part in outside for leaf in part.modules() if next(leaf.children(), None) is None]
    kinds = (nn.AdaptiveAvgPool1d, nn.AdaptiveAvgPool2d)
    averages = [leaf for leaf in leaves if isinstance(leaf, kinds) and leaf.output_size in (1, (1,), (1, 1))]
    learned = [leaf for leaf in leaves if next(leaf.parameters(), None) is not None]
    if len(averages) == 1 and len(learned) == 1 and isinstance(learned[0], nn.Linear):
        return learned[0]
    return None
