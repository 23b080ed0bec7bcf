"""The trust badge on networks that have learned: what is right passes, what shows only the sound does not."""

from functools import cache

import numpy as np
import pytest
import torch

from benchmarks.tones import SHAPES, planted
from core.attribution.badge import Badge, badge
from core.attribution.method import Method, explain
from core.attribution.methods import methods
from core.attribution.question import asked
from core.attribution.target import Target
from core.family import transformers_class
from core.loading import LoadedModel
from core.model_spec import ModelCard, ModelSpec
from models import FAMILIES
from tests.attribution.known import ENERGY, Settings
from tests.attribution.planted import AST, CNN, clips, network

COUNT = 3
OWN = {"energy": (ENERGY, Settings())}


def badges(model: LoadedModel, method: Method, settings: object, names: tuple[str, ...]) -> list[Badge]:
    """Judge the explanation of a few clips that the network was not taught on, each with its planted fact."""
    found = []
    for clip in clips(COUNT):
        assert clip.shape is not None
        assert clip.fact is not None
        with asked(model, clip.clip, Target(clip.shape)) as question:
            explanation = explain(question, method, settings)
            found.append(badge(question, method, explanation, facts=(clip.fact,), names=names))
    return found


@cache
def judged(network_name: str, method_name: str, names: tuple[str, ...]) -> tuple[Badge, ...]:
    """Judge one method on one network; energy is no method that is offered."""
    method, settings = OWN.get(method_name) or (methods()[method_name], methods()[method_name].settings())
    return tuple(badges(network(network_name), method, settings, names))


def mean(found: tuple[Badge, ...], check: str, number: str) -> float:
    """Average a number over clips."""
    known = [item.numbers[number] for part in found for item in part.verdicts if item.check == check]
    return float(np.mean(known))


@pytest.mark.parametrize(("network_name", "method_name"), [(CNN, "integrated-gradients"), (AST, "attn-lrp")])
def test_what_is_right_takes_away_at_least_half_of_what_chance_leaves(network_name: str, method_name: str) -> None:
    found = judged(network_name, method_name, ("deletion", "randomised", "planted"))
    assert mean(found, "deletion", "deletion") <= 0.5 * mean(found, "deletion", "chance") + 0.05
    assert all(item.holds in {"yes", "partly"} for part in found for item in part.verdicts)
    assert mean(found, "planted", "points") >= 2 / 3


@pytest.mark.parametrize(
    ("method_name", "most"),
    [("saliency", 0.2), ("guided-backprop", 0.2), ("input-x-gradient", 0.6), ("integrated-gradients", 0.6)],
)
def test_a_network_with_random_weights_gives_another_picture(method_name: str, most: float) -> None:
    found = judged(CNN, method_name, ("randomised",))
    assert mean(found, "randomised", "all random") <= most
    assert mean(found, "randomised", "bound") == pytest.approx(most)


def test_the_energy_of_the_sound_is_found_out_though_it_points_at_the_louder_tone() -> None:
    found = judged(CNN, "energy", ("randomised", "planted"))
    assert mean(found, "randomised", "all random") == pytest.approx(1.0)
    assert all(part.word == "not about the model" for part in found)
    assert mean(found, "planted", "points") == 0.0


def test_guided_backpropagation_is_asked_whether_it_minds_a_random_head() -> None:
    found = judged(CNN, "guided-backprop", ("randomised",))
    for part in found:
        (verdict,) = part.verdicts
        ignored = verdict.numbers["head random"] >= 0.7
        assert (verdict.holds == "no") is ignored
        assert ("ignores the last step" in verdict.sentence) is ignored


@cache
def misled() -> LoadedModel:
    """Teach a small network on labels drawn by chance."""
    family = FAMILIES[CNN]
    config = transformers_class(family.config)(
        num_mel_bins=64, widths=[8, 12, 12], pools=[[2, 2], [2, 2], [2, 2]], dropout=0.0, num_labels=len(SHAPES)
    )
    extractor = family.plain_extractor(config)
    heard = torch.cat([family.encode(extractor, item.clip.samples)["input_features"] for item in planted(80, seed=1)])
    draw = torch.Generator().manual_seed(0)
    labels = torch.randint(len(SHAPES), (len(heard),), generator=draw)
    module = family.random(family.classifier, config, seed=0).train().requires_grad_(True)
    optimizer = torch.optim.AdamW(module.parameters(), 3e-3)
    with torch.enable_grad():
        for _step in range(60):
            chosen = torch.randint(len(heard), (16,), generator=draw)
            loss = torch.nn.functional.cross_entropy(module(heard[chosen]).logits, labels[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    module.eval().requires_grad_(False)
    card = ModelCard("misled", "misled", 2, 0, 12, 1, 16_000, labels=SHAPES, classifies=True, attends=False)
    return LoadedModel(ModelSpec("folder", "misled"), family, module, extractor, card)


@pytest.mark.parametrize("method_name", ["input-x-gradient", "integrated-gradients", "lrp-gamma"])
def test_a_network_taught_on_labels_of_chance_gives_no_evidence(method_name: str) -> None:
    model, method = misled(), methods()[method_name]
    for item in clips(COUNT):
        heard = model.family.encode(model.extractor, item.clip.samples)["input_features"]
        likeliest = int(model.module(heard).logits.argmax())
        with asked(model, item.clip, Target(likeliest)) as question:
            found = badge(question, method, explain(question, method, method.settings()), names=("deletion",))
        (verdict,) = found.verdicts
        assert found.word in {"no evidence", "no better than chance"}
        assert verdict.numbers["deletion gain"] <= 0.05
