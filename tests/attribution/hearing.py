"""A model whose score is a formula of what is left of each piece of the sound, so that answers can be worked out."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import torch

from core.attribution.question import Question, asked
from core.attribution.target import Target
from core.clip import Clip
from core.input_plane import waveform
from core.loading import LoadedModel
from core.model_spec import ModelCard, ModelSpec
from core.segments import Segment
from models import FAMILIES

RATE = 16_000
Formula = Callable[[torch.Tensor], torch.Tensor]
"""How much of each piece is left, 0 to 1, (batch, pieces) -> score (batch,)."""


class Counting(torch.nn.Module):
    """Hear how much of each piece of a constant sound is left; class 1 has the score, class 0 has none."""

    def __init__(self, pieces: int, formula: Formula) -> None:
        super().__init__()
        self.pieces, self.formula = pieces, formula
        self.config = SimpleNamespace()
        self.weight = torch.nn.Parameter(torch.ones(1), requires_grad=False)

    def forward(self, input_values: torch.Tensor) -> SimpleNamespace:
        """Look at the middle of each piece, which no fade reaches."""
        size = input_values.shape[-1] // self.pieces
        left = input_values.unflatten(-1, (self.pieces, size))[..., size // 2]
        score = self.formula(left.double() * self.weight.double())
        return SimpleNamespace(logits=torch.stack([torch.zeros_like(score), score], -1))


def counting(pieces: int, formula: Formula) -> LoadedModel:
    """Build a classifier of two classes out of a formula."""
    family = replace(
        FAMILIES["wav2vec2"],
        encode=lambda extractor, samples: {"input_values": torch.from_numpy(np.array(samples))[None]},
        plane=lambda extractor, config, samples: waveform(RATE, samples),
        fewest=lambda extractor, config: 1,
    )
    card = ModelCard("formula", "", 0, 0, 0, 0, RATE, labels=("no", "yes"), classifies=True)
    return LoadedModel(ModelSpec("folder", "formula"), family, Counting(pieces, formula).eval(), None, card)


@contextmanager
def counted(pieces: int, formula: Formula) -> Iterator[Question]:
    """Ask about a constant sound of pieces of 0.1 s."""
    clip = Clip.of("constant", np.ones(round(0.1 * RATE) * pieces), RATE)
    segments = tuple(Segment(str(at), at / 10, (at + 1) / 10, 10 * at, 10 * at + 10) for at in range(pieces))
    with asked(counting(pieces, formula), clip, Target(1), segments) as question:
        yield question
