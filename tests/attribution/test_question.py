"""A question stays within memory and within its clip, whatever a model pads and in whatever numbers it reckons."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from core.attribution.methods import methods
from core.attribution.question import AT_ONCE, asked
from core.loading import load_folder
from core.model_spec import ModelSpec
from models import FAMILIES
from tests.attribution.asking import explained, target_of
from tests.contracts.small_models import Pair, Small, noise, save

Paired = Callable[[Small], Pair]
PADDED = ("audio-spectrogram-transformer", "whisper")  # to 2 and to 30 s


def small(name: str) -> Small:
    family = FAMILIES[name]
    return Small(family, family.classifier)


@pytest.mark.parametrize("seconds", [0.4, 1.0])
@pytest.mark.parametrize("name", PADDED)
def test_what_pads_a_sound_counts_when_sounds_are_heard_together(name: str, seconds: float, paired: Paired) -> None:
    model = paired(small(name)).model
    with asked(model, noise(seconds, model.card.sample_rate), target_of(model)) as question:
        given = question.values.shape[2 if name == "whisper" else 1] * question.plane.time.step
        assert question.at_once == max(1, int(AT_ONCE / max(given, 1.0)))
        assert question.at_once < AT_ONCE


def test_of_a_score_only_what_lies_on_the_sound_is_said_to_lie_there(paired: Paired) -> None:
    model = paired(small("audio-spectrogram-transformer")).model
    found = explained(model, methods()["attn-lrp"])
    on_sound = float(found.relevance.sum(dtype=np.float64))
    assert f"Of a score of {found.score:.2f}, {on_sound:.2f} (" in found.notes[0]


@pytest.mark.parametrize("name", ["occlusion", "integrated-gradients", "attn-lrp", "hirescam"])
def test_a_model_of_half_precision_is_explained_in_single_precision(name: str, tmp_path: Path) -> None:
    asking = small("audio-spectrogram-transformer")
    save(asking, tmp_path)
    model = load_folder(tmp_path, ModelSpec("folder", str(tmp_path), dtype="bfloat16"))
    with asked(model, noise(0.4), target_of(model)) as question, torch.no_grad():
        assert question.values.dtype == torch.bfloat16
        assert question.logits(question.values).dtype == torch.float32
    assert np.isfinite(explained(model, methods()[name]).relevance).all()
