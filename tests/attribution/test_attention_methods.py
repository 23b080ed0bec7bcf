"""Attention followed back from the answer is what the formulas say, worked out a second time from transformers."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import torch

from core.attribution.attention_flow import followed, heads_averaged, read
from core.attribution.method import attribute
from core.attribution.methods import methods
from core.attribution.methods.gradient_weighted_attention import led_back
from core.attribution.question import Question, asked
from core.attribution.target import Target
from core.blocks import blocks_of
from core.clip import Clip
from core.errors import MethodError
from core.finetuning.pupils import assemble, attend, bare
from core.loading import LoadedModel
from tests.attribution.asking import SAYING, explained, target_of
from tests.contracts.small_models import EVERY, Pair, Small, noise

Paired = Callable[[Small], Pair]
CLIP = noise(0.5)
NEAR = {"rtol": 1e-4, "atol": 1e-7}


def named(name: str) -> Small:
    return next(small for small in EVERY if str(small) == name)


AST, WAV2VEC2, WAVLM = (named(name) for name in ("ASTForAudioClassification", "Wav2Vec2ForCTC", "WavLMForCTC"))
CLASSIFIER, WHISPER = named("Wav2Vec2ForSequenceClassification"), named("WhisperForAudioClassification")
HANDED_OUT = (AST, WAV2VEC2, CLASSIFIER, WHISPER)  # families whose attention transformers hands out head by head


@contextmanager
def question(pair: Pair, clip: Clip = CLIP) -> Iterator[Question]:
    with asked(pair.model, clip, target_of(pair.model)) as asking:
        yield asking


def rows_read(small: Small, tokens: int) -> list[int]:
    """Where the head reads: [CLS] and distillation, the symbol's two frames, or all that is averaged."""
    return [0, 1] if small is AST or small is WAV2VEC2 else list(range(tokens))


def there(pair: Pair, clip: Clip, target: Target) -> tuple[list[torch.Tensor], list[torch.Tensor]]:
    """Attention and its gradient, (heads, tokens, tokens) per block, as transformers itself hands attention out."""
    inputs = pair.extractor(clip.samples.copy(), sampling_rate=clip.sample_rate, return_tensors="pt")
    name = pair.original.main_input_name
    inputs[name] = inputs[name].requires_grad_(True)
    output = pair.original(**inputs, output_attentions=True)
    found = torch.autograd.grad(target.score(output.logits)[0], output.attentions)
    return [weights[0].detach() for weights in output.attentions], [gradient[0] for gradient in found]


def on_bands(model: LoadedModel, tokens: np.ndarray, clip: Clip = CLIP) -> np.ndarray:
    """Token = special + band * frames of all the sound that the model takes + frame."""
    grid = model.family.grids(model.module, model.extractor, model.samples(clip).size)[0]
    bands = [tokens[grid.special + band * grid.stride :][: grid.time.count] for band in range(grid.bands)]
    return np.array(bands)


@pytest.mark.parametrize("small", HANDED_OUT, ids=str)
def test_rollout_is_the_product_of_half_attention_and_half_identity(small: Small, paired: Paired) -> None:
    pair = paired(small)
    weights, _gradients = there(pair, CLIP, target_of(pair.model))
    total = np.eye(weights[0].shape[-1])
    for layer in weights:
        total = (0.5 * layer.double().mean(0).numpy() + 0.5 * np.eye(len(total))) @ total
    expected = total[rows_read(small, len(total))].mean(0)
    assert expected.sum() == pytest.approx(1, abs=1e-5)
    found = explained(pair.model, methods()["rollout"], CLIP)
    np.testing.assert_allclose(found.relevance, on_bands(pair.model, expected), **NEAR)


@pytest.mark.parametrize("small", HANDED_OUT, ids=str)
def test_gradient_weighted_attention_is_the_rule_of_the_paper_with_full_matrices(small: Small, paired: Paired) -> None:
    """R = I; block after block R <- R + mean over heads of (gradient x attention)+ R (Chefer et al. 2021, eq. 5, 6)."""
    pair = paired(small)
    total = np.eye(0)
    for weights, gradient in zip(*there(pair, CLIP, target_of(pair.model)), strict=True):
        helpful = (weights * gradient).clamp_min(0).double().mean(0).numpy()
        total = total if total.size else np.eye(len(helpful))
        total = total + helpful @ total
    expected = (total - np.eye(len(total)))[rows_read(small, len(total))].mean(0)
    found = explained(pair.model, methods()["gradient-weighted-attention"], CLIP)
    assert found.relevance.max() > 0
    np.testing.assert_allclose(found.relevance, on_bands(pair.model, expected), rtol=1e-4, atol=1e-5 * expected.max())


def test_leading_back_two_layers_of_two_tokens_is_worked_out_by_hand() -> None:
    first = np.array([[0.0, 2.0], [0.0, 0.0]], dtype=np.float32)
    second = np.array([[0.0, 0.0], [3.0, 0.0]], dtype=np.float32)
    # token 1 reads: the second layer adds 3 of token 0; the first layer adds 2 of token 1 for each of these: 6
    assert led_back(np.array([0.0, 1.0], dtype=np.float32), [second, first]).tolist() == [3.0, 6.0]
    # token 0 reads: the second layer adds nothing; the first adds 2 of token 1
    assert led_back(np.array([1.0, 0.0], dtype=np.float32), [second, first]).tolist() == [0.0, 2.0]


@pytest.mark.parametrize("small", HANDED_OUT, ids=str)
def test_the_tokens_that_the_head_reads_are_found(small: Small, paired: Paired) -> None:
    with question(paired(small)) as asking:
        heard, score = followed(asking, lambda weights: None)
        last, shares = read(asking, score, heard)
    assert last == 3
    rows = rows_read(small, len(shares))
    assert np.flatnonzero(shares).tolist() == rows
    assert shares[rows] == pytest.approx(np.full(len(rows), 1 / len(rows)))


def test_a_later_symbol_is_read_from_its_own_frames(paired: Paired) -> None:
    pair = paired(WAV2VEC2)
    with asked(pair.model, CLIP, Target(3, None, (10, 14))) as asking:
        heard, score = followed(asking, lambda weights: None)
        assert np.flatnonzero(read(asking, score, heard)[1]).tolist() == [10, 11, 12, 13]


@pytest.mark.parametrize(("block", "head"), [(0, 0), (1, 1), (2, 0)])
def test_the_gradient_of_wavlms_attention_is_what_changing_it_does_to_the_score(
    block: int, head: int, paired: Paired, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The weights that WavLM hands out are another shape of those it goes on with; changing those tells the slope."""
    from core.attribution.attention_flow import on_the_way
    from core.attribution.layer_maps import gradients

    weights: list[torch.Tensor] = []
    with question(paired(WAVLM), noise(0.2)) as asking:
        _heard, score = followed(asking, lambda heads: weights.append(on_the_way(heads)))
        gradient = gradients(score, weights)[block]
        assert gradient is not None
        place = divmod(int(gradient[head].abs().argmax()), gradient.shape[-1])
        slope = float(gradient[head][place])
        monkeypatch.setattr(torch.nn.functional, "softmax", plain := torch.nn.functional.softmax)
        scores = [changed_score(asking, plain, monkeypatch, block, (head, *place), step) for step in (1e-2, -1e-2)]
    assert (scores[0] - scores[1]) / 2e-2 == pytest.approx(slope, rel=2e-2)


def changed_score(
    asking: Question, plain: Any, patch: pytest.MonkeyPatch, block: int, place: tuple[int, ...], step: float
) -> float:
    calls: list[int] = []

    def softmax(values: torch.Tensor, dim: int) -> torch.Tensor:
        found = plain(values, dim=dim)
        if len(calls) == block:
            found[place] += step
        calls.append(1)
        return found

    with patch.context() as scope, torch.no_grad():
        scope.setattr(torch.nn.functional, "softmax", softmax)
        found = float(asking.score(asking.values)[0].double())
    assert len(calls) > block
    return found


@pytest.mark.parametrize("small", [small for small in SAYING if small.family.attends], ids=str)
def test_what_a_class_asks_for_changes_gradient_weighted_attention_but_not_rollout(
    small: Small, paired: Paired
) -> None:
    model = paired(small).model
    frames = (0, 2) if model.card.speaks else None
    plain, weighed = (
        [attribute(model, CLIP, methods()[name], Target(index, None, frames)).relevance for index in (0, 1)]
        for name in ("rollout", "gradient-weighted-attention")
    )
    np.testing.assert_array_equal(*plain)
    assert np.abs(weighed[0] - weighed[1]).max() > 1e-3 * np.abs(weighed[0]).max()


@pytest.mark.parametrize("name", ["rollout", "gradient-weighted-attention"])
def test_attention_is_followed_from_the_layer_that_a_taught_head_reads(name: str, paired: Paired) -> None:
    """A recurrent head reads the layer two thirds up; what the block above it attends to cannot matter."""
    model = paired(WAV2VEC2).model
    base = bare(model.family, deepcopy(model.module))
    pupil = assemble(model.family, model.extractor, base, ("a", "b"), "recurrent", {})
    attend(pupil.module.base, "eager")
    card = replace(model.card, labels=("a", "b"), classifies=True, speaks=False, symbols=())
    module = pupil.module.eval().requires_grad_(False)
    taught = LoadedModel(model.spec, pupil.family, module, model.extractor, card)
    with asked(taught, CLIP, Target(1)) as asking:
        heard, score = followed(asking, lambda weights: None)
        assert read(asking, score, heard)[0] == 2
    found = attribute(taught, CLIP, methods()[name], Target(1)).relevance
    blocks_of(taught.family, module)[2].attention.q_proj.weight.mul_(-3)
    np.testing.assert_array_equal(attribute(taught, CLIP, methods()[name], Target(1)).relevance, found)


@pytest.mark.parametrize("name", ["rollout", "gradient-weighted-attention"])
def test_a_model_that_keeps_its_attention_to_itself_is_refused_in_words(name: str, paired: Paired) -> None:
    model = paired(WAV2VEC2).model
    fused = replace(model, module=deepcopy(model.module))
    fused.module.set_attn_implementation("sdpa")
    with pytest.raises(MethodError, match="returned no attention"):
        attribute(fused, CLIP, methods()[name], target_of(model))


def test_heads_are_averaged() -> None:
    heads = torch.tensor([[[[1.0, 0.0], [0.5, 0.5]], [[0.0, 1.0], [0.5, 0.5]]]])
    assert heads_averaged(heads).tolist() == [[[0.5, 0.5], [0.5, 0.5]]]


@pytest.mark.parametrize("name", ["rollout", "gradient-weighted-attention"])
def test_attention_is_never_called_an_explanation(name: str) -> None:
    method = methods()[name]
    assert method.caution.startswith("Attention is not an explanation.")
    assert "expla" not in method.summary.lower()
