"""Learn from slightly changed sounds made to mislead the model (Goodfellow et al. 2015)."""

from collections.abc import Callable, Mapping

import torch
from jaxtyping import Float
from torch import Tensor

from core.finetuning.headed import COUNTS

INPUTS = ("input_features", "input_values")  # what transformers calls the sound that goes into a model
Loss = Callable[[Mapping[str, Tensor]], Tensor]


def worst_case(loss: Loss, inputs: Mapping[str, Tensor], size: float) -> dict[str, Tensor]:
    """Change every number of the sound by as much as allowed, each the way in which the loss rises.

    size  the change, relative to the root mean square of each clip around its mean

    One step along the sign of the gradient (FGSM). Padding of waveforms stays silent. Gradients of the model's own
    parameters are left as they are.
    """
    name = next(name for name in INPUTS if name in inputs)
    sound = inputs[name].detach().clone().requires_grad_(True)
    with torch.enable_grad():
        (slope,) = torch.autograd.grad(loss({**inputs, name: sound}), sound)
    real = _real(inputs, sound)
    change = size * _strength(sound.detach(), real) * slope.sign()
    return {**inputs, name: sound.detach() + change.masked_fill(~real, 0.0)}


def _real(inputs: Mapping[str, Tensor], sound: Tensor) -> Tensor:
    """Tell which numbers are sound: of waveforms those before the padding, of spectrograms all."""
    if sound.dim() != 2 or COUNTS not in inputs:
        return torch.ones_like(sound, dtype=torch.bool)
    place: Tensor = torch.arange(sound.shape[1], device=sound.device)
    return place < inputs[COUNTS].to(sound.device)[:, None]


def _strength(sound: Tensor, real: Tensor) -> Tensor:
    """Root mean square of each clip around its mean, in the shape (batch, 1, ...)."""
    rest = tuple(range(1, sound.dim()))
    count = real.sum(rest, keepdim=True)
    mean = (sound * real).sum(rest, keepdim=True) / count
    return (((sound - mean) * real).square().sum(rest, keepdim=True) / count).sqrt()


def robust_loss(clean: Tensor, loss: Loss, inputs: Mapping[str, Tensor], size: float) -> Float[Tensor, ""]:
    """Average the loss of the sounds, ``clean``, and that of the same sounds changed for the worst."""
    return 0.5 * (clean + loss(worst_case(loss, inputs, size)))
