"""What is promised of the way from a picture back to sound."""

import time

import numpy as np
import pytest

from core.audible import loudness
from core.clip import Clip
from core.inversion.inversion import alike
from core.inversion.picture import BANDS, FLOOR, bank, picture
from core.inversion.sound import frequencies, sound
from core.timeline import TimeAxis
from tests.inversion.planted import RATE, sung

COLUMN = TimeAxis(0.0, 0.01, 0.032, 81)


def test_the_detour_without_a_layer_keeps_the_picture() -> None:
    clip = sung(2, 2)
    true = picture(clip, COLUMN)
    found = Clip.of("found", sound(true, COLUMN, clip), RATE)
    assert alike(picture(found, COLUMN), true) > 0.97


def test_it_is_as_long_and_as_loud_as_the_original() -> None:
    clip = sung(0, 3)
    found = sound(picture(clip, COLUMN) - 9, COLUMN, clip)
    assert found.size == clip.samples.size
    assert loudness(found, RATE) == pytest.approx(loudness(clip.samples, RATE), rel=0.05)


def test_columns_that_lie_elsewhere_and_farther_apart_keep_their_time() -> None:
    clip = Clip.of("click", np.r_[np.zeros(8000), np.sin(np.arange(1600)), np.zeros(6400)], RATE)
    later = TimeAxis(0.0475, 0.02, 0.032, 48)
    found = sound(picture(clip, later), later, clip)
    power = np.square(found.astype(np.float64))
    assert power[7600:10000].sum() > 0.9 * power.sum()


def test_bands_are_met_by_frequencies_that_are_never_negative() -> None:
    true = picture(sung(1, 0), COLUMN)
    found = frequencies(true)
    assert (found >= 0).all()
    loud = true > -20
    again = 10 * np.log10(found @ bank().T + 1e-12)
    assert np.abs(again - true)[loud].mean() < 1.5


def test_silence_stays_silent() -> None:
    silence = Clip.of("silence", np.zeros(RATE), RATE)
    assert not sound(picture(silence, COLUMN), COLUMN, silence).any()
    assert not sound(np.full((81, BANDS), FLOOR, np.float32), COLUMN, sung(0, 0)).any()


def test_a_clip_shorter_than_a_window_still_sounds() -> None:
    clip = Clip.of("short", sung(0, 0).samples[3000:3200], RATE)
    found = sound(picture(clip, TimeAxis(0.0, 0.01, 0.032, 2)), TimeAxis(0.0, 0.01, 0.032, 2), clip)
    assert found.size == 200
    assert np.isfinite(found).all()


def test_another_rate_gives_the_same_length_in_seconds() -> None:
    clip = Clip.of("high", np.random.default_rng(0).normal(size=22050) * 0.1, 44100)
    at = TimeAxis(0.0, 0.01, 0.032, 51)
    assert sound(picture(clip, at), at, clip).size == 8000


def test_the_same_picture_sounds_the_same_twice() -> None:
    clip = sung(3, 1)
    true = picture(clip, COLUMN)
    np.testing.assert_array_equal(sound(true, COLUMN, clip), sound(true, COLUMN, clip))


def test_three_seconds_take_less_than_a_second() -> None:
    clip = sung(0, 0, seconds=3.0)
    at = TimeAxis(0.0, 0.01, 0.032, 301)
    true = picture(clip, at)
    sound(true, at, clip)  # the first time the library is imported
    taken = []
    for _again in range(3):
        begun = time.process_time()
        sound(true, at, clip)
        taken.append(time.process_time() - begun)
    assert min(taken) < 1.0
