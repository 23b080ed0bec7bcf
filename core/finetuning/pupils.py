"""Make the copy that is taught: the bare encoder of a loaded model, a new head, and what a strategy attaches."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import replace
from typing import Any

import torch
from torch import nn

from core.family import Family, transformers_class
from core.finetuning.headed import Call, Headed, counting
from core.finetuning.heads.layer_weighted import LayerWeightedHead
from core.finetuning.pupil import Pupil
from core.finetuning.settings import FineTuneSettings
from core.finetuning.strategies import strategies
from core.loading import LoadedModel


def copy(model: LoadedModel, labels: Sequence[str], settings: FineTuneSettings) -> Pupil:
    """Copy the encoder of a model and put a new head on it, with the parts of the strategy attached.

    The shared model is only read. New parts are random by the seed of the settings alone.
    """
    with model.exclusive() as module:
        base = deepcopy(bare(model.family, module))
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(settings.seed)
        pupil = assemble(
            model.family, model.extractor, base, labels, settings.strategy, dict(settings.options), settings.dropout
        )
    pupil.precision = settings.precision
    return pupil


def assemble(
    family: Family,
    extractor: Any,
    base: nn.Module,
    labels: Sequence[str],
    strategy: str,
    options: Mapping[str, Any],
    dropout: float = 0.0,
) -> Pupil:
    """Build a pupil on an encoder that nobody else has; the same arguments always give the same parts.

    What ``copy`` did can be repeated from ``Pupil.parts``: assemble(family, extractor, base, labels, **pupil.parts).
    """
    base = base.float().requires_grad_(False).eval()
    attend(base, "sdpa")
    hear_all(base)
    name_classes(base.config, labels)
    call = Call(family, extractor)
    head = head_for(call, base, len(labels), dropout)
    module = Headed(base, head.to(next(base.parameters()).device), call).eval()
    parts = {"strategy": strategy, "options": dict(options), "dropout": dropout}
    pupil = Pupil(counting(family), extractor, module, tuple(labels), parts)
    chosen = strategies()[strategy]
    chosen.attach(pupil, chosen.chosen(options))
    pupil.module.eval()
    return pupil


def bare(family: Family, module: nn.Module) -> nn.Module:
    """Find the encoder without its head inside a module."""
    kind = transformers_class(family.bare)
    return next(part for part in module.modules() if isinstance(part, kind))


def head_for(call: Call, base: nn.Module, classes: int, dropout: float, last_only: bool = False) -> LayerWeightedHead:
    """Build a head that reads every layer laid out like the last one, or the last one only."""
    grids = call.family.grids(base, call.extractor, call.family.fewest(call.extractor, base.config))
    width = call.family.shape(base.config).width
    widths = call.family.widths(base.config) if call.family.widths else (width,) * len(grids)
    # how much sound each frame sees may differ
    places = [
        (replace(grid, time=replace(grid.time, field=0.0)), wide) for grid, wide in zip(grids, widths, strict=True)
    ]
    first = next(layer for layer in range(len(grids)) if all(place == places[-1] for place in places[layer:]))
    first = len(grids) - 1 if last_only else first
    return LayerWeightedHead(len(grids) - first, width, classes, dropout, first)


def hear_all(base: Any) -> None:
    """Switch off what leaves out layers or stretches of sound while learning; augmentation is a choice of its own."""
    for part in base.modules():
        if hasattr(part, "layerdrop"):
            part.layerdrop = 0.0
        if hasattr(part, "_requires_grad"):
            # transformers would follow gradients through frozen convolutions down to the waveform, for nothing
            part._requires_grad = False
    for name, value in (("layerdrop", 0.0), ("encoder_layerdrop", 0.0), ("apply_spec_augment", False)):
        if hasattr(base.config, name):
            setattr(base.config, name, value)


def name_classes(config: Any, labels: Sequence[str]) -> None:
    """Write the classes where transformers looks for them."""
    config.id2label = dict(enumerate(labels))
    config.label2id = {label: number for number, label in enumerate(labels)}


def attend(base: Any, implementation: str) -> None:
    """Choose how attention is computed: "sdpa" is fast, "eager" tells its weights; left as it is where not offered."""
    if implementation == "eager" or getattr(base, "_supports_sdpa", False):
        base.set_attn_implementation(implementation)


@contextmanager
def shown(pupil: Pupil, model: LoadedModel) -> Iterator[LoadedModel]:
    """Lend a pupil as a loaded model that can be traced like any other; ``model`` is what it was copied from."""
    module: Any = pupil.module
    card = replace(model.card, labels=pupil.labels, classifies=True, speaks=False, symbols=(), blank=-1)
    was_training = module.training
    attend(module.base, "eager")
    module.eval()
    try:
        yield LoadedModel(model.spec, pupil.family, module, pupil.extractor, card)
    finally:
        attend(module.base, "sdpa")
        module.train(was_training)
