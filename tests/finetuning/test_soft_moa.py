"""The soft mixture of adapters: what its paper says, written a second time; and it begins as the model."""

from collections.abc import Callable
from copy import deepcopy
from math import exp

import numpy as np
import pytest
import torch

from core.finetuning import pupils
from core.finetuning.soft_mixture import SoftMixture
from core.finetuning.strategies.soft_moa import STRATEGY, SoftMoaOptions
from core.trace import trace
from tests.contracts.small_models import ONE_EACH, Pair, Small, noise
from tests.finetuning.teaching import inputs_of, learned_state, logits, losses, moved, pupil_of

Lend = Callable[[Small], Pair]
PICTURE = next(small for small in ONE_EACH if small.family.name == "audio-spectrogram-transformer")
OTHERS = [small for small in ONE_EACH if small is not PICTURE]


def by_loops(mixture: SoftMixture, tokens: torch.Tensor) -> torch.Tensor:
    """Write the paper's sums out, number by number, for one clip (tokens, width)."""
    count, width = tokens.shape
    _width, experts, slots = mixture.slots.shape
    every = [(n, p) for n in range(experts) for p in range(slots)]
    score = {
        (m, n, p): sum(float(tokens[m, d] * mixture.slots[d, n, p]) for d in range(width))
        for m in range(count)
        for n, p in every
    }
    over_tokens = {slot: sum(exp(score[m, *slot]) for m in range(count)) for slot in every}
    over_slots = [sum(exp(score[m, *slot]) for slot in every) for m in range(count)]
    result = torch.zeros(count, width)
    for n, p in every:
        heard = sum(exp(score[m, n, p]) / over_tokens[n, p] * tokens[m] for m in range(count))
        inner = torch.nn.functional.gelu(mixture.down[n].T @ heard + mixture.down_offset[n, 0])
        said = mixture.up[n].T @ inner + mixture.up_offset[n, 0]
        for m in range(count):
            result[m] += exp(score[m, n, p]) / over_slots[m] * said
    return result


def test_the_mixture_is_the_one_of_the_paper() -> None:
    generator = torch.Generator().manual_seed(0)
    mixture = SoftMixture(width=6, experts=3, slots=2, reduction=2).requires_grad_(False)
    for part in mixture.parameters():
        part.copy_(torch.randn(part.shape, generator=generator))
    tokens = torch.randn(2, 5, 6, generator=generator)
    found = mixture(tokens)
    for clip in range(2):
        torch.testing.assert_close(found[clip], by_loops(mixture, tokens[clip]), atol=1e-5, rtol=1e-4)


def test_an_expert_is_as_narrow_as_the_paper_says_and_never_empty() -> None:
    assert SoftMixture(768, 7, 1, 128).down.shape == (7, 768, 6)
    assert SoftMixture(32, 7, 1, 128).down.shape == (7, 32, 1)


def test_equal_slots_give_every_token_the_same() -> None:
    mixture = SoftMixture(4, 2, 1, 2).requires_grad_(False)
    mixture.slots.zero_()
    mixture.up.normal_(generator=torch.Generator().manual_seed(0))
    said = mixture(torch.randn(1, 5, 4, generator=torch.Generator().manual_seed(1)))
    assert said.abs().max() > 0
    torch.testing.assert_close(said, said[:, :1].expand_as(said))


def test_a_pupil_with_mixtures_begins_as_the_model(paired: Lend) -> None:
    pair = paired(PICTURE)
    plain, pupil = pupil_of(pair.model, "linear"), pupil_of(pair.model, "soft_moa")
    inputs = inputs_of(pair, pupil)
    assert torch.equal(logits(pupil, inputs), logits(plain, inputs))
    before = logits(pupil, inputs)
    assert (logits(moved(pupil), inputs) - before).abs().max() > 1e-3


@pytest.mark.parametrize("small", OTHERS, ids=str)
def test_other_models_are_refused_with_a_reason(small: Small) -> None:
    assert "Audio Spectrogram Transformer" in STRATEGY.misfit(small.family, small.family.base_config())


def test_the_spectrogram_transformer_fits() -> None:
    assert STRATEGY.misfit(PICTURE.family, PICTURE.family.base_config()) == ""


def test_nothing_of_the_encoder_is_renamed_and_the_parts_cannot_be_folded(paired: Lend) -> None:
    model = paired(PICTURE).model
    plain, pupil = pupil_of(model, "linear"), pupil_of(model, "soft_moa")
    own = set(pupil.module.state_dict()) - set(plain.module.state_dict())
    assert set(plain.module.state_dict()) <= set(pupil.module.state_dict())
    assert own
    assert all(".attention.soft_moa." in name for name in own)
    assert STRATEGY.fold(pupil) is False


def test_attaching_depends_on_the_pupil_and_the_options_alone(paired: Lend) -> None:
    pair = paired(PICTURE)
    taught = moved(pupil_of(pair.model, "soft_moa", experts=2))
    fresh = pupil_of(pair.model, "linear")
    STRATEGY.attach(fresh, SoftMoaOptions(experts=2))
    fresh.module.load_state_dict(taught.module.state_dict())
    inputs = inputs_of(pair, taught)
    assert torch.equal(logits(fresh, inputs), logits(taught, inputs))


def test_a_copy_of_a_pupil_has_mixtures_of_its_own(paired: Lend) -> None:
    pair = paired(PICTURE)
    first = pupil_of(pair.model, "soft_moa")
    second = deepcopy(first)
    inputs = inputs_of(pair, first)
    before = logits(first, inputs)
    moved(second)
    assert torch.equal(logits(first, inputs), before)
    assert not torch.equal(logits(second, inputs), before)


def test_attention_is_still_seen(paired: Lend) -> None:
    pair = paired(PICTURE)
    pupil = pupil_of(pair.model, "soft_moa")
    clip = noise(0.4)
    with pupils.shown(pupil, pair.model) as shown:
        found = trace(shown, clip)
    for now, then in zip(found.attention, trace(pair.model, clip).attention, strict=True):
        np.testing.assert_allclose(now, then, atol=1e-5)


def test_a_few_steps_lower_the_loss_and_leave_the_shared_model_alone(paired: Lend) -> None:
    pair = paired(PICTURE)
    before = {name: value.clone() for name, value in pair.model.module.state_dict().items()}
    pupil = pupil_of(pair.model, "soft_moa")
    found = losses(pupil, inputs_of(pair, pupil), target=1, steps=6, rate=5e-3)
    assert found[-1] < 0.7 * found[0]
    assert any("soft_moa" in name for name in learned_state(pupil))
    assert all(torch.equal(value, before[name]) for name, value in pair.model.module.state_dict().items())
