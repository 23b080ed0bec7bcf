"""Colours of main directions found on many sounds: the same for the same sound, and shared by all clips (G21)."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from core import activity, directions, reference_directions
from core.clip import Clip
from core.loading import LoadedModel
from core.reference_directions import Layers
from core.sources import CHECKPOINTS
from core.trace import Trace, trace
from core.vectors.passing import stops_of
from tests.comparing import planted
from tests.contracts.small_models import ONE_EACH

torch.set_num_threads(1)
WAV2VEC2 = next(small for small in ONE_EACH if small.family.name == "wav2vec2")


def _clip(seed: int, seconds: float = 1.0) -> Clip:
    return Clip.of(f"noise {seed}", np.random.default_rng(seed).normal(0, 0.1, round(16_000 * seconds)), 16_000)


@pytest.fixture(scope="module")
def model(paired: Callable) -> LoadedModel:
    return paired(WAV2VEC2).model


@pytest.fixture(scope="module")
def fitted(model: LoadedModel) -> tuple[Layers, Layers]:
    return reference_directions.fit(model, planted.corpus(voices=2, sentences=3), [_clip(1), _clip(2)])


def _colours(found: Trace, fitted: Layers, layer: int) -> np.ndarray:
    return directions.colours(fitted[layer], found.frames(layer))


def test_every_stop_is_fitted_on_the_corpus_and_on_the_clips(model: LoadedModel, fitted: tuple[Layers, Layers]) -> None:
    assert tuple(fitted[0]) == stops_of(model)
    # six utterances of twenty moments, and two clips of one second with a frame each tenth
    assert {layer.frames for layer in fitted[0].values()} == {6 * 20 + 2 * 10}
    assert {layer.origin for layer in fitted[0].values()} == {"reference"}


def test_the_same_clip_twice_has_the_same_colours(model: LoadedModel, fitted: tuple[Layers, Layers]) -> None:
    first, second = (_colours(trace(model, _clip(7)), fitted[0], 1) for _twice in range(2))
    assert (first == second).all()


def test_two_clips_share_the_basis_so_equal_frames_have_equal_colours(
    model: LoadedModel, fitted: tuple[Layers, Layers]
) -> None:
    own, other = (trace(model, _clip(seed)).frames(1) for seed in (5, 6))
    alone = directions.colours(fitted[0][1], own)
    among = directions.colours(fitted[0][1], np.concatenate([other, own]))
    assert (among[len(other) :] == alone).all()
    fresh = directions.colours(directions.fit(np.concatenate([other, own])), own)
    assert (fresh != alone).any(), "a basis of the clips themselves would give other colours"


def test_signs_are_the_same_however_often_it_is_fitted(model: LoadedModel, fitted: tuple[Layers, Layers]) -> None:
    again = reference_directions.fit(model, planted.corpus(voices=2, sentences=3), [_clip(1), _clip(2)])
    for stop, layer in fitted[0].items():
        assert again[0][stop].axes == pytest.approx(layer.axes, abs=1e-5)


def test_with_loudness_taken_out_no_colour_follows_it(model: LoadedModel, fitted: tuple[Layers, Layers]) -> None:
    corpus, moments = planted.corpus(voices=2, sentences=3), 0
    values, loud = [], []
    for index in range(6):
        found = trace(model, corpus.clip(index))
        values.append(found.frames(1))
        loud.append(activity.loudness(corpus.clip(index), found.time))
        moments += len(loud[-1])
    loudness = np.concatenate(loud)
    scores = directions.scores(fitted[1][1], np.concatenate(values), loudness)
    assert max(abs(np.corrcoef(scores[:, at], loudness)[0, 1]) for at in range(3)) < 0.25


def test_what_is_stored_serves_its_own_weights_and_shapes_alone(fitted: tuple[Layers, Layers], tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    reference_directions.write(tmp_path, fitted)
    widths = {stop: layer.mean.size for stop, layer in fitted[0].items()}
    for quiet in (False, True):
        found = reference_directions.shipped(tmp_path, quiet, widths)
        assert found is not None
        assert found[-1].axes == pytest.approx(fitted[quiet][max(widths)].axes)
    assert reference_directions.shipped(tmp_path, False, {**widths, 0: 5}) is None
    assert reference_directions.shipped(tmp_path, False, {0: widths[0]}) is None
    (tmp_path / "model.safetensors").write_bytes(b"others")
    assert reference_directions.shipped(tmp_path, False, widths) is None


@pytest.mark.parametrize("quiet", [False, True])
def test_the_speech_model_that_ships_brings_directions_of_its_own_weights(quiet: bool) -> None:
    found = directions.load(reference_directions.place(CHECKPOINTS / "speech-tiny", quiet))
    assert {layer.origin for layer in found.values()} == {"reference"}
    assert min(layer.frames for layer in found.values()) > 3000
    assert max(found) == 8
