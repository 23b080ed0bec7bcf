"""The whole ladder of a small model: every rung, every stop, every reference; it tells how far it is, and stops."""

from collections.abc import Callable

import numpy as np
import pytest

from core.errors import CancelledError, MethodError
from core.loading import LoadedModel
from core.probing.climbing import Climbed, LadderSettings, climb, estimate
from core.probing.gathering import Most
from core.probing.stored import from_json, to_json
from core.progress import Step
from models import FAMILIES
from tests.contracts.small_models import Pair, Small
from tests.probing.hearing import corpus

ASKED = LadderSettings(("loudness", "phone", "word", "stress"), most=Most(train=500, develop=60, test=150))


@pytest.fixture(scope="module")
def model(paired: Callable[[Small], Pair]) -> LoadedModel:
    return paired(Small(FAMILIES["wav2vec2"], FAMILIES["wav2vec2"].ctc)).model


@pytest.fixture(scope="module")
def steps() -> list[Step]:
    return []


@pytest.fixture(scope="module")
def climbed(model: LoadedModel, steps: list[Step]) -> Climbed:
    return climb(model, corpus(), ASKED, steps.append)


def test_every_rung_is_asked_at_every_stop_or_refused(climbed: Climbed, model: LoadedModel) -> None:
    ladder = climbed.ladder
    assert (list(ladder.curves), list(ladder.refused)) == (["loudness", "phone", "word"], ["stress"])
    assert ladder.layers == model.card.layers
    for curve in ladder.curves.values():
        assert curve.stops == ladder.stops == tuple(range(-ladder.convolutions, ladder.layers + 1))
        assert len(curve.score) == len(curve.control) == len(curve.random) == len(curve.stops)
        assert all(np.isfinite(item.value) for item in (*curve.score, *curve.control, *curve.random))
    assert from_json(to_json(ladder)).curves.keys() == ladder.curves.keys()


def test_random_weights_are_others_than_those_of_the_model(climbed: Climbed) -> None:
    curve = climbed.ladder.curves["loudness"]
    assert [item.value for item in curve.score] != [item.value for item in curve.random]


def test_probes_of_every_stop_are_handed_out(climbed: Climbed) -> None:
    assert set(climbed.probes) == {
        (rung, stop) for rung, curve in climbed.ladder.curves.items() for stop in curve.stops
    }


def test_progress_only_grows_and_says_in_words_what_is_done(climbed: Climbed, steps: list[Step]) -> None:
    shares = [step.fraction for step in steps]
    assert shares == sorted(shares)
    assert 0 <= shares[0] <= shares[-1] <= 1
    assert all(step.note for step in steps)


@pytest.mark.parametrize("after", [3, 300, 400])
def test_it_stops_when_asked_to(model: LoadedModel, after: int) -> None:
    seen = iter(range(after))

    def stop(step: Step) -> None:
        if next(seen, None) is None:
            raise CancelledError("Stopped.")

    with pytest.raises(CancelledError):
        climb(model, corpus(), ASKED, stop)


def test_a_corpus_without_anything_to_ask_is_refused(model: LoadedModel) -> None:
    with pytest.raises(MethodError, match="No rung"):
        climb(model, corpus(voices=2, sentences=2), ASKED)


def test_the_guess_of_the_time_grows_with_the_corpus(model: LoadedModel) -> None:
    small, large = (estimate(model.card, corpus(voices=voices)) for voices in (2, 12))
    assert 0 < small < large
