"""Occlusion says what the score loses when a piece, or a tile, is taken out of the sound."""

import numpy as np
import pytest
import torch

from core.attribution.method import attribute, explain
from core.attribution.methods import methods
from core.attribution.methods.occlusion import Settings
from core.attribution.question import asked
from core.audible import removed
from core.progress import Step
from models import FAMILIES
from tests.attribution.asking import pieces_of, target_of
from tests.attribution.hearing import counted
from tests.contracts.small_models import STABLE, Small, noise

OCCLUSION = methods()["occlusion"]
SPEAKING = Small(FAMILIES["wav2vec2"], "Wav2Vec2ForCTC", STABLE)
NAMING = Small(FAMILIES["log-mel-cnn"], FAMILIES["log-mel-cnn"].classifier)


def test_a_sum_is_taken_apart_into_its_terms() -> None:
    terms = torch.tensor([3.0, -1.0, 0.0, 2.0], dtype=torch.float64)
    with counted(4, lambda left: left @ terms) as question:
        found = explain(question, OCCLUSION, Settings())
    assert found.contributions == pytest.approx((3.0, -1.0, 0.0, 2.0))
    assert found.without == pytest.approx(torch.sigmoid(torch.tensor([1.0, 5.0, 4.0, 2.0])).tolist(), abs=1e-6)
    assert found.relevance[0].reshape(4, 10).sum(1) == pytest.approx(found.contributions)
    assert found.reference is None


def test_pieces_that_say_the_same_count_nothing_alone_and_the_note_says_what_they_do_together() -> None:
    with counted(3, lambda left: 4 * left[:, :2].amax(1)) as question:
        found = explain(question, OCCLUSION, Settings())
    assert found.contributions == pytest.approx((0.0, 0.0, 0.0))
    assert "0.00" in found.notes[0]
    assert "4.00" in found.notes[0]


@pytest.mark.parametrize("small", [SPEAKING, NAMING], ids=str)
@pytest.mark.parametrize("filling", ["silence", "mean", "noise"])
def test_occlusion_is_what_captum_calls_feature_ablation(small: Small, filling: str, paired: object) -> None:
    from captum.attr import FeatureAblation

    model, clip = paired(small).model, noise(0.5)
    settings = Settings(filling)
    with asked(model, clip, target_of(model), pieces_of(model, clip, 5)) as question:
        found = explain(question, OCCLUSION, settings)

        def forward(kept: torch.Tensor) -> torch.Tensor:
            gone = [
                [(item.start, item.end) for item, there in zip(question.segments, row, strict=True) if not there]
                for row in kept
            ]
            sounds = [removed(question.samples, question.rate, spans, filling, settings.seed) for spans in gone]
            return question.target.score(question.hear(sounds))

        other = FeatureAblation(forward).attribute(torch.ones(1, 5), perturbations_per_eval=1)
    assert found.contributions == pytest.approx(other[0].tolist(), abs=2e-6)
    assert max(map(abs, found.contributions)) > 2e-5


def test_a_symbol_is_asked_about_in_the_frames_where_it_stood(paired: object) -> None:
    model, clip = paired(SPEAKING).model, noise(0.5)
    target = target_of(model)
    pieces = pieces_of(model, clip, 4)
    found = attribute(model, clip, OCCLUSION, target, Settings(), pieces)
    with asked(model, clip, target, pieces) as question:
        sound = removed(question.samples, question.rate, [(pieces[1].start, pieces[1].end)])
        logits = question.logits(question.encode([sound]))
    score = float(logits[0, target.frames[0] : target.frames[1], target.index].mean())
    assert found.contributions[1] == pytest.approx(found.score - score, abs=1e-4)


def test_long_clips_with_many_pieces_are_heard_a_few_at_a_time(paired: object) -> None:
    model, clip = paired(NAMING).model, noise(4.0)
    heard, steps = [], []
    hook = model.module.register_forward_pre_hook(
        lambda part, inputs, named: heard.append(len(named["input_features"])), with_kwargs=True
    )
    try:
        attribute(model, clip, OCCLUSION, target_of(model), Settings(), pieces_of(model, clip, 30), steps.append)
    finally:
        hook.remove()
    assert max(heard) <= 4
    assert sum(heard) == OCCLUSION.passes(model, 4.0, 30, Settings()).forward + 1
    assert steps[-1] == Step(32, 32)


def test_noise_follows_its_seed(paired: object) -> None:
    model, clip = paired(NAMING).model, noise(0.5)
    pieces = pieces_of(model, clip, 4)
    one, same, other = (
        np.array(attribute(model, clip, OCCLUSION, target_of(model), Settings("noise", seed), pieces).contributions)
        for seed in (1, 1, 2)
    )
    assert np.array_equal(one, same)
    assert not np.array_equal(one, other)
