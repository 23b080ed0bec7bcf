"""Fit the head before the encoder learns: else the first steps pull the encoder towards a head that knows nothing."""

from collections.abc import Callable

import torch
from jaxtyping import Float, Int
from torch import Tensor

from core.finetuning.heads.layer_weighted import LayerWeightedHead
from core.finetuning.schedule import factor

EPOCHS, BATCH, RATE, WARM_UP, DECAY = 5, 16, 1e-2, 0.1, 0.01  # as the linear strategy learns


def first_fit(
    head: LayerWeightedHead,
    pooled: Float[Tensor, "clips layers width"],
    targets: Int[Tensor, " clips"],
    loss: Callable[[Tensor, Tensor], Tensor],
    chance: torch.Generator,
) -> None:
    """Teach the head alone for a few epochs on averages over time.

    loss  (logits, targets (batch, classes) that sum to one) -> mean over the batch

    Kumar et al. 2022, "Fine-Tuning can Distort Pretrained Features": linear probing, then fine-tuning.
    """
    parts = [part for part in head.parameters() if part.requires_grad]
    optimizer = torch.optim.AdamW(parts, RATE, weight_decay=DECAY)
    answers = torch.nn.functional.one_hot(targets, head.classifier.out_features).float().to(pooled.device)
    steps = EPOCHS * -(-len(pooled) // BATCH)
    head.train()
    done = 0
    for _epoch in range(EPOCHS):
        for places in torch.randperm(len(pooled), generator=chance).split(BATCH):
            done += 1
            optimizer.param_groups[0]["lr"] = RATE * factor(done / steps, WARM_UP)
            optimizer.zero_grad()
            loss(head.from_pooled(pooled[places]), answers[places]).backward()
            optimizer.step()
    head.eval()
