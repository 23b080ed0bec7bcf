"""Gradient-weighted attention: attention that would raise the score, followed through all layers."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32
from torch import Tensor

from core.attribution.attention_flow import followed, heads_averaged, on_the_way, placed, read, unfit
from core.attribution.layer_maps import gradients
from core.attribution.method import Found, Method
from core.attribution.question import Question
from core.errors import MethodError
from core.progress import Report, Step
from core.text import N_, _


@dataclass(frozen=True)
class Settings:
    """There is nothing to set."""


def compute(question: Question, settings: Settings, report: Report) -> Found:
    """R <- R + mean over heads of max(0, gradient x attention) R, block by block, read where the answer is read.

    The identity that R begins with is taken off again: it says only that every token comes from itself. Rows are
    followed from the answer down, which gives the same without multiplying matrices.
    """
    weights: list[Tensor] = []
    heard, score = followed(question, lambda heads: weights.append(on_the_way(heads)))
    report(Step(1, 2))
    _last, reads = read(question, score, heard)
    found = led_back(reads, _helpful(weights, gradients(score, weights)))
    report(Step(2, 2))
    if not found.any():
        raise MethodError(
            _("No attention of this model would raise the score if there were more of it."),
            hint=_("Choose another method."),
        )
    return placed(question, found)


def _helpful(weights: list[Tensor], found: list[Tensor | None]) -> Iterator[Float32[np.ndarray, "tokens tokens"]]:
    """Mean over heads of max(0, gradient x attention), the last block first; lets go of each block once it is done."""
    while weights:
        attention, gradient = weights.pop(), found.pop()
        if gradient is not None:
            helpful = (gradient * attention.detach()).clamp_min(0)
            yield heads_averaged(helpful.unflatten(0, (1, -1)) if helpful.ndim == 3 else helpful)[0]


def led_back(
    reads: Float32[np.ndarray, " tokens"], layers: Iterable[Float32[np.ndarray, "tokens tokens"]]
) -> Float32[np.ndarray, " tokens"]:
    """Lead what is read back through layers, the last first: each keeps what there is and adds what attention took."""
    added = np.zeros_like(reads)  # kept apart from what is read, beside which it would be rounded away
    for layer in layers:
        added = added + (reads + added) @ layer
    return added


METHOD = Method(
    name="gradient-weighted-attention",
    title=N_("Gradient-weighted attention"),
    summary=N_("Follows, through all layers, the attention that would raise the score if there were more of it."),
    kind="attention",
    rank=60,
    settings=Settings,
    signed=False,
    compute=compute,
    unfit=unfit,
    source="Chefer et al. 2021",
    caution=N_(
        "Attention is not an explanation. It shows from where something was taken, weighed by the answer, but not what "
        "was taken nor what the rest of each layer did with it."
    ),
)
