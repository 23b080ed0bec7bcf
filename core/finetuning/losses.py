"""What is made small while learning: cross-entropy, with class weights, label smoothing or focus on hard sounds."""

from collections.abc import Callable, Sequence

import torch
from jaxtyping import Float
from torch import Tensor

from core.finetuning.settings import FineTuneSettings

Loss = Callable[[Tensor, Tensor], Tensor]


def balance(targets: Sequence[int], classes: int) -> Float[Tensor, " classes"]:
    """Weigh classes so that each counts the same in sum, and a sound counts 1 on average."""
    counts = torch.bincount(torch.tensor(list(targets)), minlength=classes)
    return counts.sum() / ((counts > 0).sum() * counts.clamp_min(1))


def loss_of(settings: FineTuneSettings, weights: Float[Tensor, " classes"] | None = None, plain: bool = False) -> Loss:
    """Build the loss: (logits (batch, classes), targets (batch, classes) that sum to one) -> mean over the batch.

    plain  without smoothing and focus, as it is measured on the sounds for stopping

    Focal loss after Lin et al. 2017, label smoothing after Szegedy et al. 2016.
    """
    smoothing, focal = (0.0, 0.0) if plain else (settings.smoothing, settings.focal)

    def loss(logits: Float[Tensor, "batch classes"], targets: Float[Tensor, "batch classes"]) -> Float[Tensor, ""]:
        logs = logits.float().log_softmax(1)
        smooth = targets * (1 - smoothing) + smoothing / targets.shape[1]
        parts = -smooth * logs
        if focal:
            parts = parts * (1 - logs.exp()).clamp_min(1e-6) ** focal
        each = parts.sum(1)
        if weights is not None:
            each = each * (targets @ weights.to(targets))
        return each.mean()

    return loss
