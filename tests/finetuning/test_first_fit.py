"""The head is fitted before the encoder learns, on averages that the untouched encoder gives."""

import torch

from core.finetuning.heads.first_fit import first_fit
from core.finetuning.heads.layer_weighted import LayerWeightedHead
from core.finetuning.losses import loss_of
from core.finetuning.settings import FineTuneSettings

CENTRES = torch.tensor([[2.0, 0.0], [-2.0, 0.0], [0.0, 2.0]])


def clusters(seed: int) -> tuple[torch.Tensor, torch.Tensor]:
    """Three classes around three places, in both of two layers: (60, 2, 2)."""
    chance = torch.Generator().manual_seed(seed)
    targets = torch.arange(60) % 3
    return CENTRES[targets][:, None] + 0.3 * torch.randn(60, 2, 2, generator=chance), targets


def fitted(seed: int = 0) -> LayerWeightedHead:
    head = LayerWeightedHead(2, 2, 3, dropout=0.0)
    pooled, targets = clusters(0)
    head.measure(pooled, targets)
    first_fit(head, pooled, targets, loss_of(FineTuneSettings()), torch.Generator().manual_seed(seed))
    return head


def test_a_fitted_head_knows_the_classes_that_an_untaught_one_guesses() -> None:
    (pooled, targets), head = clusters(1), fitted()
    with torch.no_grad():
        untaught = LayerWeightedHead(2, 2, 3).eval().from_pooled(pooled).softmax(1)
        sure = head.from_pooled(pooled).softmax(1)
    torch.testing.assert_close(untaught, torch.full((60, 3), 1 / 3))
    assert (sure.argmax(1) == targets).float().mean() > 0.95
    assert sure[torch.arange(60), targets].mean() > 0.36  # twenty steps only, in two dimensions


def test_the_same_seed_fits_the_same_head() -> None:
    first, second, other = (fitted(seed).classifier.weight for seed in (0, 0, 1))
    assert torch.equal(first, second)
    assert not torch.equal(first, other)
