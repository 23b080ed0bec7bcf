"""What is found over a whole clip: similar moments, and where the sound is predictable."""

import numpy as np
import pytest

from core.expectation.contrast import contrast
from core.expectation.hearing import Heard
from core.expectation.predictability import HEARD, TURNS, masks, passes, predictability
from core.expectation.region import _alike
from core.progress import Step
from core.timeline import TimeAxis
from tests.contracts.small_models import noise
from tests.expectation.heads import LARGE, Paired

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
