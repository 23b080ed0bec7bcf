"""A linear classifier on a learned mixture of all layers, averaged over time: the head of SUPERB (Yang et al. 2021)."""

from collections.abc import Sequence

import torch
from jaxtyping import Bool, Float, Int
from torch import Tensor, nn

from core.finetuning.heads.layer_start import start

LEAST = 1e-6  # below this a layer or a direction does not vary at all
SHRINKAGE = 1.0  # of the whitening, in units of the mean variance of a direction


class LayerWeightedHead(nn.Module):
    """Mix layers by softmax weights, average over the frames of the clip, classify linearly.

    Every layer is centred and divided by one number, its root mean square over the clips for learning, so that the
    weights of loud and quiet layers can be compared. The mixture is whitened by a fixed matrix, so that few steps are
    enough. Everything is linear: the whole can be written as the classifier of transformers; see ``native_weights``.

    reads    layers that it is given, by their number; all of one width
    centre   (layers, width) mean of every layer over the clips for learning
    size     (layers,) root mean square around that mean
    whiten   (width, width) symmetric, applied to the mixture
    """

    centre: Tensor
    size: Tensor
    whiten: Tensor

    def __init__(self, layers: int, width: int, classes: int, dropout: float = 0.1, first: int = 0) -> None:
        super().__init__()
        self.reads = tuple(range(first, first + layers))
        self.layer_logits = nn.Parameter(torch.zeros(layers))
        self.dropout = nn.Dropout(dropout)
        self.classifier = nn.Linear(width, classes)
        # zero is the one start that favours no class; the problem is convex but for the layer weights
        nn.init.zeros_(self.classifier.weight)
        nn.init.zeros_(self.classifier.bias)
        self.register_buffer("centre", torch.zeros(layers, width))
        self.register_buffer("size", torch.ones(layers))
        self.register_buffer("whiten", torch.eye(width))

    @property
    def weights(self) -> Float[Tensor, " layers"]:
        """Share of each layer it reads; they sum to one."""
        return self.layer_logits.softmax(0)

    @torch.no_grad()
    def measure(
        self,
        pooled: Float[Tensor, "clips layers width"],
        targets: Int[Tensor, " clips"],
        groups: Sequence[str] = (),
    ) -> None:
        """Take size and start from the clips for learning; to be called once, before learning begins.

        The layer weights start where each layer alone would classify held-out groups (or clips) well.
        """
        values = pooled.to(self.centre)
        self.centre.copy_(values.mean(0))
        values = values - self.centre
        self.size.copy_(values.square().mean((0, 2)).sqrt().clamp_min(LEAST))
        values = values / self.size[:, None]
        if len(self.reads) > 1:
            self.layer_logits.copy_(start(values, targets.to(values.device), groups))
        mixed = torch.einsum("nlw,l->nw", values, self.weights)
        variance, directions = torch.linalg.eigh((mixed.T @ mixed / len(mixed)).double())
        scale = (variance.clamp_min(0) + SHRINKAGE * variance.mean()).clamp_min(LEAST).rsqrt()
        self.whiten.copy_(directions @ torch.diag(scale) @ directions.T)

    def forward(
        self, hidden: Sequence[Float[Tensor, "batch frames width"]], mask: Bool[Tensor, "batch frames"] | None = None
    ) -> Float[Tensor, "batch classes"]:
        """Classify from the layers that it reads; ``mask`` tells the frames that count."""
        return self.from_pooled(pool(hidden, mask))

    def from_pooled(self, pooled: Float[Tensor, "batch layers width"]) -> Float[Tensor, "batch classes"]:
        """Classify from layers that are averaged over time already."""
        mixed = torch.einsum("nlw,l->nw", pooled.to(self.centre) - self.centre, self.weights / self.size)
        return self.classifier(self.dropout(mixed @ self.whiten))


def pool(
    hidden: Sequence[Float[Tensor, "batch frames width"]], mask: Bool[Tensor, "batch frames"] | None = None
) -> Float[Tensor, "batch layers width"]:
    """Average every layer over the frames that count, in float32."""
    if mask is None:
        return torch.stack([values.float().mean(1) for values in hidden], 1)
    share = mask.float() / mask.sum(1, keepdim=True).clamp_min(1)
    return torch.stack([torch.einsum("ntw,nt->nw", values.float(), share) for values in hidden], 1)


@torch.no_grad()
def native_weights(head: LayerWeightedHead) -> dict[str, Tensor]:
    """Write the head as ``ForSequenceClassification`` of transformers with ``use_weighted_layer_sum``.

    Exact for a model of which the head reads every layer, and where ``classifier_proj_size`` is the width: layer
    weights that are the shares over the sizes, a projector that does nothing, and a classifier that undoes the rest.
    """
    share = (head.weights / head.size).double()
    matrix = head.classifier.weight.double() @ head.whiten.double()
    offset = matrix @ (share @ head.centre.double())
    width = matrix.shape[1]
    return {
        "layer_weights": share.log().float(),
        "projector.weight": torch.eye(width),
        "projector.bias": torch.zeros(width),
        "classifier.weight": (matrix * share.sum()).float(),
        "classifier.bias": (head.classifier.bias.double() - offset).float(),
    }
