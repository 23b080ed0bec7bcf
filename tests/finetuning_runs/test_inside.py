"""What teaching changed inside a model, where the answer is known."""

from collections.abc import Callable

import numpy as np
import pytest
import torch

from core.activity import loudness
from core.attention import measures
from core.errors import CancelledError
from core.finetuning.inside import measure, spans
from core.progress import Step
from core.trace import trace
from tests.contracts.small_models import ONE_EACH, Pair, Small, noise
from tests.finetuning.teaching import moved, pupil_of

Lend = Callable[[Small], Pair]
SPEECH = next(small for small in ONE_EACH if small.family.name == "wav2vec2")


def clips(pair: Pair, count: int = 3) -> list:
    return [noise(0.8, pair.model.card.sample_rate, seed) for seed in range(count)]


@pytest.mark.parametrize("small", ONE_EACH, ids=str)
def test_where_only_a_head_learned_nothing_inside_has_changed(small: Small, paired: Lend) -> None:
    pair = paired(small)
    pupil = moved(pupil_of(pair.model, "linear"))
    found = measure(pair.model, pupil, clips(pair))
    assert found.drift.tolist() in ([1.0] * (pair.model.card.layers + 1), [])
    assert found.frames > 0
    assert np.array_equal(found.span_before, found.span_after, equal_nan=True)
    assert found.layer_weights.shape == (pair.model.card.layers + 1,)
    assert found.layer_weights.sum() == pytest.approx(1.0)
    unread = sorted({*range(pair.model.card.layers + 1)} - {*pupil.module.head.reads})
    assert not found.layer_weights[unread].any()


def test_what_comes_before_the_change_stays_and_what_comes_after_drifts(paired: Lend) -> None:
    pair = paired(SPEECH)
    pupil = pupil_of(pair.model, "linear")
    block = pupil.module.base.encoder.layers[1]
    with torch.no_grad():
        for part in block.parameters():
            part.add_(0.5 * torch.randn(part.shape, generator=torch.Generator().manual_seed(3)))
    found = measure(pair.model, pupil, clips(pair))
    np.testing.assert_allclose(found.drift[:2], 1.0, atol=1e-6)
    assert (found.drift[2:] < 0.99).all()
    assert np.array_equal(found.span_before[0], found.span_after[0])
    assert not np.allclose(found.span_before[1], found.span_after[1])


def test_spans_are_those_of_the_attention_page(paired: Lend) -> None:
    pair = paired(SPEECH)
    clip = clips(pair)[0]
    found = trace(pair.model, clip)
    expected = measures(found.attention, found.time.step, loudness(clip, found.time)).span
    np.testing.assert_allclose(spans(found), expected, rtol=1e-5)


def test_layer_weights_are_corrected_for_how_much_each_layer_says(paired: Lend) -> None:
    pair = paired(SPEECH)
    pupil, heard = pupil_of(pair.model, "linear"), clips(pair)
    head = pupil.module.head
    pooled = np.stack([[trace(pair.model, clip).frames(at).mean(0) for at in head.reads] for clip in heard])
    with torch.no_grad():
        head.layer_logits.copy_(torch.tensor([0.0, 1.0, 0.0, -1.0]))
        head.centre.copy_(torch.tensor(pooled.mean(0)))
        head.size.copy_(torch.tensor(np.sqrt(((pooled - pooled.mean(0)) ** 2).mean((0, 2)))))
    # every layer is brought to one size by the head: what is left is the softmax of the weights
    expected = np.exp([0.0, 1.0, 0.0, -1.0]) / np.exp([0.0, 1.0, 0.0, -1.0]).sum()
    np.testing.assert_allclose(measure(pair.model, pupil, heard).layer_weights, expected, rtol=1e-4)
    with torch.no_grad():
        head.size[1] *= 2  # now it is heard half as loud
    halved = expected * [1, 0.5, 1, 1]
    np.testing.assert_allclose(measure(pair.model, pupil, heard).layer_weights, halved / halved.sum(), rtol=1e-4)


def test_too_little_to_compare_gives_no_drift_and_no_error(paired: Lend) -> None:
    pair = paired(SPEECH)
    pupil = pupil_of(pair.model, "linear")
    short = noise(0.1, pair.model.card.sample_rate)
    too_short = noise(0.001, pair.model.card.sample_rate)
    found = measure(pair.model, pupil, [short, too_short])
    assert found.drift.size == 0
    assert found.span_before.shape == (pair.model.card.layers, pair.model.card.heads)
    nothing = measure(pair.model, pupil, [])
    assert (nothing.drift.size, nothing.layer_weights.size, nothing.span_after.size, nothing.frames) == (0, 0, 0, 0)


def test_long_clips_are_heard_in_part_and_the_work_can_be_stopped(paired: Lend) -> None:
    pair = paired(SPEECH)
    pupil = pupil_of(pair.model, "linear")
    found = measure(pair.model, pupil, [noise(35.0, pair.model.card.sample_rate)])
    assert 400 < found.frames <= 500

    def stop(step: Step) -> None:
        raise CancelledError("Stopped.")

    with pytest.raises(CancelledError):
        measure(pair.model, pupil, clips(pair), stop)
    assert not pupil.module.training
