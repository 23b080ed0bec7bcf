"""The checkpoint that learned by masked prediction is ordinary, small, and better than what needs no learning."""

import json
from pathlib import Path
from typing import Any

import pytest

from core import samples
from core.audio_backend import transformers
from core.expectation.predictability import predictability
from core.loading import load_model
from core.model_spec import ModelSpec
from models.recipes.speech_self.card import write_card
from models.recipes.speech_tiny.card import percent

FOLDER = Path(__file__).parents[2] / "models" / "checkpoints" / "speech-self"
REPORT: dict[str, Any] = json.loads((FOLDER / "evaluation.json").read_text())
SETS = pytest.mark.parametrize("name", REPORT["sets"])


def test_the_weights_are_safetensors_of_at_most_8_megabytes() -> None:
    assert (FOLDER / "model.safetensors").stat().st_size <= 8_000_000
    assert REPORT["model"]["bytes"] == (FOLDER / "model.safetensors").stat().st_size


def test_plain_transformers_loads_it_with_its_head() -> None:
    model = transformers.AutoModelForPreTraining.from_pretrained(FOLDER)
    assert type(model).__name__ == "Wav2Vec2ForPreTraining"
    assert sum(part.numel() for part in model.parameters()) == REPORT["model"]["parameters"]
    assert transformers.AutoFeatureExtractor.from_pretrained(FOLDER).sampling_rate == 16_000


@SETS
def test_it_finds_the_truth_more_often_than_chance_and_than_a_copy_of_what_is_heard(name: str) -> None:
    learned, untaught = REPORT["sets"][name]["learned"], REPORT["sets"][name]["untaught"]
    lower = learned["accuracy"] - 1.96 * learned["spread"]
    assert lower > learned["copied"]
    assert lower > 5 * learned["chance"]
    assert lower > untaught["accuracy"]


@SETS
def test_its_codes_have_not_collapsed(name: str) -> None:
    assert REPORT["sets"][name]["learned"]["perplexity"] > 60
    assert REPORT["sets"][name]["learned"]["codes"] > 200


@SETS
def test_the_card_tells_what_was_measured(name: str) -> None:
    card, learned = (FOLDER / "README.md").read_text(), REPORT["sets"][name]["learned"]
    (row,) = [line for line in card.splitlines() if line.startswith(f"| {name} | **")]
    for figure in (learned["accuracy"], learned["copied"], learned["chance"]):
        assert percent(figure) in row


def test_the_card_is_what_the_recipe_writes(tmp_path: Path) -> None:
    (tmp_path / "evaluation.json").write_text((FOLDER / "evaluation.json").read_text())
    write_card(tmp_path)
    assert (FOLDER / "README.md").read_text().startswith((tmp_path / "README.md").read_text().rstrip())


def test_the_default_clip_is_expected_far_above_chance() -> None:
    found = predictability(load_model(ModelSpec("bundled", "speech-self")), samples.load(samples.samples()["cat"]))
    assert found.probability.mean() > 3 * found.chance
    assert found.right.mean() > 0.15
