"""Kernel SHAP shares a score out among pieces as Shapley values do."""

from itertools import permutations

import numpy as np
import pytest
import torch

from core.attribution.method import attribute, explain
from core.attribution.methods import methods
from core.attribution.methods.kernel_shap import Settings, exact, sampled
from core.attribution.question import asked
from core.audible import removed
from core.errors import CancelledError
from core.progress import Step, silent
from models import FAMILIES
from tests.attribution.asking import pieces_of, target_of
from tests.attribution.hearing import counted
from tests.contracts.small_models import Small, noise

SHAP = methods()["kernel-shap"]
NAMING = Small(FAMILIES["log-mel-cnn"], FAMILIES["log-mel-cnn"].classifier)


def together(left: torch.Tensor) -> torch.Tensor:
    """Give 3 for piece 0, 4 for pieces 1 and 2 together, -2 for piece 3 where piece 0 is missing; 1 for nothing."""
    return 1 + 3 * left[:, 0] + 4 * left[:, 1] * left[:, 2] - 2 * left[:, 3] * (1 - left[:, 0])


def in_every_order(count: int, formula: object) -> np.ndarray:
    """Add pieces in every order and average what each adds when it comes: the definition, word for word."""
    found = np.zeros(count)
    orders = list(permutations(range(count)))
    for order in orders:
        left = torch.zeros(1, count, dtype=torch.float64)
        for piece in order:
            before = float(formula(left))
            left[0, piece] = 1
            found[piece] += (float(formula(left)) - before) / len(orders)
    return found


def test_few_pieces_get_their_exact_shapley_values() -> None:
    with counted(5, together) as question:
        found = explain(question, SHAP, Settings(samples=16))
    # 3 + half of the 2 that its coming saves; 4 shared; half of -2
    assert found.contributions == pytest.approx((4.0, 2.0, 2.0, -1.0, 0.0), abs=1e-6)
    assert found.contributions == pytest.approx(in_every_order(5, together).tolist(), abs=1e-6)
    assert found.reference == pytest.approx(1.0)
    assert found.gap < 1e-6
    assert "32" in found.notes[0]


def test_a_network_s_values_are_those_of_captum(paired: object) -> None:
    from captum.attr import ShapleyValues

    model, clip = paired(NAMING).model, noise(0.5)
    with asked(model, clip, target_of(model), pieces_of(model, clip, 5)) as question:
        found = exact(question, Settings(), silent)

        def forward(kept: torch.Tensor) -> torch.Tensor:
            gone = [item for item, there in zip(question.segments, kept[0], strict=True) if not there]
            sound = removed(question.samples, question.rate, [(item.start, item.end) for item in gone])
            return question.score(question.encode([sound]))

        other = ShapleyValues(forward).attribute(torch.ones(1, 5))
    assert found == pytest.approx(other[0].numpy(), abs=1e-4)
    assert np.abs(found).max() > 1e-3


def test_combinations_drawn_by_chance_come_near_the_exact_values() -> None:
    with counted(9, together) as question:
        true = in_every_order(5, together).tolist() + 4 * [0.0]
        near, far = (
            np.abs(sampled(question, Settings(samples=samples), silent) - true).mean() for samples in (500, 30)
        )
    assert near < 0.15
    assert near < far


def test_the_values_add_up_also_when_drawn_by_chance(paired: object) -> None:
    model, clip = paired(NAMING).model, noise(1.0)
    found = attribute(model, clip, SHAP, target_of(model), Settings(samples=64), pieces_of(model, clip, 20))
    assert found.gap < 0.01
    assert "64" in found.notes[0]


def test_the_draw_follows_its_seed_and_leaves_torch_s_own_chance_alone(paired: object) -> None:
    model, clip = paired(NAMING).model, noise(1.0)
    pieces, state = pieces_of(model, clip, 12), torch.random.get_rng_state()
    one, same, other = (
        attribute(model, clip, SHAP, target_of(model), Settings(samples=32, seed=seed), pieces).contributions
        for seed in (1, 1, 2)
    )
    assert one == same
    assert one != other
    assert torch.equal(state, torch.random.get_rng_state())


@pytest.mark.parametrize("pieces", [6, 20])
def test_it_can_be_stopped_and_tells_how_far_it_is(pieces: int, paired: object) -> None:
    model, clip = paired(NAMING).model, noise(1.0)
    steps: list[Step] = []

    def stop(step: Step) -> None:
        if steps:
            raise CancelledError("stopped")
        steps.append(step)

    with pytest.raises(CancelledError):
        attribute(model, clip, SHAP, target_of(model), Settings(samples=64), pieces_of(model, clip, pieces), stop)
    assert 0 < steps[0].fraction < 1


def test_it_says_its_cost(paired: object) -> None:
    model, clip, heard = paired(NAMING).model, noise(1.0), []
    hook = model.module.register_forward_pre_hook(
        lambda part, inputs, named: heard.append(len(named["input_features"])), with_kwargs=True
    )
    try:
        for pieces in (4, 20):
            settings = Settings(samples=48)
            heard.clear()
            attribute(model, clip, SHAP, target_of(model), settings, pieces_of(model, clip, pieces))
            assert abs(sum(heard) - SHAP.passes(model, 1.0, pieces, settings).forward) <= 2
    finally:
        hook.remove()


@pytest.mark.parametrize(("samples", "few"), [(30, True), (40, False)])
def test_too_few_combinations_to_tell_the_pieces_apart_are_said_to_be_too_few(samples: int, few: bool) -> None:
    with counted(10, together) as question:
        found = explain(question, SHAP, Settings(samples=samples))
    assert ("too few to tell the pieces apart" in found.notes[0]) is few
