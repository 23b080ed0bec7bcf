"""Networks whose reasons are known because they were written down, not learned; and methods that know nothing."""

from collections.abc import Callable
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import numpy as np
import torch
from torch import Tensor, nn

from core.attribution.method import Found, Method, Passes, on_input
from core.attribution.question import Question
from core.attribution.target import Target
from core.clip import Clip
from core.loading import LoadedModel
from core.model_spec import ModelCard, ModelSpec
from core.progress import Report, Step
from models import FAMILIES

RATE, SECONDS = 16_000, 1.0
FAMILY = FAMILIES["log-mel-cnn"]
YES = Target(1)
BURSTS = ((0.15, 0.25), (0.45, 0.6))  # seconds of the two bursts of tone
LOW_HZ, HIGH_HZ = 950.0, 1050.0  # the tones lie between
BOX_HZ = (800.0, 1250.0)  # the bands that are watched


class Known(nn.Module):
    """Two classes; the score of the second is what ``rule`` says of log-mel (batch, columns, bands), times a weight."""

    def __init__(self, rule: Callable[[Tensor, Tensor], Tensor], weight: Tensor) -> None:
        super().__init__()
        self.config = SimpleNamespace(_attn_implementation="eager")
        self.weight = nn.Parameter(weight, requires_grad=False)
        self.rule = rule

    def forward(self, input_features: Tensor, attention_mask: Tensor | None = None, **_more: Any) -> Any:
        """Score both classes."""
        score = self.rule(input_features, self.weight)
        return SimpleNamespace(logits=torch.stack([torch.zeros_like(score), score], dim=1))


def model_of(module: nn.Module, heads: int = 0) -> LoadedModel:
    """Wrap a network as if it had been loaded."""
    extractor = FAMILY.plain_extractor(SimpleNamespace(num_mel_bins=64))
    card = ModelCard(
        "known", "known", 1, heads, 1, 1, RATE, labels=("no", "yes"), classifies=True, attends=False, longest=10.0
    )
    return LoadedModel(ModelSpec("folder", "known"), FAMILY, module, extractor, card)


def bursts(seconds: float = SECONDS, seed: int = 0) -> Clip:
    """Make faint noise with two bursts of a tone of 1 kHz."""
    count = round(seconds * RATE)
    samples = np.random.default_rng(seed).normal(0, 0.003, count)
    time = np.arange(count) / RATE
    for start, end in BURSTS:
        samples += 0.2 * np.sin(2 * np.pi * 1000 * time) * ((time >= start) & (time < end))
    return Clip.of("bursts", samples, RATE)


def boxes() -> Tensor:
    """Mark the cells of the input that hold each burst: (2, columns, bands)."""
    model = model_of(nn.Identity())
    plane = FAMILY.plane(model.extractor, None, round(SECONDS * RATE))
    centres, edges = plane.time.centres(), np.array(plane.edges)
    middles = (edges[:-1] + edges[1:]) / 2
    bands = (middles >= BOX_HZ[0]) & (middles < BOX_HZ[1])
    return torch.stack(
        [torch.from_numpy(np.outer((centres >= start) & (centres < end), bands)).float() for start, end in BURSTS]
    )


def levels(values: Tensor, weight: Tensor) -> Tensor:
    """Mean level of each burst's cells, (bursts, batch), weighed by ``weight`` (bursts, columns, bands)."""
    return torch.stack([(values * part).sum((1, 2)) / part.sum() for part in weight])


def linear(strength: float = 6.0) -> LoadedModel:
    """Say yes in proportion to the level of both bursts: every method that is right gives their cells, and no other."""
    level = _halfway()
    return model_of(Known(lambda values, weight: strength * (levels(values, weight).mean(0) - level), boxes()))


def both(strength: float = 6.0) -> LoadedModel:
    """Say yes where both bursts are there."""
    level = _halfway()
    return model_of(Known(lambda values, weight: strength * (levels(values, weight).amin(0) - level), boxes()))


def either(strength: float = 6.0) -> LoadedModel:
    """Say yes where one of the bursts is there."""
    level = _halfway()
    return model_of(Known(lambda values, weight: strength * (levels(values, weight).amax(0) - level), boxes()))


def deaf() -> LoadedModel:
    """Say yes whatever there is to hear."""
    return model_of(Known(lambda values, weight: 2.0 + 0.0 * values.sum((1, 2)), boxes()))


def _halfway() -> float:
    """Level between that of the bursts and that of the noise."""
    model, clip = model_of(nn.Identity()), bursts()
    values = FAMILY.encode(model.extractor, clip.samples)["input_features"]
    there = float(levels(values, boxes()).mean())
    return (there + float(values.median())) / 2


@dataclass(frozen=True)
class Settings:
    """Which chance."""

    seed: int = field(default=0)


def _method(name: str, signed: bool, compute: Callable[[Question, Any, Report], Found]) -> Method:
    return Method(
        name,
        name,
        f"{name}.",
        "gradients",
        99,
        Settings,
        signed,
        compute,
        "none 2000",
        lambda *_what: Passes(forward=1),
    )


def _chance(question: Question, settings: Settings, report: Report) -> Found:
    report(Step(1, 1))
    return on_input(
        question, torch.randn(question.values.shape, generator=torch.Generator().manual_seed(settings.seed))
    )


def _energy(question: Question, settings: Settings, report: Report) -> Found:
    report(Step(1, 1))
    return on_input(question, question.values - question.values.min())


def _truth(question: Question, settings: Settings, report: Report) -> Found:
    report(Step(1, 1))
    return on_input(question, boxes().sum(0)[None] * (question.values - question.values.min()))


CHANCE = _method("chance", True, _chance)
ENERGY = _method("energy", True, _energy)
TRUTH = _method("truth", True, _truth)
