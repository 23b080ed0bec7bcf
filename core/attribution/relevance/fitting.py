"""Find out whether every part of a network has a rule, by letting a short sound through it once."""

import weakref
from collections.abc import Callable
from functools import lru_cache

import numpy as np
import torch

from core.attribution.relevance.backward import Relevance
from core.loading import LoadedModel
from core.text import _

LOUDNESS = 0.05
SHOWN = 3  # parts that are named


def unknown_parts(model: LoadedModel, way: Callable[[], Relevance]) -> str:
    """Say in a translated sentence which parts of a network have no rule; nothing where all have one."""
    if model.family.plane is None or not (model.card.speaks or model.card.classifies):
        return ""
    strangers = _strangers(weakref.ref(model), way)
    if not strangers:
        return ""
    named = ", ".join(strangers[:SHOWN])
    return _("nobody has told it how to come back through some of its parts ({parts}).").format(parts=named)


@lru_cache(maxsize=64)
def _strangers(reference: "weakref.ref[LoadedModel]", way: Callable[[], Relevance]) -> tuple[str, ...]:
    """Ask once for each model; it is not kept alive by that."""
    model = reference()
    if model is None or (plane := model.family.plane) is None:
        return ()
    family, extractor = model.family, model.extractor
    with model.exclusive() as module:
        fewest = family.fewest(extractor, module.config)
        sound = np.random.default_rng(0).normal(0, LOUDNESS, fewest).astype(np.float32)
        inputs = model.placed(family.encode(extractor, sound))
        name = plane(extractor, module.config, fewest).name
        with torch.enable_grad(), family.around(module), way() as passed:
            module(**{**inputs, name: inputs[name].requires_grad_(True)}, **family.call)
    return tuple(sorted(passed.strangers))
