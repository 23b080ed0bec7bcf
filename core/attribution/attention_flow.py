"""Follow attention from where a model reads its answer back to the sound, token by token."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
import torch
from jaxtyping import Float, Float32
from torch import Tensor

from core.attribution.layer_maps import gradients, recorded
from core.attribution.method import Found, on_grid
from core.attribution.question import Question
from core.attribution.target import Target
from core.errors import MethodError
from core.grid import TokenGrid
from core.loading import LoadedModel
from core.text import _
from core.trace import frozen


def unfit(model: LoadedModel, target: Target, settings: object) -> str:
    """Say that a model has no attention to follow; empty where it has."""
    return "" if model.family.attends else _("it has no attention.")


@contextmanager
def attending(question: Question, keep: Callable[[Tensor], None]) -> Iterator[None]:
    """Hand the attention of every block, (1, heads, tokens, tokens), to ``keep`` while the model runs; no hook stays.

    Special tokens and padding are in it: the answer may be read off the one and take in the other.
    """

    def hear(_part: object, _arguments: object, output: tuple[Any, ...]) -> None:
        if output[1] is None:
            raise MethodError(
                _("{name} returned no attention.").format(name=question.model.card.title),
                hint=_("Choose another method."),
            )
        keep(output[1])

    hooks: list[Any] = []
    try:
        hooks.extend(part.register_forward_hook(hear) for part in question.model.family.attention(question.module))
        yield
    finally:
        for hook in hooks:
            hook.remove()


def on_the_way(weights: Tensor) -> Tensor:
    """Return what the model went on with, where it hands out only another shape of it (WavLM)."""
    whole = weights._base
    return weights if whole is None or whole.numel() != weights.numel() else whole


def read(question: Question, score: Tensor, heard: Mapping[int, Tensor]) -> tuple[int, Float32[np.ndarray, " tokens"]]:
    """Name the last layer that the score is read from, and share 1 out among the tokens of it that are read.

    They are found by the gradient: [CLS] and the distillation token of an Audio Spectrogram Transformer, the frames of
    a written symbol, every frame where a classifier averages. What a head reads from earlier layers as well is left
    out. Raises MethodError where nothing is read after the first block.
    """
    for layer in sorted(heard, reverse=True)[:-1]:
        (gradient,) = gradients(score, [heard[layer]])
        if gradient is not None and gradient.any():
            reached = frozen(gradient[0]).any(-1)
            return layer, (reached / reached.sum()).astype(np.float32)
    raise MethodError(
        _("What the model says does not depend on any layer after its first, so its attention leads nowhere."),
        hint=_("Choose another method."),
    )


def placed(question: Question, relevance: Float[np.ndarray, " tokens"], notes: Sequence[str] = ()) -> Found:
    """Lay one number per token on bands x frames; special tokens and padding are left out."""
    grid = grid_of(question)
    laid = grid.place(relevance.astype(np.float32)[:, None])[..., 0]
    return on_grid(laid, grid.time, grid.edges, notes=tuple(notes))


def grid_of(question: Question) -> TokenGrid:
    """Say where the tokens lie that the first block looks at."""
    return question.model.family.grids(question.module, question.model.extractor, question.samples.size)[0]


def followed(question: Question, keep: Callable[[Tensor], None]) -> tuple[dict[int, Tensor], Tensor]:
    """Run the model, hand its attention to ``keep``, and return its layers and the score; gradients lead back."""
    with attending(question, keep):
        return recorded(question, 0)


def heads_averaged(values: Tensor) -> Float32[np.ndarray, "one tokens tokens"]:
    """Average the heads and let go of the rest."""
    with torch.no_grad():
        return frozen(values.float().mean(1))
