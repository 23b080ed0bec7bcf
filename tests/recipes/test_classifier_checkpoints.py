"""The three classifiers that ship are small and ordinary, answer as their cards say, and know what was planted."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
import torch

from core import samples
from core.loading import LoadedModel, load_model
from core.model_spec import ModelSpec
from core.sources import CHECKPOINTS, bundled
from models.recipes.sound_classifiers.classes import LABELS
from models.recipes.sound_classifiers.digits import find_recordings, recorded
from models.recipes.sound_classifiers.evaluation import answered, unheard_sounds
from models.recipes.sound_classifiers.networks import NETWORKS
from models.recipes.speech_tiny.card import percent

PLANTED = {"seven-between-chimes": "seven", "bell-after-rain": "bell", "bird-over-engine": "bird"}
TOLERANCE = 0.12  # three standard deviations of a share of 85 % among 80 clips


@pytest.fixture(scope="module", params=NETWORKS)
def model(request: pytest.FixtureRequest) -> Iterator[LoadedModel]:
    """Lend every network as the app loads it."""
    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    yield load_model(ModelSpec("bundled", request.param))
    torch.set_num_threads(threads)


def _report(name: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((CHECKPOINTS / name / "evaluation.json").read_text())
    return found


def _answer(model: LoadedModel, path: Path) -> str:
    sound, rate = soundfile.read(path, dtype="float32")
    with model.exclusive() as module, torch.inference_mode():
        logits = module(**model.extractor(sound, sampling_rate=rate, return_tensors="pt")).logits
    return LABELS[int(logits.argmax())]


@pytest.mark.parametrize("name", NETWORKS)
def test_a_classifier_is_offered_and_takes_at_most_8_megabytes(name: str) -> None:
    assert name in bundled()
    files = list((CHECKPOINTS / name).iterdir())
    assert sum(path.stat().st_size for path in files) <= 8_000_000
    assert {path.suffix for path in files} == {".json", ".md", ".safetensors"}


def test_a_classifier_names_nineteen_classes_in_words(model: LoadedModel) -> None:
    assert tuple(model.module.config.id2label[number] for number in range(19)) == LABELS
    assert model.module.config.architectures == [NETWORKS[model.spec.name].architecture]


def test_a_classifier_is_right_on_the_speaker_it_never_heard_as_often_as_its_card_says(model: LoadedModel) -> None:
    if find_recordings() is None:
        pytest.skip("no real recordings: set STRATA_DATA to their folder")
    report = _report(model.spec.name)
    heard = [sound for sound in recorded() if sound.group == report["left_out"]][::6]
    share = answered(model.module, model.extractor, heard).correct.mean()
    assert share == pytest.approx(report["sets"]["digits"]["accuracy"], abs=TOLERANCE)


def test_a_classifier_is_right_on_sounds_of_unheard_makers_as_often_as_its_card_says(model: LoadedModel) -> None:
    share = answered(model.module, model.extractor, unheard_sounds()[::3]).correct.mean()
    assert share == pytest.approx(_report(model.spec.name)["sets"]["sounds"]["accuracy"], abs=TOLERANCE)


@pytest.mark.parametrize(("clip", "label"), PLANTED.items())
def test_a_classifier_names_a_clip_after_what_was_planted_in_it(model: LoadedModel, clip: str, label: str) -> None:
    sample = samples.samples()[clip]
    assert [fact.label for fact in sample.facts] == [label]
    assert _answer(model, sample.path) == label


@pytest.mark.parametrize("clip", PLANTED)
def test_most_of_the_power_of_a_clip_lies_outside_of_what_was_planted(clip: str) -> None:
    sample = samples.samples()[clip]
    (fact,) = sample.facts
    sound, rate = soundfile.read(sample.path)
    frequencies, times = np.fft.rfftfreq(len(sound), 1 / rate), np.arange(len(sound)) / rate
    kept = np.fft.rfft(sound) * ((frequencies >= fact.low_hz) & (frequencies <= fact.high_hz))
    inside = np.fft.irfft(kept, len(sound))[(times >= fact.start) & (times < fact.end)]
    assert np.sum(inside**2) < 0.5 * np.sum(sound**2)


@pytest.mark.parametrize("name", NETWORKS)
def test_the_card_has_the_figures_of_the_evaluation(name: str) -> None:
    card, report = (CHECKPOINTS / name / "README.md").read_text(), _report(name)
    tests = (*report["sets"].values(), report["leave_one_out"])
    assert all(percent(found[figure]) in card for found in tests for figure in ("accuracy", "low", "high"))
    assert all(percent(share) in card for share in report["leave_one_out"]["speakers"].values())
    assert all(percent(share) in card for found in report["sets"].values() for share in found["classes"].values())
    assert f"{report['model']['parameters']:,} parameters" in card and "CC BY-SA 4.0" in card
