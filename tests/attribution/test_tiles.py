"""Time-frequency occlusion says what the score loses when a tile is taken out of the sound."""

from collections.abc import Callable

import numpy as np
import pytest
import torch

from core.attribution.method import attribute, explain
from core.attribution.methods import methods
from core.attribution.methods.time_frequency_occlusion import Settings, spread, tiling
from core.attribution.question import Question, asked
from core.audible import filtered
from core.clip import Clip
from core.errors import MethodError
from models import FAMILIES
from tests.attribution.asking import target_of
from tests.contracts.small_models import STABLE, Pair, Small, noise

TILES = methods()["time-frequency-occlusion"]
NAMING = Small(FAMILIES["log-mel-cnn"], FAMILIES["log-mel-cnn"].classifier)
SPEAKING = Small(FAMILIES["wav2vec2"], "Wav2Vec2ForCTC", STABLE)
COARSE = Settings(seconds=0.2, bands=3)


def scored(question: Question, settings: Settings) -> object:
    """Score what is left of the sound under a mask of cells, (batch, bands, columns)."""
    plan = tiling(question.clip.seconds, question.rate, settings)

    def forward(mask: torch.Tensor) -> torch.Tensor:
        sounds = [
            filtered(question.samples, question.rate, part.numpy(), plan.time, plan.edges, settings.filling, 0)
            for part in mask.double()
        ]
        return question.score(question.encode(sounds))

    return forward


@pytest.mark.parametrize("filling", ["silence", "mean", "noise"])
@pytest.mark.parametrize("small", [NAMING, SPEAKING], ids=str)
def test_tiles_side_by_side_are_what_captum_calls_feature_ablation(small: Small, filling: str, paired: object) -> None:
    from captum.attr import FeatureAblation

    model, settings = paired(small).model, Settings(seconds=0.2, bands=3, filling=filling)
    with asked(model, noise(0.6), target_of(model)) as question:
        found = explain(question, TILES, settings)
        number = torch.arange(9).reshape(1, 3, 3)
        other = FeatureAblation(scored(question, settings)).attribute(torch.ones(1, 3, 3), feature_mask=number)
    assert found.relevance == pytest.approx(other[0].numpy(), abs=2e-6)
    assert np.abs(found.relevance).max() > 2e-5


def test_tiles_that_overlap_are_what_captum_calls_occlusion(paired: object) -> None:
    from captum.attr import Occlusion

    model, settings = paired(NAMING).model, Settings(seconds=0.2, bands=3, overlap=True)
    with asked(model, noise(0.6), target_of(model)) as question:
        found = explain(question, TILES, settings)
        other = Occlusion(scored(question, settings)).attribute(
            torch.ones(1, 6, 6), sliding_window_shapes=(2, 2), strides=(1, 1)
        )
    # a tile is spread over its four cells here, and counted for each of them there
    assert 4 * found.relevance == pytest.approx(other[0].numpy(), abs=1e-4)


def test_a_grid_of_its_own_reaches_from_end_to_end_and_up_to_the_highest_frequency(paired: object) -> None:
    model, clip = paired(NAMING).model, noise(0.9)
    found = attribute(model, clip, TILES, target_of(model), COARSE)
    assert found.relevance.shape == (3, 4)
    assert (found.edges[0], found.edges[-1]) == pytest.approx((0.0, 8_000.0))
    assert found.time.start - found.time.step / 2 == pytest.approx(0.0)
    assert found.time.count * found.time.step == pytest.approx(0.9)
    assert found.reference is None


def test_tiles_that_overlap_share_what_they_lose() -> None:
    plan = tiling(0.6, 16_000, Settings(seconds=0.2, bands=3, overlap=True))
    laid = spread(plan, np.ones(len(plan.tiles)))
    assert laid == pytest.approx(np.full((6, 6), 0.25))


def test_a_tone_is_found_where_it_is(paired: object) -> None:
    model = paired(NAMING).model
    seconds = np.arange(16_000) / 16_000
    sound = 0.3 * np.sin(2 * np.pi * 3_000 * seconds) * ((seconds > 0.4) & (seconds < 0.6))
    found = attribute(model, Clip.of("tone", sound, 16_000), TILES, target_of(model), Settings(seconds=0.2, bands=4))
    band, column = np.unravel_index(np.abs(found.relevance).argmax(), found.relevance.shape)
    assert found.edges[band] < 3_000 < found.edges[band + 1]
    assert found.time.centres()[column] == pytest.approx(0.5)


@pytest.mark.parametrize("settings", [COARSE, Settings(0.3, 2, overlap=True), Settings(5.0, 1)])
def test_it_says_its_cost_before_and_hears_few_sounds_at_a_time(settings: Settings, paired: object) -> None:
    model, heard = paired(NAMING).model, []
    hook = model.module.register_forward_pre_hook(
        lambda part, inputs, named: heard.append(len(named["input_features"])), with_kwargs=True
    )
    try:
        attribute(model, noise(2.0), TILES, target_of(model), settings)
    finally:
        hook.remove()
    assert sum(heard) == TILES.passes(model, 2.0, 0, settings).forward + 1
    assert max(heard) <= 8


def test_an_explanation_that_would_keep_everyone_waiting_for_hours_is_refused(
    paired: "Callable[[Small], Pair]",
) -> None:
    model = paired(NAMING).model
    finest = Settings(seconds=0.02, bands=32, overlap=True)
    with pytest.raises(MethodError, match="would have to ask the model") as refused:
        attribute(model, noise(8.0, model.card.sample_rate), TILES, target_of(model), finest)
    assert "20,000" in refused.value.hint
