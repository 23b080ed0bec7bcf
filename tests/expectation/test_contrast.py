"""Masked prediction is asked as transformers computes it, and leaves the model as it was."""

from typing import Any

import numpy as np
import pytest
import torch

from core.clip import Clip
from core.errors import ClipError, MethodError
from core.expectation.contrast import contrast
from core.expectation.hearing import Heard, frames_of, listen, unfit
from core.expectation.region import expect
from core.timeline import TimeAxis
from core.trace import trace
from models import FAMILIES
from tests.contracts.small_models import Small, noise
from tests.expectation.heads import BASE, BOTH, LARGE, Paired

TIGHT = {"rtol": 1e-5, "atol": 1e-5}


def planted(predicted: list[list[float]], targets: list[list[float]], codes: list[int], masked: list[int]) -> Heard:
    """Say what a pass would have given, frame by frame, at temperature 0.5 with 4 distractors."""
    where = np.isin(np.arange(len(codes)), masked)
    return Heard(
        TimeAxis(0.0125, 0.02, 0.025, len(codes)), where, np.array(predicted, np.float32),
        np.array(targets, np.float32), np.array(codes)[:, None], 0.5, 4,
    )  # fmt: skip


@BOTH
def test_the_loss_is_that_of_transformers_for_the_same_mask_and_distractors(small: Small, paired: Paired) -> None:
    pair, clip = paired(small), noise(1.0)
    masked = np.zeros(49, bool)
    masked[10:20] = masked[33:37] = True
    found = contrast(listen(pair.model, clip, masked), seed=3)
    distractors = np.zeros((1, 49, 20), np.int64)
    distractors[0, found.frames] = found.distractors
    inputs = pair.extractor(clip.samples.copy(), sampling_rate=16_000, return_tensors="pt")
    with torch.no_grad():
        there: Any = pair.original(
            **inputs,
            mask_time_indices=torch.from_numpy(masked)[None],
            sampled_negative_indices=torch.from_numpy(distractors),
        )
    ours = -np.log(found.probability).sum()
    np.testing.assert_allclose(ours, float(there.contrastive_loss), rtol=1e-5)
    similar = torch.cosine_similarity(there.projected_states, there.projected_quantized_states, dim=-1)[0].numpy()
    here = found.similarity[np.arange(14), found.frames]
    np.testing.assert_allclose(here, similar[masked], **TIGHT)


@BOTH
def test_the_truth_is_what_an_unmasked_pass_gives(small: Small, paired: Paired) -> None:
    pair, clip = paired(small), noise(1.0)
    masked = np.zeros(49, bool)
    masked[10:20] = True
    inputs = pair.extractor(clip.samples.copy(), sampling_rate=16_000, return_tensors="pt")
    with torch.no_grad():
        heard: Any = pair.original(**inputs)
    found = listen(pair.model, clip, masked)
    np.testing.assert_allclose(found.targets, heard.projected_quantized_states[0].numpy(), **TIGHT)
    assert np.abs(found.predicted - heard.projected_states[0].numpy())[masked].max() > 1e-3, "the mask must be felt"


@BOTH
def test_frames_have_the_same_code_where_transformers_gives_them_the_same_vector(small: Small, paired: Paired) -> None:
    found = listen(paired(small).model, noise(2.0), np.arange(99) < 5)
    assert found.codes.shape == (99, 2)
    alike = (found.codes[:, None] == found.codes).all(-1)
    near = np.abs(found.targets[:, None] - found.targets).max(-1) < 1e-6
    np.testing.assert_array_equal(alike, near)


def test_a_model_says_afterwards_what_it_said_before(paired: Paired) -> None:
    model, clip = paired(LARGE).model, noise(1.0)
    before, settings = trace(model, clip), model.module.config.to_dict()
    expect(model, clip, 0.3, 0.5)
    after = trace(model, clip)
    for here, there in zip(before.hidden, after.hidden, strict=True):
        np.testing.assert_array_equal(here, there)
    assert model.module.config.to_dict() == settings
    assert not model.module.quantizer.weight_proj._forward_hooks


def test_a_mask_counts_where_the_configuration_switches_masks_off(paired: Paired) -> None:
    model, clip, masked = paired(BASE).model, noise(1.0), np.arange(49) < 10
    on = listen(model, clip, masked)
    model.module.config.apply_spec_augment = False
    try:
        off = listen(model, clip, masked)
        assert model.module.config.apply_spec_augment is False, "and it is left as it was"
    finally:
        model.module.config.apply_spec_augment = True
    np.testing.assert_array_equal(on.predicted, off.predicted)


def test_probability_and_rank_can_be_worked_out_by_hand() -> None:
    east, north, west = [1.0, 0.0], [0.0, 1.0], [-1.0, 0.0]
    found = contrast(planted([east, [3.0, 0.0], east], [north, west, west], [0, 1, 1], masked=[1]))
    # the truth lies opposite (-1), the only other code across (0); four times the same distractor, temperature 0.5
    np.testing.assert_allclose(found.logits, [[-2.0, 0.0, 0.0, 0.0, 0.0]], atol=1e-6)
    np.testing.assert_allclose(found.probability, [np.exp(-2) / (np.exp(-2) + 4)])
    assert found.rank.tolist() == [2]
    assert found.others == 1
    assert found.expected.tolist() == [0]
    assert found.chance == 1 / 5
    assert not found.right.any()


@BOTH
def test_no_distractor_has_the_code_of_the_truth(small: Small, paired: Paired) -> None:
    heard = listen(paired(small).model, noise(2.0), np.arange(99) % 4 == 0)
    found = contrast(heard)
    truths = heard.codes[found.frames][:, None]
    assert not (heard.codes[found.distractors] == truths).all(-1).any()
    assert found.distractors.shape == (25, 20)


def test_the_seed_decides_the_distractors(paired: Paired) -> None:
    heard = listen(paired(LARGE).model, noise(2.0), np.arange(99) < 9)
    one, same, other = contrast(heard, 1), contrast(heard, 1), contrast(heard, 2)
    np.testing.assert_array_equal(one.distractors, same.distractors)
    assert (one.distractors != other.distractors).any()


def test_a_clip_of_one_code_has_nothing_to_compare_with() -> None:
    same = [1.0, 0.0]
    found = contrast(planted([same] * 4, [same] * 4, [7] * 4, masked=[1, 2]))
    assert np.isnan(found.probability).all()
    assert np.isnan(found.chance)
    assert found.others == 0


def test_silence_gives_numbers_or_says_that_there_are_none(paired: Paired) -> None:
    found = expect(paired(LARGE).model, Clip.of("silence", np.zeros(16_000), 16_000), 0.4, 0.6)
    assert np.isnan(found.contrast.probability).all() == (found.contrast.others == 0)
    assert np.isfinite(found.contrast.similarity).all()


def test_a_hole_as_long_as_the_clip_is_refused(paired: Paired) -> None:
    model = paired(LARGE).model
    with pytest.raises(MethodError, match="left to hear"):
        expect(model, noise(0.15), 0.0, 0.2)
    with pytest.raises(ClipError):
        expect(model, noise(0.01), 0.0, 0.01)


def test_the_hole_lies_where_it_was_asked_for(paired: Paired) -> None:
    found = expect(paired(LARGE).model, noise(1.0), 0.30, 0.50)
    centres = frames_of(paired(LARGE).model, noise(1.0)).centres()
    np.testing.assert_array_equal(found.contrast.frames, np.flatnonzero((centres >= 0.30) & (centres < 0.50)))
    assert (found.start, found.end) == pytest.approx((0.3025, 0.5025))
    assert np.isnan(found.row(found.contrast.probability)).sum() == 49 - 10


def test_models_without_the_head_say_which_to_choose(paired: Paired) -> None:
    model = paired(Small(FAMILIES["wav2vec2"], "Wav2Vec2Model")).model
    refusal = unfit(model)
    assert refusal is not None
    assert "facebook/wav2vec2-base" in refusal.hint
    with pytest.raises(MethodError, match="masked prediction"):
        expect(model, noise(1.0), 0.3, 0.5)
    assert unfit(paired(LARGE).model) is None
