"""A long sound is never cut in silence: a window is chosen, exact to the sample."""

import subprocess
import sys

import numpy as np
import pytest

from core.clip import Clip
from core.errors import ClipError
from core.tiers import Interval, Tiers
from core.window import fits, overview, take

RATE = 1000


@pytest.fixture(scope="module")
def ramp() -> Clip:
    """One minute, each sample different, with a word at 40 s."""
    tiers = Tiers.of([("word", [Interval(39.5, 40.5, "late")])], seconds=60.0)
    return Clip.of("ramp", np.arange(60 * RATE) / (60 * RATE), RATE, tiers)


def test_only_what_is_longer_than_thirty_seconds_needs_a_window(ramp):
    assert not fits(ramp)
    assert fits(ramp.cut(0.0, 30.0))


@pytest.mark.parametrize(
    ("start", "seconds"), [(0.0, 30.0), (12.345, 30.0), (59.999, 1.0), (0.0004, 0.5), (31.0, 29.0)]
)
def test_a_window_is_exact_to_the_sample(start, seconds, ramp):
    first = round(start * RATE)
    window = take(ramp, start, seconds)
    np.testing.assert_array_equal(window.samples, ramp.samples[first : first + round(seconds * RATE)])


def test_a_window_takes_its_words_along(ramp):
    assert take(ramp, 40.0, 10.0).tiers["word"] == (Interval(0.0, 0.5, "late"),)


def test_a_window_at_the_very_end_is_shorter(ramp):
    assert take(ramp, 50.0).seconds == 10


@pytest.mark.parametrize(
    ("start", "seconds", "sentence"), [(0.0, 31.0, "too long"), (60.0, 5.0, "no sound"), (5.0, 0.0, "no sound")]
)
def test_an_impossible_window_is_refused(start, seconds, sentence, ramp):
    with pytest.raises(ClipError, match=sentence) as caught:
        take(ramp, start, seconds)
    assert caught.value.hint


@pytest.mark.parametrize("columns", [1, 7, 1000, 60_000, 99_999])
def test_an_overview_misses_no_sample(columns, ramp):
    samples = ramp.samples.copy()
    samples[[17, 43_210]] = 5, -5
    outline = overview(Clip.of("clicks", samples, RATE), columns)
    assert outline.low.size == outline.high.size == min(columns, 60_000)
    assert (outline.high.max(), outline.low.min()) == (5, -5)
    place = int(outline.high.argmax()) / outline.high.size * outline.seconds
    assert abs(place - 0.017) <= outline.seconds / outline.high.size
    assert (outline.low <= outline.high).all()


def test_sound_is_opened_and_pictured_without_any_heavy_library():
    code = "import sys, core.sound, core.samples, core.window; print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    for heavy in ("torch", "transformers", "librosa", "streamlit", "scipy", "numba"):
        assert f"'{heavy}'" not in done.stdout
