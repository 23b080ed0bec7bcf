"""LoRA: begins as the model, learns, and merges into plain weights without a trace; on every family."""

from collections.abc import Callable

import numpy as np
import pytest
import torch

from core.finetuning import pupils
from core.finetuning.projections import BaseTunerLayer, Readable, encoder, parts
from core.finetuning.strategies import lora
from core.trace import trace
from tests.contracts.small_models import ONE_EACH, Pair, Small, noise
from tests.finetuning.teaching import inputs_of, learned_state, logits, losses, moved, pupil_of

Lend = Callable[[Small], Pair]
EACH = pytest.mark.parametrize("small", [small for small in ONE_EACH if small.family.attends], ids=str)
SPEECH = next(small for small in ONE_EACH if small.family.name == "wav2vec2")
READS_WEIGHTS = next(small for small in ONE_EACH if small.family.name == "wavlm")


@EACH
def test_a_pupil_with_lora_begins_as_the_model(small: Small, paired: Lend) -> None:
    pair = paired(small)
    plain, attached = pupil_of(pair.model, "linear"), pupil_of(pair.model, "lora")
    inputs = inputs_of(pair, plain)
    torch.testing.assert_close(logits(attached, inputs), logits(plain, inputs), atol=1e-5, rtol=1e-5)


@EACH
def test_every_small_matrix_of_lora_is_heard_and_learns(small: Small, paired: Lend) -> None:
    pair = paired(small)
    pupil = moved(pupil_of(pair.model, "lora", projections="all"))
    pupil.module(**inputs_of(pair, pupil)).logits.square().sum().backward()
    blocks = len(pupil.family.attention(pupil.module))
    # CLAP keeps the layer after its attention outside of it
    projections = 3 if small.family.name == "clap" else 4
    assert len(parts(pupil)) == blocks * projections * 2
    silent = [place for place, part in enumerate(parts(pupil)) if part.grad is None or not part.grad.any()]
    assert not silent


@EACH
def test_merged_weights_say_what_lora_said(small: Small, paired: Lend) -> None:
    pair = paired(small)
    plain, pupil = pupil_of(pair.model, "linear"), moved(pupil_of(pair.model, "lora"))
    inputs = inputs_of(pair, pupil)
    before = logits(pupil, inputs)
    assert lora.fold(pupil) is True
    torch.testing.assert_close(logits(pupil, inputs), before, atol=1e-5, rtol=1e-5)
    assert (before - logits(plain, inputs)).abs().max() > 1e-3
    assert list(pupil.module.state_dict()) == list(plain.module.state_dict())
    assert not any(isinstance(part, Readable | BaseTunerLayer) for part in pupil.module.modules())
    assert not hasattr(encoder(pupil.module), "peft_config")


@EACH
def test_a_model_with_lora_can_be_traced(small: Small, paired: Lend) -> None:
    pair = paired(small)
    pupil = pupil_of(pair.model, "lora")
    clip = noise(0.4, pair.model.card.sample_rate)
    before = trace(pair.model, clip)
    with pupils.shown(pupil, pair.model) as shown:
        found = trace(shown, clip)
    assert len(found.convolutions) == len(before.convolutions)
    for layer, (now, then) in enumerate(zip(found.attention, before.attention, strict=True)):
        np.testing.assert_allclose(now, then, atol=1e-5, err_msg=f"layer {layer}")


def test_a_changed_layer_hands_out_the_weight_that_it_applies(paired: Lend) -> None:
    pupil = moved(pupil_of(paired(READS_WEIGHTS).model, "lora"))
    layer = pupil.family.attention(pupil.module)[0].q_proj
    inner = layer.layer
    # Hu et al. 2022: W + alpha / rank * B A, here 16 / 8
    by_hand = inner.base_layer.weight + 2 * inner.lora_B["default"].weight @ inner.lora_A["default"].weight
    torch.testing.assert_close(layer.weight, by_hand, atol=1e-6, rtol=1e-5)
    torch.testing.assert_close(layer.bias, inner.base_layer.bias, atol=1e-6, rtol=1e-5)


def test_only_the_last_blocks_change_where_that_is_asked_for(paired: Lend) -> None:
    pupil = pupil_of(paired(SPEECH).model, "lora", blocks=1)
    first, *_between, last = pupil.family.attention(pupil.module)
    assert not isinstance(first.q_proj, Readable)
    assert isinstance(last.q_proj, Readable)
    assert isinstance(last.v_proj, Readable)
    assert not isinstance(last.k_proj, Readable)


def test_no_gradient_is_followed_through_the_frozen_front_end(paired: Lend) -> None:
    pair = paired(SPEECH)
    pupil = pupil_of(pair.model, "lora")
    pupil.module.train()
    heard = []
    front = pupil.family.convolutions(pupil.module)[-1].module
    front.register_forward_hook(lambda part, inputs, output: heard.append(output.requires_grad))
    assert pupil.module(**inputs_of(pair, pupil)).logits.requires_grad
    assert heard == [False]


def test_rank_sets_how_many_numbers_learn(paired: Lend) -> None:
    pupil = pupil_of(paired(SPEECH).model, "lora", rank=3)
    # 3 blocks, queries and values, two matrices of 3 x 32 each
    assert sum(part.numel() for part in parts(pupil)) == 3 * 2 * 2 * 3 * 32


def test_a_few_steps_lower_the_loss_and_leave_the_shared_model_alone(paired: Lend) -> None:
    pair = paired(SPEECH)
    before = {name: value.clone() for name, value in pair.model.module.state_dict().items()}
    pupil = pupil_of(pair.model, "lora")
    inputs = inputs_of(pair, pupil)
    frozen = {
        name: part.clone()
        for name, part in pupil.module.named_parameters()
        if "lora" not in name and not name.startswith("head")
    }
    found = losses(pupil, inputs, target=1, steps=8, rate=5e-3)
    assert found[-1] < 0.7 * found[0]
    assert all(torch.equal(part, frozen[name]) for name, part in pupil.module.named_parameters() if name in frozen)
    assert all(torch.equal(value, before[name]) for name, value in pair.model.module.state_dict().items())


def test_what_learned_can_be_put_into_a_fresh_copy(paired: Lend) -> None:
    pair = paired(SPEECH)
    taught, fresh = moved(pupil_of(pair.model, "lora")), pupil_of(pair.model, "lora")
    inputs = inputs_of(pair, taught)
    told = fresh.module.load_state_dict(learned_state(taught), strict=False)
    assert not told.unexpected_keys
    assert torch.equal(logits(fresh, inputs), logits(taught, inputs))
