"""Maps of a layer are what their formulas say, lie on the layer's own grid, and are refused where nothing arrives."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch
from torch.nn.functional import gelu

from core.attribution.layer_maps import AtLayer, LayerView, averaged_end, on_frames
from core.attribution.method import attribute
from core.attribution.methods import gradcam, hirescam, layercam, methods
from core.attribution.target import Target
from core.errors import MethodError
from core.grid import TokenGrid
from core.timeline import TimeAxis
from tests.attribution import planted
from tests.attribution.asking import SAYING, cheap, explained, target_of
from tests.contracts.small_models import EVERY, Pair, Small, noise

Paired = Callable[[Small], Pair]
Numbers = tuple[torch.Tensor, torch.Tensor]
CLIP = noise(0.5)
NEAR = {"rtol": 1e-4, "atol": 1e-7}
MAPS = ("hirescam", "layercam", "gradcam")


def named(name: str) -> Small:
    return next(small for small in EVERY if str(small) == name)


AST, WAV2VEC2, WHISPER = (
    named(name) for name in ("ASTForAudioClassification", "Wav2Vec2ForCTC", "WhisperForAudioClassification")
)
CNN, CRNN = named("LogMelCnnForAudioClassification"), named("LogMelCrnnForAudioClassification")
CONVOLVING = [small for small in SAYING if small.family.name.startswith(("wav2vec2", "hubert", "sew", "whisper"))]


def leaf(values: torch.Tensor) -> torch.Tensor:
    return values.detach().clone().requires_grad_(True)


@torch.no_grad()
def started(pair: Pair) -> torch.Tensor:
    return pair.model.inputs(CLIP)[pair.original.main_input_name]


def of_ast(pair: Pair, layer: int) -> Numbers:
    """Its blocks one after the other, from a layer cut off from what came before: (1, tokens, width) twice."""
    base = pair.original.audio_spectrogram_transformer
    values = base.embeddings(started(pair))
    for block in base.layers[:layer]:
        values = block(values)
    values = after = leaf(values)
    for block in base.layers[layer:]:
        after = block(after)
    after = base.layernorm(after)
    score = pair.original.classifier((after[:, 0] + after[:, 1]) / 2)[0, 1]
    return values, torch.autograd.grad(score, values)[0]


def of_cnn(pair: Pair, layer: int) -> Numbers:
    """Maps (1, channels, bands, frames) and their gradient."""
    network = pair.original.network
    values = network.stem(started(pair).transpose(1, 2)[:, None])
    for block in network.layers[:layer]:
        values = block(values)
    values = after = leaf(values)
    for block in network.layers[layer:]:
        after = block(after)
    return values, torch.autograd.grad(pair.original.classifier(after.mean((2, 3)))[0, 1], values)[0]


def of_wav2vec2_convolution(pair: Pair, number: int) -> Numbers:
    """(1, channels, positions) after the given convolution and its gradient, through the rest of the model."""
    base = pair.original.wav2vec2
    values = started(pair)[:, None]
    for layer in base.feature_extractor.conv_layers[:number]:
        values = layer(values)
    values = after = leaf(values)
    for layer in base.feature_extractor.conv_layers[number:]:
        after = layer(after)
    hidden, _features = base.feature_projection(after.transpose(1, 2))
    logits = pair.original.lm_head(base.encoder(hidden).last_hidden_state)
    return values, torch.autograd.grad(logits[0, :2, 1].mean(), values)[0]


FORMULAS: dict[str, Callable[[torch.Tensor, torch.Tensor], torch.Tensor]] = {
    # values and gradients (channels, ...places): the papers' formulas, channel by channel
    "hirescam": lambda values, slope: sum(slope[at] * values[at] for at in range(len(values))).clamp_min(0),
    "layercam": lambda values, slope: sum(slope[at].clamp_min(0) * values[at] for at in range(len(values))).clamp_min(
        0
    ),
    "gradcam": lambda values, slope: sum(slope[at].mean() * values[at] for at in range(len(values))).clamp_min(0),
}


@pytest.mark.parametrize("layer", [0, 1, 2])
@pytest.mark.parametrize("name", MAPS)
def test_a_map_of_asts_patches_is_its_formula(name: str, layer: int, paired: Paired) -> None:
    pair = paired(AST)
    values, slope = of_ast(pair, layer)
    # patches of 16 every 10: 5 in 64 mel bins, 19 in 204 rows, of which 5 hold some of 0.5 s
    laid = [part[0, 2:].reshape(5, 19, -1)[:, :5].permute(2, 0, 1) for part in (values.detach(), slope)]
    found = explained(pair.model, methods()[name], CLIP, settings=AtLayer(layer))
    assert found.relevance.max() > 0
    np.testing.assert_allclose(found.relevance, FORMULAS[name](*laid).numpy(), rtol=1e-3, atol=1e-6)


@pytest.mark.parametrize("layer", [0, 1, 2, 3])
@pytest.mark.parametrize("name", MAPS)
def test_a_map_of_a_convolutional_network_is_its_formula(name: str, layer: int, paired: Paired) -> None:
    pair = paired(CNN)
    values, slope = of_cnn(pair, layer)
    found = explained(pair.model, methods()[name], CLIP, settings=AtLayer(layer))
    assert found.relevance.max() > 0
    np.testing.assert_allclose(found.relevance, FORMULAS[name](values.detach()[0], slope[0]).numpy(), **NEAR)
    grid = pair.model.family.grids(pair.model.module, pair.model.extractor, CLIP.samples.size)[layer]
    assert (found.edges, found.time) == (grid.edges, grid.time)


@pytest.mark.parametrize(
    ("small", "layer"), [*((CNN, layer) for layer in range(4)), *((CRNN, layer) for layer in range(3))], ids=str
)
def test_gradcam_is_that_of_captum(small: Small, layer: int, paired: Paired) -> None:
    """At every map; captum would take the frames of a recurrent layer for channels."""
    from captum.attr import LayerGradCam

    pair = paired(small)
    network = pair.original.network
    part = [network.stem, *network.layers][layer]

    def score(values: torch.Tensor) -> torch.Tensor:
        return pair.original(values).logits

    theirs = LayerGradCam(score, part).attribute(started(pair), target=1, relu_attributions=True)
    found = explained(pair.model, methods()["gradcam"], CLIP, settings=AtLayer(layer))
    np.testing.assert_allclose(found.relevance, theirs[0, 0].detach().numpy(), **NEAR)


@pytest.mark.parametrize("number", [1, 4, 7])
@pytest.mark.parametrize("name", MAPS)
def test_a_map_of_a_convolution_on_the_waveform_is_its_formula(name: str, number: int, paired: Paired) -> None:
    pair = paired(WAV2VEC2)
    values, slope = of_wav2vec2_convolution(pair, number)
    expected = FORMULAS[name](values.detach()[0], slope[0])[None, None]
    frames = pair.model.family.convolutions(pair.model.module)[number - 1].average(expected, 24)[:, 0]
    found = explained(pair.model, methods()[name], CLIP, settings=AtLayer(convolution=number))
    assert found.relevance.shape == (1, 24)  # 1 + (8000 - 400) // 320
    assert found.relevance.max() > 0
    np.testing.assert_allclose(found.relevance[0], frames.numpy(), rtol=1e-3, atol=1e-4 * float(frames.max()))


def test_whispers_convolutions_are_taken_before_their_activation_and_averaged_as_they_are(paired: Paired) -> None:
    pair = paired(WHISPER)
    model: Any = pair.original
    values = leaf(model.encoder.conv1(started(pair)))
    hidden = gelu(model.encoder.conv2(gelu(values))).permute(0, 2, 1) + model.encoder.embed_positions.weight
    for layer in model.encoder.layers:
        hidden = layer(hidden, None)
        hidden = hidden[0] if isinstance(hidden, tuple) else hidden
    score = model.classifier(model.projector(model.encoder.layer_norm(hidden)).mean(1))[0, 1]
    (slope,) = torch.autograd.grad(score, values)
    places = FORMULAS["hirescam"](values.detach()[0], slope[0])
    expected = places[:50].reshape(25, 2).mean(1)  # two columns of log-mel to a frame of 20 ms
    found = explained(pair.model, methods()["hirescam"], CLIP, settings=AtLayer(convolution=1))
    np.testing.assert_allclose(found.relevance[0], expected.numpy(), rtol=1e-3, atol=1e-4 * float(expected.max()))


@pytest.mark.parametrize("small", [CNN, CRNN], ids=str)
def test_at_a_global_average_the_class_map_is_the_papers_and_gradcam_and_hirescam_are_its_positive_part(
    small: Small, paired: Paired
) -> None:
    """Zhou et al. 2016: sum over channels of weight x activation; divided by the places it adds up to the score."""
    pair = paired(small)
    model, last = pair.model, pair.model.card.layers
    cam = explained(model, methods()["cam"], CLIP)
    heard: list[torch.Tensor] = []
    hook = pair.original.network.layers[-1].register_forward_hook(lambda _part, _inputs, output: heard.append(output))
    with torch.no_grad():
        score = float(pair.original(started(pair)).logits[0, 1])
    hook.remove()
    values = heard[0][0] if heard[0].ndim == 4 else heard[0][0].T[:, None]
    paper = torch.einsum("k,kbt->bt", pair.original.classifier.weight[1].detach(), values).numpy()
    np.testing.assert_allclose(cam.relevance * paper.size, paper, **NEAR)
    assert float(cam.relevance.sum()) + float(pair.original.classifier.bias[1]) == pytest.approx(score, abs=1e-5)
    assert cam.gap == pytest.approx(0, abs=1e-4)
    for name in ("gradcam", "hirescam"):
        same = explained(model, methods()[name], CLIP, settings=AtLayer(last))
        np.testing.assert_allclose(same.relevance, np.maximum(cam.relevance, 0), rtol=1e-4, atol=1e-8)


def test_the_class_map_of_a_difference_is_the_difference_of_class_maps(paired: Paired) -> None:
    model, cam = paired(CNN).model, methods()["cam"]
    first, second, both = (
        attribute(model, CLIP, cam, target) for target in (Target(1), Target(3), Target(1, against=3))
    )
    np.testing.assert_allclose(both.relevance, first.relevance - second.relevance, atol=1e-6)
    assert both.gap == pytest.approx(0, abs=1e-3)


@pytest.mark.parametrize("small", SAYING, ids=str)
def test_the_class_map_is_offered_only_after_a_global_average_and_one_linear_layer(
    small: Small, paired: Paired
) -> None:
    model = paired(small).model
    offered = not methods()["cam"].unfit(model, target_of(model), cheap(methods()["cam"]))
    assert offered == (averaged_end(model.module) is not None) == small.family.name.startswith("log-mel")


@pytest.mark.parametrize("name", MAPS)
def test_the_last_block_of_ast_draws_nothing_and_names_the_block_before(name: str, paired: Paired) -> None:
    """Only [CLS] and the distillation token reach the head: no patch of the last block does."""
    model = paired(AST).model
    _values, slope = of_ast(paired(AST), 3)
    assert not slope[0, 2:].any()
    assert slope[0, :2].all()
    with pytest.raises(MethodError, match=r"No gradient reaches .* layer 3") as refused:
        explained(model, methods()[name], CLIP, settings=AtLayer(3))
    assert refused.value.hint.endswith("is 2.")
    assert explained(model, methods()[name], CLIP).notes[0] == "Made from layer 2 of 3."


@pytest.mark.parametrize("small", SAYING, ids=str)
def test_every_layer_carries_a_map_or_names_the_nearest_that_does(small: Small, paired: Paired) -> None:
    model = paired(small).model
    grids = model.family.grids(model.module, model.extractor, CLIP.samples.size)
    for layer in range(model.card.layers + 1):
        try:
            found = explained(model, methods()["hirescam"], CLIP, settings=AtLayer(layer))
        except MethodError as refused:
            assert small is AST
            assert f"is {layer - 1}." in refused.hint
        else:
            assert found.relevance.shape == (grids[layer].bands, grids[layer].time.count)
            assert found.time == grids[layer].time


@pytest.mark.parametrize("small", CONVOLVING, ids=str)
def test_every_convolution_before_the_layers_carries_a_map(small: Small, paired: Paired) -> None:
    model = paired(small).model
    count = len(model.family.convolutions(model.module))
    grid = model.family.grids(model.module, model.extractor, CLIP.samples.size)[0]
    for number in range(1, count + 1):
        found = explained(model, methods()["layercam"], CLIP, settings=AtLayer(convolution=number))
        assert found.time == grid.time
        assert found.relevance.max() > 0
    reason = methods()["layercam"].unfit(model, target_of(model), AtLayer(convolution=count + 1))
    assert (str(count) in reason) if count else (reason == "it has no convolutions before its layers.")


@pytest.mark.parametrize("name", MAPS)
def test_a_layer_that_does_not_exist_is_refused_in_words(name: str, paired: Paired) -> None:
    model = paired(AST).model
    with pytest.raises(MethodError, match="its last layer has the number 3"):
        explained(model, methods()[name], CLIP, settings=AtLayer(4))


def test_only_gradcam_mixes_pitches() -> None:
    """Two bands, one channel that is 1 everywhere; the score depends on the upper band alone."""
    grid = TokenGrid(TimeAxis(0.0, 0.02, 0.02, 2), bands=2, edges=(0.0, 1.0, 2.0))
    activation, gradient = np.ones((2, 2, 1), dtype=np.float32), np.zeros((2, 2, 1), dtype=np.float32)
    gradient[1] = 4.0
    view = LayerView("a layer", activation, gradient, grid)
    assert hirescam.relevance(view).tolist() == layercam.relevance(view).tolist() == [[0, 0], [4, 4]]
    assert gradcam.relevance(view).tolist() == [[2, 2], [2, 2]]
    assert "pitch" in methods()["gradcam"].caution


def test_a_layer_in_which_nothing_speaks_for_it_says_so() -> None:
    grid = TokenGrid(TimeAxis(0.0, 0.02, 0.02, 2))
    ones = np.ones((1, 2, 3), dtype=np.float32)
    view = LayerView("layer 2 of 3", ones, -ones, grid)
    assert view.found(hirescam.relevance(view)).notes == ("Made from layer 2 of 3.", "Nothing there speaks for it.")
    assert view.found(np.ones((1, 2), dtype=np.float32)).notes == ("Made from layer 2 of 3.",)


def test_places_of_a_layer_are_frames_already() -> None:
    values = np.arange(6, dtype=np.float32).reshape(1, 2, 3)
    assert on_frames(values, TimeAxis(0.0, 0.02, 0.02, 2), None) is values


@pytest.mark.parametrize("name", MAPS)
def test_convolutional_networks_are_looked_at_in_the_middle(name: str, paired: Paired) -> None:
    """Late maps point beside what was planted; layers with one band left tell no pitches apart."""
    assert explained(paired(CNN).model, methods()[name], CLIP).notes[0] == "Made from layer 1 of 3."
    assert explained(paired(CRNN).model, methods()[name], CLIP).notes[0] == "Made from layer 1 of 4."


def beside(name: str, model: str, settings: AtLayer) -> tuple[float, float]:
    """How often the strongest cell of a map lies on the target tone or two cells beside, and the mean mass on it."""
    points, masses, network = [], [], planted.network(model)
    for item in planted.clips(15):
        found = attribute(network, item.clip, methods()[name], Target(item.shape), settings)
        plane = network.family.plane(network.extractor, network.module.config, item.clip.samples.size)
        middles = (np.array(plane.edges[:-1]) + np.array(plane.edges[1:])) / 2
        columns = [found.time.nearest(second) for second in plane.time.centres()]
        bands = np.clip(np.searchsorted(found.edges, middles, side="right") - 1, 0, len(found.relevance) - 1)
        laid = found.relevance[np.ix_(bands, columns)]
        middle = np.argwhere(laid == laid.max()).mean(0).round().astype(int)
        points.append(item.box(plane, wider=2)[tuple(middle)])
        masses.append(laid[item.box(plane)].sum() / laid.sum())
    return float(np.mean(points)), float(np.mean(masses))


@pytest.mark.parametrize(("model", "least"), [(planted.CNN, 0.9), (planted.CRNN, 0.6)])
@pytest.mark.parametrize("name", ["hirescam", "layercam"])
def test_a_map_from_the_middle_points_at_the_planted_tone(name: str, model: str, least: float) -> None:
    """Less often where layers are pooled in pitch and read on in time; the box and its surroundings cover 6 %."""
    assert beside(name, model, AtLayer())[0] >= least


@pytest.mark.parametrize("model", [planted.CNN, planted.CRNN])
def test_the_last_layer_points_less_well_than_the_middle(model: str) -> None:
    last = AtLayer(planted.network(model).card.layers)
    assert beside("hirescam", model, last)[0] < beside("hirescam", model, AtLayer())[0]


def test_averaging_over_pitches_spreads_the_map_beside_the_planted_tone() -> None:
    """Measured on the convolutional network; on the recurrent one both methods put as little there."""
    assert beside("gradcam", planted.CNN, AtLayer())[1] < 0.7 * beside("hirescam", planted.CNN, AtLayer())[1]
