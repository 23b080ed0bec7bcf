"""AttnLRP against the same rules written out, layer by layer, for a small transformer; and where it may be used."""

import copy
import math

import pytest
import torch
from torch import Tensor, nn

from core.attribution.methods import methods
from core.attribution.relevance.attention import through_transformers
from models import FAMILIES
from tests.attribution.asking import SAYING, target_of
from tests.contracts.small_models import Small, noise

AST = FAMILIES["audio-spectrogram-transformer"]
CLASS = 2
# parts whose way back nobody has published for attention, as the functions of torch are called
UNKNOWN = {"wavlm": "multi_head_attention_forward", "wav2vec2-bert": "glu", "wav2vec2-conformer": "glu"}


def through_weights(layer: nn.Module, given: Tensor, relevance: Tensor) -> Tensor:
    """R_i = sum_j x_i w_ji / z_j R_j, z_j with its bias."""
    sums = layer(given)
    return given * ((relevance / sums) @ layer.weight)


def through_norm(norm: nn.LayerNorm, given: Tensor, relevance: Tensor) -> Tensor:
    """The norm as a linear map, its standard deviation fixed: y = (x - mean x) w / s + b."""
    spread = (given.var(-1, unbiased=False, keepdim=True) + norm.eps).sqrt()
    width = given.shape[-1]
    centring = torch.eye(width, dtype=given.dtype) - torch.full((width, width), 1 / width, dtype=given.dtype)
    share = relevance / norm(given) * norm.weight / spread
    return given * (share @ centring)


def through_sum(left: Tensor, right: Tensor, relevance: Tensor) -> tuple[Tensor, Tensor]:
    """Each summand gets its share of the sum."""
    return left / (left + right) * relevance, right / (left + right) * relevance


def through_attention(part: nn.Module, given: Tensor, relevance: Tensor) -> Tensor:
    """Taylor expansion of the softmax, half and half through both products."""
    count, heads = given.shape[1], part.num_attention_heads

    def by_head(values: Tensor) -> Tensor:
        return values.reshape(1, count, heads, -1).transpose(1, 2)

    def together(values: Tensor) -> Tensor:
        return values.transpose(1, 2).reshape(1, count, -1)

    query, key, value = (by_head(layer(given)) for layer in (part.q_proj, part.k_proj, part.v_proj))
    scores = query @ key.transpose(2, 3) / math.sqrt(query.shape[-1])
    weights = scores.softmax(-1)
    mixed = weights @ value
    arrived = through_weights(part.o_proj, together(mixed), relevance)
    share = by_head(arrived) / mixed
    on_weights = weights * (share @ value.transpose(2, 3)) / 2
    on_value = value * (weights.transpose(2, 3) @ share) / 2
    on_scores = scores * (on_weights - weights * on_weights.sum(-1, keepdim=True))
    share = on_scores / scores / math.sqrt(query.shape[-1])
    on_query = query * (share @ key) / 2
    on_key = key * (share.transpose(2, 3) @ query) / 2
    return (
        through_weights(part.q_proj, given, together(on_query))
        + through_weights(part.k_proj, given, together(on_key))
        + through_weights(part.v_proj, given, together(on_value))
    )


def through_block(block: nn.Module, given: Tensor, relevance: Tensor) -> Tensor:
    """Feed forward and its detour, then attention and its detour."""
    normed = block.layernorm_before(given)
    looked = block.attention(normed)[0]
    middle = given + looked
    wide = block.mlp.fc1(block.layernorm_after(middle))
    fed = block.mlp(block.layernorm_after(middle))
    stays, goes = through_sum(middle, fed, relevance)
    goes = through_weights(block.mlp.fc2, nn.functional.gelu(wide), goes)  # GELU hands all on
    goes = through_weights(block.mlp.fc1, block.layernorm_after(middle), goes)
    stays = stays + through_norm(block.layernorm_after, middle, goes)
    first, goes = through_sum(given, looked, stays)
    return first + through_norm(block.layernorm_before, given, through_attention(block.attention, normed, goes))


def by_hand(model: nn.Module, heard: Tensor) -> Tensor:
    """Hand the score of a class back through an Audio Spectrogram Transformer, to its (1, rows, bands) of input."""
    encoder, head = model.audio_spectrogram_transformer, model.classifier
    states = [encoder.embeddings(heard)]
    for block in encoder.layers:
        states.append(block(states[-1]))
    final = encoder.layernorm(states[-1])
    pooled = (final[:, :1] + final[:, 1:2]) / 2
    logits = head(pooled)
    relevance = torch.zeros_like(logits)
    relevance[..., CLASS] = logits[..., CLASS]
    relevance = through_norm(head.layernorm, pooled, through_weights(head.dense, head.layernorm(pooled), relevance))
    found = torch.zeros_like(final)
    found[:, :1], found[:, 1:2] = through_sum(final[:, :1] / 2, final[:, 1:2] / 2, relevance)
    found = through_norm(encoder.layernorm, states[-1], found)
    for block, given in zip(reversed(encoder.layers), reversed(states[:-1]), strict=True):
        found = through_block(block, given, found)
    share = (found / states[0])[:, 2:]
    patches = encoder.embeddings.patch_embeddings.projection
    shape = patches(heard.transpose(1, 2)[:, None]).shape
    arriving = share.transpose(1, 2).reshape(shape)
    back = nn.functional.conv_transpose2d(arriving, patches.weight, stride=patches.stride)
    picture = nn.functional.pad(back, (0, heard.shape[1] - back.shape[3], 0, heard.shape[2] - back.shape[2]))
    return heard * picture[:, 0].transpose(1, 2)


@pytest.fixture(scope="module")
def transformer() -> nn.Module:
    """A random transformer of three blocks in double precision, its norms and biases moved off ones and zeros."""
    module = AST.tiny(AST.classifier).double()
    generator = torch.Generator().manual_seed(3)
    for part in module.parameters():
        part.add_(0.1 * torch.randn(part.shape, generator=generator, dtype=part.dtype))
    return module


def handed_back(module: nn.Module, heard: Tensor) -> tuple[Tensor, Tensor]:
    point = heard.clone().requires_grad_(True)
    with through_transformers() as way:
        logits = module(point).logits
        (arriving,) = torch.autograd.grad(logits[0, CLASS], point)
    assert not way.strangers
    return arriving * heard, logits.detach()


def test_relevance_is_what_the_rules_give_layer_by_layer(transformer: nn.Module) -> None:
    heard = torch.randn(1, 204, 64, generator=torch.Generator().manual_seed(4), dtype=torch.float64)
    found, _logits = handed_back(transformer, heard)
    expected = by_hand(transformer, heard)
    assert float((found - expected).abs().max() / expected.abs().max()) < 1e-6


def test_what_the_network_says_stays_as_it_is_on_the_way_and_after(transformer: nn.Module) -> None:
    heard = torch.randn(1, 204, 64, generator=torch.Generator().manual_seed(5), dtype=torch.float64)
    before = transformer(heard).logits
    _found, logits = handed_back(transformer, heard)
    torch.testing.assert_close(logits, before, rtol=0, atol=0)
    torch.testing.assert_close(transformer(heard).logits, before, rtol=0, atol=0)


@pytest.mark.parametrize("small", [small for small in SAYING if small.family.attends], ids=str)
def test_it_is_offered_for_every_transformer_of_which_all_parts_are_known(small: Small, paired) -> None:
    model, method = paired(small).model, methods()["attn-lrp"]
    reason = method.unfit(model, target_of(model), method.settings())
    assert (UNKNOWN[small.family.name] in reason) if small.family.name in UNKNOWN else reason == ""


@pytest.mark.parametrize("small", [small for small in SAYING if small.family.attends], ids=str)
def test_both_ways_of_computing_attention_lead_to_the_same_relevance(small: Small, paired) -> None:
    model = paired(small).model
    if small.family.name in UNKNOWN:
        return
    inputs = model.inputs(noise(0.4))
    name = model.family.plane(model.extractor, model.module.config, 6400).name
    found = []
    for kind in ("eager", "sdpa"):
        module = copy.deepcopy(model.module)
        module.set_attn_implementation(kind)
        point = inputs[name].clone().requires_grad_(True)
        with through_transformers() as way:
            logits = module(**{**inputs, name: point}, **model.family.call).logits
            found.append(torch.autograd.grad(logits[..., 1].sum(), point)[0])
        assert not way.strangers
    torch.testing.assert_close(found[0], found[1], rtol=1e-3, atol=1e-4 * float(found[0].abs().max()))
