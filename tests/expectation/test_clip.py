"""What is found over a whole clip: similar moments, and where the sound is predictable."""

import numpy as np
import pytest

from core.expectation.contrast import contrast
from core.expectation.hearing import Heard, listen
from core.expectation.predictability import HEARD, TURNS, masks, passes, predictability
from core.expectation.region import Expected, _alike
from core.expectation.voices import Coded, code, elsewhere
from core.progress import Step
from core.timeline import TimeAxis
from tests.contracts.small_models import noise
from tests.expectation.heads import LARGE, Paired
from tests.vectors.planted import corpus_of

SOUNDS = np.eye(6, dtype=np.float32)


def spoken(said: list[int], expected: list[int], masked: slice) -> Heard:
    """Plant a clip of six sounds, one a frame, and what a model expects in a hole."""
    where = np.zeros(len(said), bool)
    where[masked] = True
    predicted = np.zeros((len(said), 6), np.float32)
    predicted[masked] = SOUNDS[expected]
    time = TimeAxis(0.01, 0.02, 0.02, len(said))
    return Heard(time, where, predicted, SOUNDS[said], np.array(said)[:, None], 0.1, 10)


def test_the_most_similar_stretch_is_the_one_that_says_the_same_in_the_same_order() -> None:
    said = [0, 1, 2, 3, 4, 5, 5, 5, 2, 1, 0, 0]
    heard = spoken(said, [0, 1, 2], slice(5, 8))
    found = _alike(contrast(heard), heard.time)
    assert (found[0].start, found[0].end, found[0].similarity) == pytest.approx((0.0, 0.06, 1.0))
    assert all(stretch.similarity < 1 for stretch in found[1:])
    assert all(stretch.end <= 0.1 + 1e-9 or stretch.start >= 0.16 - 1e-9 for stretch in found), "never in the hole"


def test_a_hole_that_leaves_no_room_has_no_similar_stretch() -> None:
    heard = spoken([0, 1, 2, 3], [1, 2, 3], slice(0, 3))
    assert _alike(contrast(heard), heard.time) == ()


@pytest.mark.parametrize("count", [2, 3, 7, 19, 20, 21, 49, 333])
@pytest.mark.parametrize("frames", [1, 4, 10])
def test_every_frame_is_masked_equally_often_and_something_is_always_heard(count: int, frames: int) -> None:
    every = masks(count, frames)
    np.testing.assert_array_equal(sum(mask.astype(int) for mask in every), TURNS)
    assert not any(mask.all() for mask in every)
    assert len(every) == passes(count, frames) <= TURNS * (HEARD + 1)


def test_predictability_covers_the_clip_and_reports_every_pass(paired: Paired) -> None:
    steps: list[Step] = []
    found = predictability(paired(LARGE).model, noise(1.0), frames=5, report=steps.append)
    assert found.probability.shape == found.right.shape == (49,)
    assert ((found.probability > 0) & (found.probability < 1)).all()
    assert found.chance == 1 / 21
    assert found.hole == pytest.approx(0.1)
    assert [step.done for step in steps] == list(range(passes(49, 5) + 1))


def test_a_clip_shorter_than_a_hole_is_masked_half_by_half(paired: Paired) -> None:
    found = predictability(paired(LARGE).model, noise(0.15), frames=10)
    assert np.isfinite(found.probability).all()
    assert len(found.probability) == 7


def test_a_corpus_in_codes_has_the_codes_and_vectors_of_each_clip_alone(paired: Paired) -> None:
    model, corpus = paired(LARGE).model, corpus_of((0.5, 0.01, 0.8), 16_000)
    steps: list[Step] = []
    found = code(model, corpus, steps.append)
    assert [time.count for time in found.times] == [24, 0, 39]
    for index in (0, 2):
        rows = slice(int(found.first[index]), int(found.first[index + 1]))
        masked = np.arange(found.times[index].count) == 3
        alone = listen(model, corpus.clip(index), masked)
        np.testing.assert_array_equal(found.book[found.number[rows]], alone.codes)
        np.testing.assert_allclose(found.vectors[found.number[rows]], alone.targets, rtol=1e-4, atol=1e-5)
    assert steps[-1].fraction == 1


def test_the_sentence_that_says_what_was_expected_comes_first() -> None:
    heard = spoken([5, 5, 5, 5, 5, 5], [0, 1, 2], slice(1, 4))
    expected = Expected(heard, contrast(heard), 0.02, 0.08, (), 0.0)
    said = [[3, 3, 0, 1, 2], [0, 1], [0, 2, 1, 3]]
    number = np.concatenate([np.array(row) for row in said])
    times = tuple(TimeAxis(0.01, 0.02, 0.02, len(row)) for row in said)
    coded = Coded(number, np.arange(6)[:, None], SOUNDS, np.array([0, 5, 7, 11]), times)
    best = elsewhere(expected, coded)
    assert [one.utterance for one in best] == [0, 2], "what is shorter than the hole is passed over"
    assert (best[0].start, best[0].end, best[0].similarity) == pytest.approx((0.04, 0.1, 1.0))
    assert best[1].similarity == pytest.approx(1 / 3)
