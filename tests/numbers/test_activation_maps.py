"""Channels planted at a place are found there, and maps keep the bands and frames that they were made on."""

from collections.abc import Callable

import numpy as np
import pytest

from core import activation_maps as maps
from core.activation_maps import LayerActivation, Region
from core.attribution.layer_maps import AtLayer, LayerView, view
from core.attribution.question import asked
from core.errors import MethodError
from core.grid import TokenGrid
from core.progress import silent
from core.timeline import TimeAxis
from core.trace import trace
from tests.attribution.asking import SAYING, target_of
from tests.contracts.small_models import Pair, Small, noise

Paired = Callable[[Small], Pair]
TIME = TimeAxis(0.01, 0.02, 0.02, 20)
EDGES = (0.0, 1_000.0, 2_000.0, 4_000.0)
CLIP = noise(0.5)


@pytest.fixture
def planted() -> LayerActivation:
    """Channel 0 is noise, 1 answers from 0.1 to 0.2 s in the band from 1 to 2 kHz, 2 moves most, 3 stands still."""
    draw = np.random.default_rng(0)
    values = draw.normal(0, 1, (3, 20, 4)).astype(np.float32)
    values[..., 1] *= 0.1
    values[1, 5:10, 1] += 2.0
    values[..., 2] *= 100
    values[..., 3] = 7.0
    return LayerActivation(values, TIME, EDGES)


def test_the_most_active_channel_moves_most_whatever_its_own_numbers(planted: LayerActivation) -> None:
    found = maps.most_active(planted, 4)
    assert found.channels.tolist() == [2, 0, 1, 3]
    moves = planted.values.reshape(60, 4).std(0)
    assert found.values == pytest.approx(moves[[2, 0, 1, 3]] / np.median(moves), rel=1e-4)


def test_a_channel_planted_in_a_region_is_the_most_special_to_it(planted: LayerActivation) -> None:
    there, elsewhere = Region(0.1, 0.2, 1_000.0, 2_000.0), Region(0.3, 0.4, 2_000.0, 4_000.0)
    found = maps.most_specific(planted, there, 1)
    assert found.channels.tolist() == [1]
    channel = planted.values[..., 1].reshape(-1).astype(float)
    scores = (channel - channel.mean()) / channel.std()
    marked = np.zeros((3, 20), dtype=bool)
    marked[1, 5:10] = True
    expected = scores[marked.reshape(-1)].mean() - scores[~marked.reshape(-1)].mean()
    assert found.values[0] == pytest.approx(expected, rel=1e-5)
    assert maps.most_specific(planted, elsewhere, 1).channels.tolist() != [1]


def test_pitch_counts_where_a_layer_tells_pitches_apart(planted: LayerActivation) -> None:
    low = maps.most_specific(planted, Region(0.1, 0.2, 0.0, 1_000.0), 4)
    assert low.values[low.channels.tolist().index(1)] < 0.5
    averaged = LayerActivation(planted.values.mean(0, keepdims=True), TIME)
    assert maps.most_specific(averaged, Region(0.1, 0.2, 0.0, 1_000.0), 1).channels.tolist() == [1]


def test_a_region_narrower_than_a_place_still_holds_one(planted: LayerActivation) -> None:
    assert maps.most_specific(planted, Region(0.131, 0.132, 1_400.0, 1_410.0), 1).channels.tolist() == [1]


def test_nothing_is_special_to_the_whole_sound(planted: LayerActivation) -> None:
    with pytest.raises(MethodError, match="whole sound"):
        maps.most_specific(planted, Region(0.0, 1.0))


def test_levels_are_z_scores_and_a_channel_that_stands_still_says_nothing(planted: LayerActivation) -> None:
    found = maps.of_channels(planted, (1, 3))
    assert found.levels.shape == (2, 3, 20)
    assert found.channels == (1, 3)
    channel = planted.values[..., 1].astype(float)
    scores = (channel - channel.mean()) / channel.std()
    expected = np.clip(np.round((scores + 3) / 6 * 255), 0, 255)
    assert np.abs(found.levels[0] - expected).max() <= 1
    assert set(found.levels[1].reshape(-1).tolist()) == {128}


def test_a_whole_layer_stands_out_where_its_channels_do() -> None:
    values = np.zeros((2, 4, 3), dtype=np.float32)
    values[1, 2] = 1.0
    # one place of eight: z is 7 / sqrt(7) there and -1 / sqrt(7) elsewhere, the same for all channels
    found = maps.whole(LayerActivation(values, TimeAxis(0.0, 0.02, 0.02, 4), (0.0, 1.0, 2.0)))
    assert (found.low, found.high, found.channels) == (0.0, 2.0, ())
    assert found.levels[0, 1, 2] == 255
    assert set(np.delete(found.levels.reshape(-1), 6).tolist()) == {round(255 / 2 / np.sqrt(7))}


def test_maps_lie_over_a_picture_at_the_pictures_own_scale(planted: LayerActivation) -> None:
    found = maps.of_channels(planted, (1,))
    laid = found.over(np.array([0.0, 500.0, 1_000.0, 1_500.0, 3_000.0, 4_000.0, 8_000.0]))
    assert laid.shape == (1, 6, 20)
    for picture, own in enumerate((0, 0, 1, 2, 2)):
        np.testing.assert_array_equal(laid[0, picture], found.levels[0, own])
    assert set(laid[0, 5].tolist()) == {128}
    flat = maps.of_channels(LayerActivation(planted.values[:1], TIME), (0,))
    np.testing.assert_array_equal(flat.over(np.array([0.0, 1.0, 2.0]))[0, 1], flat.levels[0, 0])


def test_the_channel_that_carries_most_is_worked_out_by_hand() -> None:
    activation = np.array([[[1.0, 2.0, 3.0], [1.0, 0.0, 3.0]]], dtype=np.float32)
    gradient = np.array([[[1.0, 4.0, -1.0], [2.0, 9.0, 0.0]]], dtype=np.float32)
    seen = LayerView("a layer", activation, gradient, TokenGrid(TimeAxis(0.0, 0.02, 0.02, 2)))
    found = maps.most_carrying(seen, 3)
    assert found.channels.tolist() == [1, 0, 2]
    assert found.values.tolist() == [8.0, 3.0, -3.0]
    drawn = maps.carried(seen, (1, 2))
    assert (drawn.low, drawn.high) == (-8.0, 8.0)
    assert drawn.levels[0, 0].tolist() == [255, 128]
    assert drawn.levels[1, 0].tolist() == [round(255 * 5 / 16), 128]


@pytest.mark.parametrize("small", SAYING, ids=str)
def test_every_layer_and_convolution_of_a_trace_has_maps_of_its_own_grid(small: Small, paired: Paired) -> None:
    model = paired(small).model
    found = trace(model, CLIP)
    for number in range(found.layers + 1):
        grid, seen = found.grids[number], maps.layer(found, number)
        assert seen.values.shape == (grid.bands, grid.time.count, found.hidden[number].shape[1])
        assert len(seen.edges) == (grid.bands + 1 if grid.bands > 1 else 0)
        assert maps.whole(seen).levels.shape == (1, grid.bands, grid.time.count)
        best = maps.most_active(seen, 2)
        assert maps.of_channels(seen, best.channels.tolist()).over(np.linspace(0, 8_000, 33)).shape[:2] == (2, 32)
    for number, features in enumerate(found.convolutions, start=1):
        assert maps.convolution(found, number).values.shape == (1, *features.shape)
    with pytest.raises(MethodError):
        maps.convolution(found, len(found.convolutions) + 1)


@pytest.mark.parametrize("small", SAYING, ids=str)
def test_a_live_pass_sees_what_a_trace_keeps_and_its_channels_add_up_to_the_map(small: Small, paired: Paired) -> None:
    model = paired(small).model
    kept = trace(model, CLIP)
    with asked(model, CLIP, target_of(model)) as asking:
        seen = view(asking, AtLayer(1), silent)
        if kept.convolutions and small.family.name != "whisper":  # there the activation is no module of its own
            front = view(asking, AtLayer(convolution=2), silent)
            np.testing.assert_allclose(maps.of_view(front).values, maps.convolution(kept, 2).values, atol=1e-5)
    np.testing.assert_allclose(maps.of_view(seen).values, maps.layer(kept, 1).values, atol=1e-5)
    every = maps.most_carrying(seen, 10_000)
    assert every.channels.size == kept.hidden[1].shape[1]
    assert float(every.values.sum()) == pytest.approx(
        float((seen.gradient * seen.activation).sum()), rel=1e-3, abs=1e-6
    )
