"""What a copy leans on while it learns: where a sound speaks for the answer that the copy would give."""

from typing import Any

import numpy as np
import torch
from jaxtyping import Float32, Float64
from scipy.ndimage import uniform_filter

from core.errors import MethodError
from core.finetuning.augmentation import Leaning
from core.finetuning.pupil import Pupil
from core.text import _
from core.timeline import TimeAxis

COLUMN = 0.01  # seconds
SMOOTH = (5, 5)  # bands and columns over which relevance is averaged: single cells are noise


def leaning(pupil: Pupil, samples: Float32[np.ndarray, " time"]) -> Leaning:
    """Multiply the input by the gradient of the strongest class, in evaluation mode; the copy is left as it was.

    Raises MethodError for a model whose input holds a clip several times over.
    """
    module: Any = pupil.module
    extractor, config = pupil.extractor, module.base.config
    if pupil.family.plane is None:
        raise MethodError(
            _("What this model leans on has no one place in a sound: it hears each sound several times over."),
            hint=_("Leave out guided erasing, or let it mask a fixed band of frequencies."),
        )
    plane = pupil.family.plane(extractor, config, samples.size)
    device = next(module.parameters()).device
    inputs = {name: part.to(device) for name, part in pupil.family.encode(extractor, samples).items()}
    was_training = module.training
    module.eval()
    try:
        with torch.enable_grad():
            values = inputs[plane.name].detach().clone().requires_grad_(True)
            strongest = module(**{**inputs, plane.name: values}).logits.float().max()
            (gradient,) = torch.autograd.grad(strongest, values)
    finally:
        module.train(was_training)
    laid = plane.place(gradient * values.detach())[0].double().cpu().numpy()
    return _smooth(laid, plane.time, plane.edges)


def _smooth(laid: Float64[np.ndarray, "bands columns"], time: TimeAxis, edges: tuple[float, ...]) -> Leaning:
    stride = max(1, round(COLUMN / time.step))
    count = -(-laid.shape[1] // stride)
    padded = np.pad(laid, ((0, 0), (0, count * stride - laid.shape[1])))
    cells = padded.reshape(len(laid), count, stride).sum(2)
    axis = TimeAxis(time.start + (stride - 1) / 2 * time.step, stride * time.step, time.field, count)
    return Leaning(uniform_filter(cells, (min(SMOOTH[0], len(cells)), SMOOTH[1]), mode="nearest"), axis, edges)
