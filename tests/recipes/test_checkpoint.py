"""The checkpoint that ships is ordinary, small, and its card tells every figure that was measured."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.audio_backend import transformers
from models.recipes.speech_tiny.card import percent
from models.recipes.speech_tiny.evaluation import edits, read_sound, recognise
from models.recipes.speech_tiny.phones import vocabulary
from models.recipes.speech_tiny.report import GOALS

ROOT = Path(__file__).parents[2] / "models"
FOLDER = ROOT / "checkpoints" / "speech-tiny"
REPORT: dict[str, Any] = json.loads((FOLDER / "evaluation.json").read_text())
THE_CAT = "dh ah k ae t s ae t aa n dh ah m ae t"


@pytest.fixture(scope="module")
def model() -> Iterator[torch.nn.Module]:
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield transformers.AutoModelForCTC.from_pretrained(FOLDER).eval()
    torch.set_num_threads(threads)


def test_the_weights_are_safetensors_of_at_most_12_megabytes() -> None:
    assert sum(path.stat().st_size for path in FOLDER.iterdir()) <= 12_000_000
    # directions of colours are plain arrays, read without pickles like the stored traces
    assert {path.suffix for path in FOLDER.iterdir()} == {".json", ".md", ".safetensors", ".npz"}


def test_plain_transformers_loads_model_and_processor(model: torch.nn.Module) -> None:
    processor = transformers.AutoProcessor.from_pretrained(FOLDER)
    assert processor.tokenizer.get_vocab() == vocabulary()
    inputs = processor(np.zeros(16_000, np.float32), sampling_rate=16_000, return_tensors="pt")
    with torch.no_grad():
        assert model(**inputs).logits.shape == (1, 49, 40)


def test_the_network_is_of_the_promised_size(model: torch.nn.Module) -> None:
    settings = model.config
    assert (settings.num_hidden_layers, settings.num_attention_heads, settings.hidden_size) == (8, 6, 192)
    assert settings.do_stable_layer_norm and settings.feat_extract_norm == "layer"
    assert sum(p.numel() for p in model.parameters()) == REPORT["model"]["parameters"]


def test_the_default_clip_is_heard_with_few_errors(model: torch.nn.Module) -> None:
    (heard,) = recognise(model, [read_sound(ROOT / "samples" / "cat.flac")])
    assert edits(THE_CAT.split(), heard).rate <= 0.2


def _figures(report: Any) -> Iterator[float | int | str]:
    if isinstance(report, dict):
        for value in report.values():
            yield from _figures(value)
    else:
        yield report


def _written(figure: float | int | str) -> str:
    if isinstance(figure, float):
        return f"{figure:.1f}"
    return f"{figure:,}" if isinstance(figure, int) else figure


def test_the_card_has_every_figure_of_the_evaluation() -> None:
    card = (FOLDER / "README.md").read_text()
    for figures in REPORT["sets"].values():
        rates = [figures["phone_error_rate"], figures["low"], figures["high"], *figures["speakers"].values()]
        assert all(percent(rate) in card for rate in rates)
        for name in ("substitutions", "deletions", "insertions", "phones", "utterances"):
            assert f"{figures[name]:,}" in card
    for part in ("model", "corpus", "measured"):
        assert all(_written(figure) in card for figure in _figures(REPORT[part])), part
    assert f"{REPORT['training']['steps']:,}" in card and f"{REPORT['training']['hours_heard']:.1f}" in card
    assert f"{REPORT['training']['minutes']:.0f} minutes" in card


@pytest.mark.parametrize("name", GOALS)
def test_the_card_says_whether_a_goal_was_reached(name: str) -> None:
    figures = REPORT["sets"][name]
    assert figures["goal"] == GOALS[name]
    verdict = "reached" if figures["phone_error_rate"] <= GOALS[name] else "not reached"
    row = f"**{percent(figures['phone_error_rate'])}** | at most {percent(GOALS[name])}: {verdict} |"
    assert row in (FOLDER / "README.md").read_text()


def test_sentences_of_words_never_trained_on_are_heard_with_at_most_8_percent_errors() -> None:
    assert REPORT["sets"]["seen_voices"]["phone_error_rate"] <= 0.08


@pytest.mark.parametrize("name", REPORT["sets"])
def test_rates_intervals_and_counts_agree(name: str) -> None:
    figures = REPORT["sets"][name]
    wrong = figures["substitutions"] + figures["deletions"] + figures["insertions"]
    assert figures["phone_error_rate"] == pytest.approx(wrong / figures["phones"])
    assert figures["low"] <= figures["phone_error_rate"] <= figures["high"]
