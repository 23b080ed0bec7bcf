"""A loaded model is shared by all visitors: a pass leaves it as it was, also when it fails, and others wait for it."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
import torch

from core.clip import Clip
from core.errors import ModelError
from core.loading import LoadedModel
from core.trace import trace
from tests.contracts.small_models import EVERY, ONE_EACH, Pair, Small, noise

Paired = Callable[[Small], Pair]


def fingerprint(model: LoadedModel) -> dict[str, Any]:
    """Take down all that a pass could leave behind; transformers' own hooks stay from the first pass on."""
    state: dict[str, Any] = {name: value.clone() for name, value in model.module.state_dict().items()}
    for name, part in model.module.named_modules():
        hooks = (part._forward_hooks, part._forward_pre_hooks, part._backward_hooks, part._backward_pre_hooks)
        ours = [hook for table in hooks for hook in table.values() if not hook.__module__.startswith("transformers.")]
        state[f"{name} as it is"] = (part.training, len(ours), sorted(vars(part)))
    state |= {f"{name} learns": part.requires_grad for name, part in model.module.named_parameters()}
    return state


def assert_same(one: dict[str, Any], other: dict[str, Any]) -> None:
    assert one.keys() == other.keys()
    for name, value in one.items():
        same = torch.equal(value, other[name]) if isinstance(value, torch.Tensor) else value == other[name]
        assert same, name


def _clip(model: LoadedModel, seed: int = 0, seconds: float = 0.5) -> Clip:
    return noise(seconds, model.card.sample_rate, seed)


@pytest.mark.parametrize("small", EVERY, ids=str)
def test_a_pass_leaves_the_model_as_it_was(small: Small, paired: Paired) -> None:
    model = paired(small).model
    trace(model, _clip(model))
    before = fingerprint(model)
    trace(model, _clip(model, seed=1))
    assert_same(before, fingerprint(model))
    assert not model.module.training
    assert not any(part.requires_grad for part in model.module.parameters())
    assert not any(count for name, (_, count, _) in _told(before))


def _told(state: dict[str, Any]) -> list[tuple[str, Any]]:
    return [(name, value) for name, value in state.items() if name.endswith(" as it is")]


@pytest.mark.parametrize("small", ONE_EACH, ids=str)
def test_a_pass_that_fails_midway_leaves_the_model_as_it_was_and_free(small: Small, paired: Paired) -> None:
    model = paired(small).model
    trace(model, _clip(model))
    before = fingerprint(model)

    def fail(*_arguments: object) -> None:
        raise ZeroDivisionError

    parts = small.family.attention(model.module) or small.family.blocks(model.module)
    hook = parts[1].register_forward_hook(fail)
    with pytest.raises(ZeroDivisionError):
        trace(model, _clip(model))
    hook.remove()
    assert_same(before, fingerprint(model))
    with ThreadPoolExecutor(1) as other:
        assert other.submit(trace, model, _clip(model)).result(timeout=60).seconds == 0.5


@pytest.mark.parametrize("small", ONE_EACH, ids=str)
def test_two_at_once_get_what_each_gets_alone(small: Small, paired: Paired) -> None:
    model = paired(small).model
    clips = [_clip(model, seed) for seed in range(2)]
    alone = [trace(model, clip) for clip in clips]
    ready = threading.Barrier(2)

    def at_once(clip: Clip) -> list[Any]:
        ready.wait(timeout=60)
        return [trace(model, clip) for _ in range(3)]

    with ThreadPoolExecutor(2) as both:
        found = list(both.map(at_once, clips))
    for expected, got in zip(alone, found, strict=True):
        for one in got:
            assert one.clip == expected.clip
            for ours, theirs in zip(
                (*one.hidden, *one.attention), (*expected.hidden, *expected.attention), strict=True
            ):
                np.testing.assert_array_equal(ours, theirs)


def test_who_has_the_model_keeps_others_waiting(paired: Paired) -> None:
    model = paired(ONE_EACH[0]).model
    with ThreadPoolExecutor(1) as other:
        with model.exclusive() as module:
            waiting = other.submit(trace, model, _clip(model))
            assert module is model.module
            with pytest.raises(TimeoutError):
                waiting.result(timeout=0.3)
        assert waiting.result(timeout=60).layers == model.card.layers


@pytest.mark.parametrize("small", ONE_EACH, ids=str)
def test_gradients_can_be_asked_for_after_a_pass_without_them(small: Small, paired: Paired) -> None:
    """What a model keeps from one pass to the next, such as positions, must serve both."""
    model = paired(small).model
    trace(model, _clip(model, seconds=0.6))
    inputs = model.inputs(_clip(model, seconds=0.6))
    name, values = next((name, values) for name, values in inputs.items() if values.is_floating_point())
    values = values.clone().requires_grad_()
    with model.exclusive() as module:
        output = module(**{**inputs, name: values})
        next(part for part in output.values() if isinstance(part, torch.Tensor)).sum().backward()
    assert values.grad is not None
    assert torch.isfinite(values.grad).all()
    assert values.grad.abs().sum() > 0


@pytest.mark.parametrize(
    ("said", "sentence", "hint"),
    [
        (MemoryError(), "What {name} makes of this sound did not fit into memory.", "Choose a shorter part"),
        (torch.OutOfMemoryError(), "What {name} makes of this sound did not fit into memory.", "Choose a shorter part"),
        (
            RuntimeError("can't allocate memory: 9 bytes"),
            "What {name} makes of this sound did not fit",
            "Choose a short",
        ),
        (
            RuntimeError("sizes 3 and 4\nmore"),
            "{name} could not be run: sizes 3 and 4.",
            "Its files may belong to diff",
        ),
    ],
)
def test_a_pass_that_cannot_be_run_gets_a_sentence(said: Exception, sentence: str, hint: str, paired: Paired) -> None:
    model = paired(ONE_EACH[0]).model

    def fail(*_arguments: object) -> None:
        raise said

    hook = model.family.attention(model.module)[1].register_forward_hook(fail)
    with pytest.raises(ModelError) as caught:
        trace(model, _clip(model))
    hook.remove()
    assert str(caught.value).startswith(sentence.format(name=model.card.title))
    assert caught.value.hint.startswith(hint)
    assert trace(model, _clip(model)).seconds == 0.5
