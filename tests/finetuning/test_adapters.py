"""Adapters of peft: whatever the kind, each begins as the model and merges into plain weights without a trace."""

from collections.abc import Callable

import pytest
import torch

from core.finetuning.projections import BaseTunerLayer, parts
from core.finetuning.strategies import adapters
from tests.contracts.small_models import ONE_EACH, Pair, Small
from tests.finetuning.teaching import inputs_of, learned_state, logits, losses, moved, pupil_of

Lend = Callable[[Small], Pair]
SHOWN = ("wav2vec2", "wavlm", "wav2vec2-bert", "audio-spectrogram-transformer", "clap", "whisper")
SOME = pytest.mark.parametrize("small", [small for small in ONE_EACH if small.family.name in SHOWN], ids=str)
KINDS = pytest.mark.parametrize("kind", ["scale", "hadamard", "kronecker", "rotation"])
SPEECH = next(small for small in ONE_EACH if small.family.name == "wav2vec2")


@KINDS
@SOME
def test_each_kind_begins_as_the_model_and_merges_exactly(small: Small, kind: str, paired: Lend) -> None:
    pair = paired(small)
    plain, pupil = pupil_of(pair.model, "linear"), pupil_of(pair.model, "adapters", kind=kind)
    inputs = inputs_of(pair, pupil)
    start = logits(plain, inputs)
    torch.testing.assert_close(logits(pupil, inputs), start, atol=1e-5, rtol=1e-5)
    taught = logits(moved(pupil, 0.2), inputs)
    assert (taught - start).abs().max() > 1e-3
    assert adapters.fold(pupil) is True
    torch.testing.assert_close(logits(pupil, inputs), taught, atol=1e-5, rtol=1e-5)
    assert list(pupil.module.state_dict()) == list(plain.module.state_dict())
    assert not any(isinstance(part, BaseTunerLayer) for part in pupil.module.modules())


@KINDS
def test_each_kind_learns_on_a_copy(kind: str, paired: Lend) -> None:
    pair = paired(SPEECH)
    before = {name: value.clone() for name, value in pair.model.module.state_dict().items()}
    pupil = pupil_of(pair.model, "adapters", kind=kind)
    found = losses(pupil, inputs_of(pair, pupil), target=2, steps=8, rate=5e-3)
    assert found[-1] < 0.8 * found[0]
    assert all(torch.equal(value, before[name]) for name, value in pair.model.module.state_dict().items())


@KINDS
def test_what_learned_of_each_kind_can_be_put_into_a_fresh_copy(kind: str, paired: Lend) -> None:
    pair = paired(SPEECH)
    taught, fresh = (pupil_of(pair.model, "adapters", kind=kind) for _copy in range(2))
    moved(taught)
    fresh.module.load_state_dict(learned_state(taught), strict=False)
    inputs = inputs_of(pair, taught)
    assert torch.equal(logits(fresh, inputs), logits(taught, inputs))


def test_scaling_needs_one_number_per_key_and_value(paired: Lend) -> None:
    pupil = pupil_of(paired(SPEECH).model, "adapters", kind="scale")
    # 3 blocks, keys and values, one factor for each of 32
    assert sum(part.numel() for part in parts(pupil)) == 3 * 2 * 32


def test_a_rotation_changes_no_length(paired: Lend) -> None:
    pupil = moved(pupil_of(paired(SPEECH).model, "adapters", kind="rotation"), 0.3)
    layer = pupil.family.attention(pupil.module)[0].q_proj
    plain = layer.layer.base_layer.weight
    assert (layer.weight - plain).abs().max() > 1e-3
    # W R with R orthogonal: (W R)(W R)' = W W'
    torch.testing.assert_close(layer.weight @ layer.weight.T, plain @ plain.T, atol=1e-5, rtol=1e-4)
