"""What the Expect page promises, on a small model with random numbers, whose answers are computed a second time."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core import samples, sources
from core.clip import Clip
from core.expectation.region import Stretch, expect
from core.figures import expected as figures
from core.loading import LoadedModel
from core.tiers import Interval, Tiers
from core.timeline import TimeAxis
from pages._kit import strip
from pages._kit.expect import hole, other, rows, sounds, voices
from pages._kit.expect.hole import Found
from pages._kit.session import Chosen
from tests.contracts.small_models import load, noise, save
from tests.expectation.heads import LARGE
from tests.pages.opening import PATIENCE, words

HOLE = (0.2, 0.4)
Open = Callable[..., AppTest]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    made = tmp_path_factory.mktemp("expecting")
    save(LARGE, made)
    st.cache_resource.clear()
    yield made
    st.cache_resource.clear()


@pytest.fixture(scope="module")
def model(folder: Path) -> LoadedModel:
    return load(folder)


def expect_page() -> None:
    """Run the page inside its frame: a script of its own, because Streamlit's runner loses clicks on other pages."""
    import runpy

    from pages._kit import frame, navigation

    frame.sidebar()
    frame.top()
    with navigation.running():
        runpy.run_path(str(navigation.FOLDER / "expect.py"))


@pytest.fixture
def opened(folder: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Open:
    """Open the page on the small model, or on another."""
    monkeypatch.setenv("STRATA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("STRATA_LOCAL_FOLDERS", "yes")

    def visit(**choices: Any) -> AppTest:
        test = AppTest.from_function(expect_page, default_timeout=PATIENCE)
        test.session_state["chosen"] = Chosen(**{"model": str(folder), **choices})
        return test.run()

    return visit


def found_in(model: LoadedModel, clip: Clip, start: float, end: float) -> Found:
    return Found("key", clip, True, expect(model, clip, start, end), 0.1)


def test_the_sentence_tells_what_was_computed(opened: Open, model: LoadedModel) -> None:
    test = opened(region=HOLE)
    assert not test.exception
    assert test.title[0].value == "What does the model expect where it hears nothing?"
    again = expect(model, samples.load(samples.samples()["cat"]), *HOLE)
    right, mean = int(again.contrast.right.sum()), float(again.contrast.probability.mean())
    assert f"At {right} of 10 moments nothing else is more like what it expects" in words(test)
    assert f"{mean:.0%}" in words(test) or f"{mean:.1%}" in words(test)
    assert f"chance is {1 / 21:.1%}" in words(test)
    assert "Masked from 0.20 to 0.40 s" in words(test)
    assert not test.run().exception


def test_without_a_choice_a_phone_near_the_middle_is_masked_and_that_is_said(opened: Open) -> None:
    said = words(opened())
    assert "Nothing is chosen on the strip" in said
    assert "Masked from 0.6" in said, "the vowel of sat, 0.64 to 0.75 s, in a clip of 1.55 s"


def test_a_long_hole_is_called_beyond_what_was_learned(opened: Open) -> None:
    assert "This hole is 0.8 s long" in words(opened(region=(0.2, 1.0)))


def test_a_model_without_the_head_is_told_apart_and_another_is_offered(opened: Open) -> None:
    test = opened(model="speech-tiny")
    assert not test.exception
    said = words(test).replace("\\", "")
    assert "speech-tiny cannot be asked: it has no head for masked prediction." in said
    assert other.ELSEWHERE in said
    offered = [button for button in test.button if button.key == "expect-other"]
    assert len(offered) == int(other.BUNDLED in sources.bundled())


def test_another_length_of_holes_is_another_measurement(opened: Open) -> None:
    test = opened(region=HOLE)
    before = next(line for line in words(test).splitlines() if line.startswith("On average it gives the truth"))
    control = next(item for item in test.get("button_group") if item.label == "Length of each hole")
    control.set_value(0.4).run()
    assert not test.exception
    after = next(line for line in words(test).splitlines() if line.startswith("On average it gives the truth"))
    assert before != after


def test_a_hole_as_large_as_the_sound_is_refused_in_plain_words(opened: Open) -> None:
    said = words(opened(region=(0.0, 1.545)))
    assert "Nothing of this sound would be left to hear." in said


def test_the_rows_lie_on_the_frames_of_the_model(model: LoadedModel) -> None:
    found = found_in(model, noise(1.0), *HOLE)
    truth, expected, true, like = rows.listed(found)
    assert isinstance(truth, strip.Curve) and isinstance(like, strip.Matrix)
    assert isinstance(expected, strip.Labels) and isinstance(true, strip.Labels)
    assert np.isfinite(truth.values).sum() == 10 == len(like.bands)
    assert truth.chance == 1 / 21
    assert truth.high is not None and truth.high >= np.nanmax(truth.values)
    assert like.values.shape == (10, 49)
    assert true.intervals[-1].end == pytest.approx(49 * 0.02 + 0.0025)
    assert (expected.intervals[0].start, expected.intervals[-1].end) == pytest.approx((0.2025, 0.4025))
    assert all(box.start < box.end for box in (*true.intervals, *expected.intervals))


def test_the_hole_is_silent_and_the_rest_is_as_it_was(model: LoadedModel) -> None:
    clip = noise(1.0)
    emptied, filled = sounds.sounds(found_in(model, clip, *HOLE))
    inside, outside = slice(3600, 6000), np.r_[0:3200, 6480:16000]
    assert not emptied.samples[inside].any()
    assert filled.samples[inside].any()
    for sound in (emptied, filled):
        assert sound.samples.size == clip.samples.size
        np.testing.assert_array_equal(sound.samples[outside], clip.samples[outside])


def test_what_is_laid_into_the_hole_is_the_best_moment() -> None:
    clip = noise(1.0)
    filled = sounds.filled(clip, np.zeros(16_000, np.float32), 0.5, Stretch(0.1, 0.3, 0.9))
    np.testing.assert_allclose(filled[8100:11100], clip.samples[1700:4700], atol=1e-6)
    assert not filled[:8000].any() and not filled[11_200:].any()


@pytest.mark.parametrize(
    ("tiers", "expected"),
    [
        (Tiers(), (0.4, 0.6)),
        (Tiers.of([("phone", [Interval(0.1, 0.3, "k"), Interval(0.35, 0.6, "ae")])]), (0.35, 0.6)),
    ],
)
def test_the_usual_hole_is_the_phone_nearest_to_the_middle(tiers: Tiers, expected: tuple[float, float]) -> None:
    assert hole.usual(noise(1.0).with_tiers(tiers)) == pytest.approx(expected)


def test_numbers_hold_what_the_figures_show_and_names_are_no_formulas(model: LoadedModel) -> None:
    found = expect(model, noise(1.0), *HOLE)
    shares = [row[3] for row in figures.among(found).rows if row[0] == "distractors"]
    assert sum(float(share) for share in shares) == pytest.approx(1.0, abs=1e-3)

    class Known:
        time = TimeAxis(0.01, 0.02, 0.02, 4)
        probability = np.array([0.1, 0.3, 0.5, 0.7])
        chance = 0.01

    drawn = figures.by_label(Known, [Interval(0.0, 0.04, "=k"), Interval(0.04, 0.08, "ae")], "phone")  # type: ignore[arg-type]
    assert drawn.rows == (("ae", 0.6, 2), ("'=k", 0.2, 2))
    assert "Most: ae at 60%" in drawn.alt


def test_the_moments_of_other_voices_are_counted_beside_chance() -> None:
    from core.expectation.voices import Elsewhere
    from tests.corpus.planted import planted

    corpus = planted()
    spoken = [(at, item) for at, one in enumerate(corpus.utterances) for item in one.tiers.spoken("phone")]
    same = [Elsewhere(at, item.start, item.end, 0.5) for at, item in spoken if item.label == "iy"][:2]
    other_phone = [Elsewhere(at, item.start, item.end, 0.4) for at, item in spoken if item.label == "s"][:1]
    clip = noise(1.0).with_tiers(Tiers.of([("phone", [Interval(0.2, 0.4, "iy")])]))

    class Hole:
        start, end = 0.2, 0.4

    found = Found("key", clip, True, Hole(), 0.1)  # type: ignore[arg-type]
    said = voices.said(found, corpus, [*same, *other_phone])
    part = sum(item.seconds for _at, item in spoken if item.label == "iy") / corpus.seconds
    assert "is *iy*: it is in the middle of 2 of the 3 moments, too." in said
    assert f"By chance {3 * part:.1f} would be." in said
    assert "a cosine of 0.50" in said


def test_a_corpus_is_only_searched_when_the_visitor_says_so(opened: Open) -> None:
    test = opened(region=HOLE)
    assert "Writing the corpus in the codes of this model" in words(test)
    assert [button.key for button in test.button if button.key.startswith("begin-")] == ["begin-expect-corpus"]
