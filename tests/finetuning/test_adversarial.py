"""Sounds changed for the worst: by no more than allowed, and so that the loss rises."""

from collections.abc import Callable, Mapping

import pytest
import torch

from core.finetuning.adversarial import robust_loss, worst_case
from tests.contracts.small_models import ONE_EACH, Pair, Small
from tests.finetuning.teaching import inputs_of, pupil_of

Lend = Callable[[Small], Pair]
SIZE = 0.01
TARGET = torch.tensor([1])


def quadratic(inputs: Mapping[str, torch.Tensor]) -> torch.Tensor:
    return (inputs["input_values"] - 3).square().sum()


def test_every_number_moves_the_way_in_which_the_loss_rises_by_the_share_of_the_strength() -> None:
    sound = torch.tensor([[1.0, -1.0, 1.0, -1.0], [20.0, -20.0, 20.0, -20.0]])
    changed = worst_case(quadratic, {"input_values": sound}, 0.1)["input_values"]
    # strength 1 and 20; the loss rises away from 3
    step = torch.tensor([[-0.1, -0.1, -0.1, -0.1], [2.0, -2.0, 2.0, -2.0]])
    torch.testing.assert_close(changed, sound + step)


def test_padding_stays_silent_and_does_not_count_for_the_strength() -> None:
    sound = torch.tensor([[1.0, -1.0, 0.0, 0.0]])
    changed = worst_case(quadratic, {"input_values": sound, "samples": torch.tensor([2])}, 0.1)["input_values"]
    torch.testing.assert_close(changed, torch.tensor([[0.9, -1.1, 0.0, 0.0]]))


def test_the_loss_is_the_mean_of_both() -> None:
    inputs = {"input_values": torch.tensor([[1.0, -1.0]])}
    clean, worst = 4.0 + 16.0, 2.1**2 + 4.1**2
    assert float(robust_loss(quadratic(inputs), quadratic, inputs, 0.1)) == pytest.approx((clean + worst) / 2, rel=1e-6)


@pytest.mark.parametrize("small", ONE_EACH, ids=str)
def test_the_change_is_bounded_and_raises_the_loss_of_every_family(small: Small, paired: Lend) -> None:
    pair = paired(small)
    pupil = pupil_of(pair.model, "linear")
    inputs = inputs_of(pair, pupil)
    name = next(name for name in inputs if name.startswith("input_"))
    kept = inputs[name].clone()

    def loss(given: Mapping[str, torch.Tensor]) -> torch.Tensor:
        return torch.nn.functional.cross_entropy(pupil.module(**given).logits, TARGET)

    changed = worst_case(loss, inputs, SIZE)
    strength = float((kept - kept.mean()).square().mean().sqrt())
    assert float((changed[name] - kept).abs().max()) <= SIZE * strength * 1.001
    with torch.no_grad():
        assert float(loss(changed)) > float(loss(inputs))
    assert torch.equal(inputs[name], kept)
    assert all(part.grad is None for part in pupil.module.parameters())


def test_what_learns_gets_gradients_from_both_halves(paired: Lend) -> None:
    pair = paired(ONE_EACH[0])
    pupil = pupil_of(pair.model, "linear")
    pupil.module.head.requires_grad_(True)

    def loss(given: Mapping[str, torch.Tensor]) -> torch.Tensor:
        return torch.nn.functional.cross_entropy(pupil.module(**given).logits, TARGET)

    inputs = inputs_of(pair, pupil)
    weight = pupil.module.head.classifier.weight
    worst = worst_case(loss, inputs, SIZE)
    by_hand = [torch.autograd.grad(loss(given), weight)[0] for given in (inputs, worst)]
    robust_loss(loss(inputs), loss, inputs, SIZE).backward()
    torch.testing.assert_close(weight.grad, (by_hand[0] + by_hand[1]) / 2)
