"""trace() hands out what transformers computes, for every class of every family."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from core.clip import Clip
from core.trace import trace
from models import FAMILIES
from tests.contracts.small_models import EVERY, ONE_EACH, Pair, Small, direct, load, noise

Paired = Callable[[Small], Pair]
TIGHT = {"rtol": 1e-5, "atol": 1e-5}
OTHERWISE = {"clap", "audio-spectrogram-transformer", "wavlm"}
OVER_TIME = [small for small in EVERY if small.family.attends and small.family.name not in OTHERWISE]


def _clip(pair: Pair, seconds: float = 1.0, seed: int = 0) -> Clip:
    return noise(seconds, pair.extractor.sampling_rate, seed)


def test_every_family_is_held_to_this() -> None:
    assert {small.family.name for small in EVERY} == set(FAMILIES)


@pytest.mark.parametrize("small", EVERY, ids=str)
def test_shapes_agree_with_each_other_and_with_the_card(small: Small, paired: Paired) -> None:
    pair = paired(small)
    clip, card = _clip(pair), pair.model.card
    found = trace(pair.model, clip)
    assert (found.model, found.clip, found.seconds) == (pair.model.spec, clip.fingerprint, 1.0)
    assert found.layers == card.layers
    assert len(found.attention) == (card.layers if card.attends else 0)
    assert max((len(weights) for weights in found.attention), default=0) == card.heads
    assert found.hidden[-1].shape[1] == card.width
    for layer, (grid, values) in enumerate(zip(found.grids, found.hidden, strict=True)):
        assert len(values) == grid.tokens
        assert found.frames(layer).shape == (grid.time.count, values.shape[1])
        assert grid.edges == tuple(sorted(grid.edges))
        assert len(grid.edges) == (grid.bands + 1 if grid.edges else 0)
    for grid, weights in zip(found.grids[1:], found.attention, strict=card.attends):
        assert weights.shape[1:] == (grid.time.count, grid.time.count)
    assert all(len(features) == found.time.count for features in found.convolutions)


@pytest.mark.parametrize("small", EVERY, ids=str)
def test_a_model_says_symbols_or_classes_where_its_class_has_a_head_for_them(small: Small, paired: Paired) -> None:
    pair = paired(small)
    found, card = trace(pair.model, _clip(pair)), pair.model.card
    assert card.speaks == (small.class_name == small.family.ctc)
    assert card.classifies == (small.class_name == small.family.classifier)
    if card.speaks:
        assert found.logits.shape == (found.symbol_time.count, len(card.symbols))
    elif card.classifies:
        assert found.logits.shape == (len(card.labels),)
    else:
        assert found.logits is None


@pytest.mark.parametrize("small", EVERY, ids=str)
def test_everything_is_read_only_and_finite(small: Small, paired: Paired) -> None:
    pair = paired(small)
    found = trace(pair.model, _clip(pair))
    arrays = [*found.hidden, *found.attention, *found.convolutions]
    for array in [*arrays, found.logits] if found.logits is not None else arrays:
        assert array.dtype == np.float32
        assert not array.flags.writeable
        assert np.isfinite(array).all()


@pytest.mark.parametrize("small", [small for small in EVERY if small.family.name != "clap"], ids=str)
def test_every_layer_is_what_transformers_returns(small: Small, paired: Paired) -> None:
    pair = paired(small)
    found, there = trace(pair.model, _clip(pair)), direct(pair, _clip(pair))
    for ours, theirs in zip(found.hidden, there.hidden_states, strict=True):
        np.testing.assert_allclose(ours, theirs[0], **TIGHT)
    if found.logits is not None:
        np.testing.assert_allclose(found.logits, there.logits[0], **TIGHT)


@pytest.mark.parametrize("small", [small for small in EVERY if small.family.name == "clap"], ids=str)
def test_the_last_block_of_every_stage_of_clap_is_what_transformers_returns(small: Small, paired: Paired) -> None:
    """Rows of the picture are four pieces of time and in them bands; columns are the moments of a piece."""
    pair = paired(small)
    found, there = trace(pair.model, _clip(pair)), direct(pair, _clip(pair))
    ends = [0, *np.cumsum(pair.model.module.config.depths)]
    for layer, theirs in zip(ends, there.hidden_states, strict=True):
        picture, grid = theirs[0].numpy(), found.grids[layer]
        bands, across = picture.shape[1] // 4, picture.shape[2]
        assert (grid.bands, grid.padded) == (bands, 4 * across)
        for frame in range(grid.time.count):
            piece, column = divmod(frame, across)
            expected = picture[:, piece * bands : (piece + 1) * bands, column].T
            np.testing.assert_allclose(grid.place(found.hidden[layer])[:, frame], expected, **TIGHT)


@pytest.mark.parametrize("small", [small for small in EVERY if small.family.name == "wav2vec2-bert"], ids=str)
def test_a_frame_that_transformers_adds_and_masks_changes_no_other(small: Small, paired: Paired) -> None:
    """0.995 s are 98 columns of log-mel, 0.985 s are 97: the extractor adds one, and masks the frame that holds it."""
    pair = paired(small)
    clip = _clip(pair, 0.985)
    found, there = trace(pair.model, clip), direct(pair, clip)
    assert found.time.count == 48 == there.hidden_states[0].shape[1] - 1
    for ours, theirs in zip(found.hidden, there.hidden_states, strict=True):
        np.testing.assert_allclose(ours, theirs[0, :48], **TIGHT)


@pytest.mark.parametrize("small", OVER_TIME, ids=str)
def test_attention_is_what_transformers_returns(small: Small, paired: Paired) -> None:
    pair = paired(small)
    found, there = trace(pair.model, _clip(pair)), direct(pair, _clip(pair))
    for ours, theirs in zip(found.attention, there.attentions, strict=True):
        kept = theirs[0, :, : ours.shape[1], : ours.shape[1]].numpy()
        # only Whisper pads: what went to the padding is left out
        expected = kept / kept.sum(-1, keepdims=True) if small.family.name == "whisper" else theirs[0].numpy()
        np.testing.assert_allclose(ours, expected, **TIGHT)


@pytest.mark.parametrize("small", EVERY, ids=str)
def test_every_row_of_attention_sums_to_one(small: Small, paired: Paired) -> None:
    pair = paired(small)
    for weights in trace(pair.model, _clip(pair, 0.7)).attention:
        assert weights.min() >= 0
        np.testing.assert_allclose(weights.sum(-1), 1, atol=1e-5)


@pytest.mark.parametrize("small", EVERY, ids=str)
def test_no_head_is_a_copy_of_another(small: Small, paired: Paired) -> None:
    pair = paired(small)
    for weights in trace(pair.model, _clip(pair)).attention:
        assert np.abs(weights[0] - weights[1]).max() > 1e-4


@pytest.mark.parametrize("small", EVERY, ids=str)
def test_no_layer_is_overwritten_after_it_was_taken_down(small: Small, paired: Paired) -> None:
    """Arrays are handed out without a copy; a block that worked in place would change the layer before it."""
    pair = paired(small)
    family, module = small.family, pair.model.module
    taken: list[torch.Tensor] = []

    def keep(_part: object, _inputs: object, output: Any) -> None:
        taken.append((output[0] if isinstance(output, tuple) else output).clone())

    hooks = [part.register_forward_hook(keep) for part in (family.blocks or _blocks)(module)]
    found = trace(pair.model, _clip(pair))
    for hook in hooks:
        hook.remove()
    for layer, copy in enumerate(taken[: found.layers - family.last_is_finished], start=1):
        np.testing.assert_array_equal(found.hidden[layer], family.arrange(module, copy, layer)[0])


def _blocks(module: Any) -> list[Any]:
    encoder = getattr(module, module.base_model_prefix, module)
    return list(getattr(encoder, "encoder", encoder).layers)


@pytest.mark.parametrize("small", ONE_EACH, ids=str)
def test_a_saved_model_says_the_same_when_it_is_loaded_again(small: Small, paired: Paired, tmp_path: Any) -> None:
    pair = paired(small)
    pair.model.module.save_pretrained(tmp_path)
    pair.model.extractor.save_pretrained(tmp_path)
    again = load(tmp_path)
    one, other = trace(pair.model, _clip(pair)), trace(again, _clip(pair))
    assert again.card.parameters == pair.model.card.parameters
    for ours, theirs in zip(one.hidden, other.hidden, strict=True):
        np.testing.assert_array_equal(ours, theirs)


@pytest.mark.parametrize("small", ONE_EACH, ids=str)
def test_half_precision_gives_the_same_shapes_and_close_values(small: Small, paired: Paired) -> None:
    pair = paired(small)
    half = load(pair.folder, dtype="bfloat16")
    one, other = trace(pair.model, _clip(pair)), trace(half, _clip(pair))
    assert {part.dtype for part in half.module.parameters()} == {torch.bfloat16}
    for ours, theirs in zip((*one.hidden, *one.attention), (*other.hidden, *other.attention), strict=True):
        assert ours.shape == theirs.shape
        assert theirs.dtype == np.float32
        # bfloat16 keeps 8 bits of every number, and many are added up
        assert np.abs(ours - theirs).mean() < 0.1 * np.abs(ours).mean()
    for weights in other.attention:
        np.testing.assert_allclose(weights.sum(-1), 1, atol=0.02)


@pytest.mark.parametrize("small", ONE_EACH, ids=str)
def test_silence_is_heard_like_any_other_sound(small: Small, paired: Paired) -> None:
    pair = paired(small)
    rate = pair.extractor.sampling_rate
    found = trace(pair.model, Clip.of("silence", np.zeros(rate), rate))
    assert all(np.isfinite(values).all() for values in (*found.hidden, *found.attention, *found.convolutions))
