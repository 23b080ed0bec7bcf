"""The time axis of every family is true, for every length and every rate of the sound."""

from collections.abc import Callable

import numpy as np
import pytest

from core.clip import Clip
from core.errors import ClipError
from core.timeline import TimeAxis
from core.trace import trace
from tests.contracts.small_models import EVERY, ONE_EACH, Pair, Small, noise

Paired = Callable[[Small], Pair]
RATES = (8_000, 11_025, 44_100, 48_000)


def clicked(quiet: Clip, second: float) -> Clip:
    loud = quiet.samples.copy()
    loud[round(second * quiet.sample_rate)] += 1
    return Clip.of("click", loud, quiet.sample_rate)


def overlap(time: TimeAxis) -> float:
    """Frames overlap: a click may lie in two of them, or in several where each sees more than two steps."""
    return max(time.step, time.field / 2) + 1e-9


@pytest.mark.parametrize("second", [0.5, 1.7])
@pytest.mark.parametrize("small", EVERY, ids=str)
def test_a_click_moves_the_frame_that_the_grid_says_lies_there(small: Small, paired: Paired, second: float) -> None:
    model = paired(small).model
    quiet = noise(2.0, model.card.sample_rate)
    before, after = trace(model, quiet), trace(model, clicked(quiet, second))
    pairs = [(before.frames(0), after.frames(0)), *zip(before.convolutions, after.convolutions, strict=True)]
    for one, other in pairs:
        moved = np.abs(one - other).mean(1).argmax()
        assert abs(before.time.centres()[moved] - second) <= overlap(before.time)


@pytest.mark.parametrize("seconds", [0.1, 0.997, 1.3333, 30.0])
@pytest.mark.parametrize("small", ONE_EACH, ids=str)
def test_frames_cover_the_clip_and_nothing_else(small: Small, paired: Paired, seconds: float) -> None:
    model = paired(small).model
    seconds = min(seconds, model.card.longest)
    found = trace(model, noise(seconds, model.card.sample_rate))
    for layer, grid in enumerate(found.grids):
        time, centres = grid.time, grid.time.centres()
        assert len(found.hidden[layer]) == grid.tokens
        # a frame begins at the first sample, the last one ends less than a step before the end, none begins after it
        assert centres[0] - time.field / 2 <= 1e-9
        assert centres[-1] + time.field / 2 > seconds - time.step
        assert centres[-1] - time.field / 2 < seconds


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("small", ONE_EACH, ids=str)
def test_sound_of_another_rate_gets_the_same_frames(small: Small, paired: Paired, rate: int) -> None:
    model = paired(small).model
    own, other = (trace(model, noise(1.0, each)) for each in (model.card.sample_rate, rate))
    assert [grid.time for grid in own.grids] == [grid.time for grid in other.grids]


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("small", ONE_EACH, ids=str)
def test_a_click_stays_where_it_is_when_the_rate_is_changed(small: Small, paired: Paired, rate: int) -> None:
    model = paired(small).model
    quiet = noise(1.0, rate)
    before, after = trace(model, quiet), trace(model, clicked(quiet, 0.8))
    moved = np.abs(before.frames(0) - after.frames(0)).mean(1).argmax()
    assert abs(before.time.centres()[moved] - 0.8) <= overlap(before.time)


@pytest.mark.parametrize("small", ONE_EACH, ids=str)
def test_any_odd_number_of_samples_is_heard(small: Small, paired: Paired) -> None:
    model = paired(small).model
    rate = model.card.sample_rate
    for more in (1, 79, 159, 161, 319, 321, 401):
        found = trace(model, noise((rate // 2 + more) / rate, rate))
        assert [len(tokens) for tokens in found.hidden] == [grid.tokens for grid in found.grids]
        assert all(len(features) == found.time.count for features in found.convolutions)


@pytest.mark.parametrize("small", EVERY, ids=str)
def test_the_shortest_sound_gives_a_frame_and_a_shorter_one_a_sentence(small: Small, paired: Paired) -> None:
    model = paired(small).model
    rate = model.card.sample_rate
    fewest = round(model.card.shortest * rate)
    assert trace(model, noise(fewest / rate, rate)).time.count == 1
    with pytest.raises(ClipError, match=r"^noise is \d+ ms long\.$") as caught:
        trace(model, noise((fewest - 1) / rate, rate))
    assert f"needs at least {1000 * model.card.shortest:.0f} ms. Choose a longer sound." in caught.value.hint


@pytest.mark.parametrize("small", ONE_EACH, ids=str)
def test_the_longest_sound_is_heard_and_a_longer_one_gets_a_sentence(small: Small, paired: Paired) -> None:
    model = paired(small).model
    longest = model.card.longest
    assert trace(model, noise(longest, model.card.sample_rate)).time.count > 0
    with pytest.raises(ClipError, match=r"^noise is [\d.]+ s long\.$") as caught:
        trace(model, noise(longest + 0.1, 8_000))
    assert f"hears at most {longest:g} s at once. Choose a shorter part of it." in caught.value.hint


@pytest.mark.parametrize("small", ONE_EACH, ids=str)
def test_one_sample_more_than_the_longest_makes_no_difference(small: Small, paired: Paired) -> None:
    """Rounding of a rate may add one; it must not become a clip of which a part is taken by chance."""
    model = paired(small).model
    rate = model.card.sample_rate
    whole = noise((round(model.card.longest * rate) + 1) / rate, rate)
    cut = Clip.of("cut", whole.samples[:-1], rate)
    one, other = trace(model, whole), trace(model, cut)
    assert one.grids == other.grids
    np.testing.assert_array_equal(one.hidden[-1], other.hidden[-1])
