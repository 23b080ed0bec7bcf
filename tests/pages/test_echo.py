"""What the Echo page promises."""

import csv
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.clip import Clip
from core.figures import recovered
from core.inversion import stored
from core.samples import FOLDER
from core.sources import CHECKPOINTS
from models import FAMILIES
from pages._kit import corpus as picker
from pages._kit import engine
from pages._kit.echo import answer
from pages._kit.session import Chosen
from tests.contracts.small_models import Small, save
from tests.inversion import planted
from tests.pages.opening import PATIENCE, words

READINGS = CHECKPOINTS / "speech-tiny" / stored.FILE

pytestmark = pytest.mark.skipif(
    not (FOLDER / "traces" / "speech-tiny" / "cat.npz").is_file(), reason="no stored traces: make traces"
)


@pytest.fixture(scope="module", autouse=True)
def fresh() -> Iterator[None]:
    """Let the tests of this file share one model, and no other."""
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


def echo_page() -> None:
    """Run the page inside its frame: a script of its own, because Streamlit's runner loses clicks on other pages."""
    import runpy

    from pages._kit import address, frame, navigation

    address.restore()
    frame.sidebar()
    frame.top()
    with navigation.running():
        runpy.run_path(str(navigation.FOLDER / "echo.py"))
    address.keep()


def opened(**query: str) -> AppTest:
    """Open the page at an address."""
    test = AppTest.from_function(echo_page, default_timeout=PATIENCE)
    for name, value in query.items():
        test.query_params[name] = value
    return test.run()


def with_own(clip: Clip, **query: str) -> AppTest:
    """Open the page with a sound of the visitor's own."""
    test = AppTest.from_function(echo_page, default_timeout=PATIENCE)
    test.session_state["own_clips"] = {clip.fingerprint: clip}
    for name, value in {"clip": clip.fingerprint, **query}.items():
        test.query_params[name] = value
    return test.run()


def share(value: float) -> str:
    return f"{max(value, 0.0):.0%}"


def test_the_page_runs_twice_and_says_what_was_measured_of_the_layer() -> None:
    test = opened(layer="6")
    assert not test.exception
    assert test.title[0].value == "What is left of the sound at this layer?"
    found = stored.read(READINGS)
    told = f"At layer 6 a straight line still recovers **{share(found.scores[6].r2)}** of the spectrogram"
    assert told in words(test)
    assert f"({share(found.untaught_scores[6].r2)} in an untaught network)" in words(test)
    assert not test.run().exception


def test_another_layer_changes_the_answer() -> None:
    found = stored.read(READINGS)
    assert f"At convolution 3 a straight line still recovers **{share(found.scores[-5].r2)}**" in words(
        opened(layer="-5")
    )


def test_it_says_on_what_the_numbers_rest_and_what_they_do_not_mean() -> None:
    said = words(opened())
    assert "voices and sentences it never met: " in said
    assert "detail can be invented" in said
    assert "What can be read is not thereby used by the model." in said


def test_the_numbers_of_the_curve_are_those_of_the_test_with_the_untaught_network() -> None:
    found = stored.read(READINGS)
    rows = list(csv.reader(StringIO(recovered.curve(found, "shape", 7, 3).numbers())))
    assert tuple(rows[0]) == recovered.COLUMNS
    assert [int(row[0]) for row in rows[1:]] == list(found.stops)
    at = {int(row[0]): row for row in rows[1:]}
    assert float(at[3][1]) == found.scores[3].r2
    assert float(at[3][7]) == found.untaught_scores[3].r2


@pytest.mark.parametrize("kind", ["r2", "loudness", "shape", "detail"])
def test_the_curve_says_in_words_what_it_shows(kind: str) -> None:
    found = stored.read(READINGS)
    alt = recovered.curve(found, kind, 7, 3).alt
    assert share(getattr(found.scores[8], kind)).rstrip("%") in alt
    assert "layer 8" in alt and "random weights" in alt


def test_once_the_model_is_there_it_is_asked_about_every_recovered_sound() -> None:
    from core.sources import parse

    engine.shelf().get(parse("speech-tiny"))
    test = opened(layer="6")
    table = test.dataframe[0].value
    sounds = list(table["sound"])
    assert sounds[:2] == ["original", "detour without a layer"]
    assert sounds[-1] == "average picture"
    assert {f"layer {layer}" for layer in range(1, 9)} <= set(sounds)
    wrong = dict(zip(sounds, table["symbols that differ"], strict=True))
    assert wrong["original"] == 0
    assert wrong["average picture"] > wrong["layer 6"]


def test_a_silent_sound_is_shown_as_silent() -> None:
    test = with_own(Clip.of("silence", np.zeros(16_000), 16_000))
    assert not test.exception
    assert "What is left" in words(test)


def test_a_sound_shorter_than_a_frame_is_refused_in_words() -> None:
    test = with_own(Clip.of("click", np.ones(100) * 0.1, 16_000))
    assert not test.exception
    assert "Choose a longer sound" in words(test)


def test_what_is_gone_and_what_is_there_follows_the_numbers() -> None:
    from core.inversion.inversion import Recovered

    said = answer._kinds(Recovered(0.6, 0.5, 0.7, 0.9, 0.4, -0.2))
    assert said == (
        "Well readable: how loud each moment is (90%). Only in part: the broad shape that tells speech sounds apart "
        "(40%). Out of its reach: the fine stripes of the voice's pitch (0%)."
    )


def test_another_model_is_learned_when_it_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRATA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("STRATA_LOCAL_FOLDERS", "yes")
    save(Small(FAMILIES["wav2vec2"], "Wav2Vec2ForCTC"), tmp_path / "model")
    shelf = planted.corpus()
    monkeypatch.setattr(picker, "chosen", lambda: shelf)
    monkeypatch.setattr(picker, "draw", lambda: None)
    test = AppTest.from_function(echo_page, default_timeout=PATIENCE)
    test.session_state["chosen"] = Chosen(model=str(tmp_path / "model"))
    test.run()
    assert not test.exception
    assert "has to be learned first" in words(test)
    test.button(key="begin-echo-learn").click().run()
    assert not test.exception
    assert "a straight line still recovers" in words(test)
    assert "of *Planted*" in words(test)
