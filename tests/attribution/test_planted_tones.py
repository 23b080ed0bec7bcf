"""Explanations point at what was planted, and not at what is loud: the promises G5, G6 and G7 of the specification."""

import math

import numpy as np
import pytest
import torch

from benchmarks.planted_tones import ENERGY, LOUDNESS, RANDOM, fitting, named_right, scored
from benchmarks.tones import LOUDER, RATE, planted
from core.attribution import pieces
from core.attribution.curves import area, curves
from core.attribution.method import attribute, explain
from core.attribution.methods import methods
from core.attribution.methods.integrated_gradients import Settings as Integrated
from core.attribution.question import asked
from core.attribution.ranking import ranking
from core.attribution.target import Target
from core.clip import Clip
from core.errors import MethodError
from core.progress import silent
from tests.attribution.planted import AST, CNN, CRNN, clips, network

FEW = 10
EVERY = 30
NETWORKS = (CNN, CRNN, AST)


def test_the_target_covers_a_sixtieth_of_the_plane_and_the_distractor_is_louder() -> None:
    shares = [item.box(network(CNN).family.plane(*_made_with(CNN), RATE)).mean() for item in clips(EVERY)]
    assert np.mean(shares) == pytest.approx(0.016, abs=0.002)
    item = clips(1)[0]
    spectrum = np.abs(np.fft.rfft(item.clip.samples)) ** 2
    hertz = np.fft.rfftfreq(RATE, 1 / RATE)
    target = (hertz >= item.fact.low_hz) & (hertz < item.fact.high_hz)
    assert 10 * math.log10(spectrum[~target].sum() / spectrum[target].sum()) == pytest.approx(LOUDER, abs=1.0)


def _made_with(name: str) -> tuple[object, object]:
    model = network(name)
    return model.extractor, model.module.config


def test_clips_are_the_same_for_the_same_seed_and_others_for_another() -> None:
    assert planted(2, 5)[1].clip.fingerprint == planted(2, 5)[1].clip.fingerprint
    assert planted(2, 5)[1].clip.fingerprint != planted(2, 6)[1].clip.fingerprint


@pytest.mark.parametrize("name", NETWORKS)
def test_the_networks_know_the_target_so_that_the_test_is_one_of_explanations(name: str) -> None:
    assert named_right(network(name), clips(EVERY)) >= 0.95


@pytest.mark.parametrize(("way", "count"), [(RANDOM, FEW), (LOUDNESS, EVERY), (ENERGY, EVERY)])
@pytest.mark.parametrize("name", NETWORKS)
def test_who_knows_nothing_of_the_network_points_wrong(name: str, way: str, count: int) -> None:
    assert scored(network(name), clips(count), way).points <= 0.05


@pytest.mark.parametrize("name", NETWORKS)
def test_without_any_sound_the_networks_name_nothing(name: str) -> None:
    model = network(name)
    silence = Clip.of("silence", np.zeros(RATE), RATE)
    with torch.no_grad():
        assert (model.module(**model.inputs(silence)).logits < 0).all()


def test_integrated_gradients_point_at_the_tone_in_the_cnn_and_add_up() -> None:
    found = scored(network(CNN), clips(EVERY), "integrated-gradients")
    assert found.points >= 0.95
    assert found.mass >= 0.6
    assert found.gap <= 0.01


def test_lrp_gamma_points_at_the_tone_in_the_cnn() -> None:
    assert scored(network(CNN), clips(EVERY), "lrp-gamma").points >= 0.95


def test_attn_lrp_points_at_the_tone_in_the_transformer() -> None:
    found = scored(network(AST), clips(EVERY), "attn-lrp")
    assert found.points >= 0.85
    assert found.mass >= 0.4
    assert found.deletion <= 0.15


def test_integrated_gradients_in_fifty_steps_nearly_add_up_in_the_transformer() -> None:
    found = scored(network(AST), clips(FEW), "integrated-gradients", Integrated(first_steps=50, most_steps=50))
    assert found.gap <= 0.03


def test_gradcam_on_the_tokens_of_the_last_block_draws_nothing_and_says_so() -> None:
    model, method = network(AST), methods()["gradcam"]
    layer = model.card.layers
    with pytest.raises(MethodError, match="gradient"):
        attribute(model, clips(1)[0].clip, method, Target(clips(1)[0].shape), method.settings(layer=layer))


@pytest.mark.parametrize("name", NETWORKS)
@pytest.mark.parametrize("kind", ["pieces", "relevance"])
def test_what_a_default_calls_relevant_is_lost_twice_as_fast_as_what_chance_does(name: str, kind: str) -> None:
    model = network(name)
    method = methods()[next(way for way in fitting(model) if methods()[way].kind == kind)]
    own, chance = [], []
    for item in clips(FEW):
        with asked(model, item.clip, Target(item.shape), pieces.cut(item.clip, pieces.usual(item.clip))) as question:
            found = curves(question, ranking(explain(question, method, method.settings())), silent)
        own.append(area(found.shares, found.deletion))
        chance.extend(area(found.some, row) for row in found.chance)
    assert np.mean(own) <= 0.5 * np.mean(chance)
