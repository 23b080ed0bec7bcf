"""The loss of connectionist temporal classification (Graves et al. 2006), per character of the transcripts."""

from collections.abc import Sequence

import torch
from jaxtyping import Float, Int
from torch import Tensor


def ctc_loss(
    scores: Float[Tensor, "batch frames symbols"], counts: Int[Tensor, " batch"], targets: Sequence[Sequence[int]]
) -> Float[Tensor, ""]:
    """Return minus the log of the chance of each transcript, over its characters, averaged over the batch.

    Class 0 is the blank. A transcript that is longer than the frames can hold counts nothing.
    """
    device = scores.device
    lengths = torch.tensor([len(target) for target in targets], device=device)
    classes = torch.tensor([place for target in targets for place in target], dtype=torch.long, device=device)
    chances = scores.float().log_softmax(-1).transpose(0, 1)
    losses = torch.nn.functional.ctc_loss(
        chances, classes, counts.to(device), lengths, blank=0, reduction="none", zero_infinity=True
    )
    return (losses / lengths.clamp_min(1)).mean()
