"""The copy that is taught: every page can use it, and the model that it was copied from stays as it was."""

from collections.abc import Callable

import numpy as np
import pytest
import torch

from core.family import transformers_class
from core.finetuning import pupils
from core.finetuning.headed import COUNTS
from core.finetuning.heads.layer_start import start
from core.finetuning.heads.layer_weighted import LayerWeightedHead, native_weights, pool
from core.finetuning.settings import FineTuneSettings
from core.trace import trace
from tests.contracts.small_models import ONE_EACH, Pair, Small, noise

LABELS = ("no", "yes", "perhaps")


def moved(head: LayerWeightedHead) -> LayerWeightedHead:
    """Give every number of a head a value that is not plain."""
    generator = torch.Generator().manual_seed(3)
    for part in (*head.parameters(), head.centre):
        part.data.add_(torch.randn(part.shape, generator=generator))
    for part in (head.size, head.whiten):
        part.data.mul_(1 + torch.rand(part.shape, generator=generator))
    return head


@pytest.mark.parametrize("small", ONE_EACH, ids=str)
def test_the_head_reads_the_frames_that_a_trace_shows(small: Small, paired: "Callable[[Small], Pair]") -> None:
    model = paired(small).model
    pupil = pupils.copy(model, LABELS, FineTuneSettings())
    head = moved(pupil.module.head)
    clip = noise(0.4, model.card.sample_rate)
    with pupils.shown(pupil, model) as shown:
        found = trace(shown, clip)
    pooled = torch.stack([torch.from_numpy(found.frames(layer).mean(0)) for layer in head.reads])[None]
    with torch.no_grad():
        by_hand = head.from_pooled(pooled)[0].numpy()
    assert found.logits is not None
    np.testing.assert_allclose(found.logits, by_hand, atol=1e-4, rtol=1e-4)
    assert head.reads[-1] == found.layers


@pytest.mark.parametrize("small", ONE_EACH, ids=str)
def test_a_pupil_hears_what_the_model_heard(small: Small, paired: "Callable[[Small], Pair]") -> None:
    model = paired(small).model
    pupil = pupils.copy(model, LABELS, FineTuneSettings())
    clip = noise(0.4, model.card.sample_rate)
    before = trace(model, clip)
    with pupils.shown(pupil, model) as shown:
        after = trace(shown, clip)
    for layer in range(before.layers + 1):
        np.testing.assert_allclose(after.hidden[layer], before.hidden[layer], atol=1e-5, rtol=1e-4)
    assert len(after.attention) == len(before.attention)


@pytest.mark.parametrize("small", ONE_EACH, ids=str)
def test_nothing_of_the_shared_model_changes(small: Small, paired: "Callable[[Small], Pair]") -> None:
    model = paired(small).model
    # transformers sets up hooks of its own in the first pass
    clip = noise(0.4, model.card.sample_rate)
    trace(model, clip)
    hooks = [dict(part._forward_hooks) for part in model.module.modules()]
    weights = {name: value.clone() for name, value in model.module.state_dict().items()}
    pupil = pupils.copy(model, LABELS, FineTuneSettings())
    inputs = pupil.family.encode(pupil.extractor, model.samples(clip))
    pupil.module.train().requires_grad_(True)
    pupil.module(**inputs).logits.sum().backward()
    with torch.no_grad():
        for part in pupil.module.parameters():
            part.add_(1)
    assert all(torch.equal(value, weights[name]) for name, value in model.module.state_dict().items())
    assert not model.module.training
    assert not any(part.requires_grad or part.grad is not None for part in model.module.parameters())
    assert [dict(part._forward_hooks) for part in model.module.modules()] == hooks
    assert model.module.config._attn_implementation == "eager"
    assert "no" not in (model.module.config.id2label or {}).values()


def test_frames_of_padding_do_not_count() -> None:
    hidden = [torch.tensor([[[1.0], [3.0], [100.0]], [[2.0], [4.0], [6.0]]])]
    mask = torch.tensor([[True, True, False], [True, True, True]])
    assert pool(hidden, mask).flatten().tolist() == [2.0, 4.0]


def test_shares_and_sizes_of_layers_can_be_compared() -> None:
    head = LayerWeightedHead(2, 2, 2)
    quiet = torch.tensor([[1.0, 1.0], [-1.0, 3.0], [2.0, 2.0], [-2.0, 2.0]])
    head.measure(torch.stack([quiet, 100 * quiet], 1), torch.tensor([0, 1, 0, 1]))
    # the second layer is the first, a hundred times as loud
    assert head.size[1] / head.size[0] == pytest.approx(100)
    assert head.centre[0].tolist() == [0.0, 2.0]
    assert head.weights.tolist() == pytest.approx([0.5, 0.5], abs=1e-4)


def test_layer_weights_start_at_the_layer_that_tells_the_classes_of_unheard_groups() -> None:
    generator = torch.Generator().manual_seed(0)
    targets = torch.arange(80) % 2
    layers = torch.randn(80, 3, 4, generator=generator)
    layers[:, 1, 0] += 8.0 * targets
    # this layer tells the class too, but another way for every group
    groups = [f"speaker {clip // 20}" for clip in range(80)]
    for clip in range(80):
        layers[clip, 2, clip // 20] += 8.0 * targets[clip] * (-1) ** (clip // 20)
    weights = start(layers, targets, groups).softmax(0)
    assert weights.argmax() == 1
    assert weights[1] > 0.7


OTHERWISE = {"whisper", "audio-spectrogram-transformer", "clap", "log-mel-cnn", "log-mel-crnn"}
SPEECH = [small for small in ONE_EACH if small.family.name not in OTHERWISE]


@pytest.mark.parametrize("small", SPEECH, ids=str)
def test_the_head_can_be_written_as_the_classifier_of_transformers(
    small: Small, paired: "Callable[[Small], Pair]"
) -> None:
    model = paired(small).model
    pupil = pupils.copy(model, LABELS, FineTuneSettings())
    head = moved(pupil.module.head)
    config = pupil.module.base.config
    config.use_weighted_layer_sum = True
    config.classifier_proj_size = head.classifier.in_features
    native = transformers_class(small.family.classifier)(config).eval()
    prefix = native.base_model_prefix
    weights = {f"{prefix}.{name}": value for name, value in pupil.module.base.state_dict().items()}
    told = native.load_state_dict(weights | native_weights(head), strict=False)
    assert not told.missing_keys
    assert not told.unexpected_keys
    inputs = pupil.family.encode(pupil.extractor, model.samples(noise(0.4)))
    with torch.no_grad():
        ours = pupil.module(**inputs).logits
        inputs.pop(COUNTS)
        theirs = native(**inputs).logits
    torch.testing.assert_close(ours, theirs, atol=1e-4, rtol=1e-4)
