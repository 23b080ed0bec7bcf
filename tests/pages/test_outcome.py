"""What before and after promises, on a small run that was really taught."""

import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.dataset.home import home
from core.dataset.preparing import open_prepared
from core.finetuning.runs import RunFolder
from pages._kit.outcome.page import VIEWS
from pages._kit.policy import Policy
from tests.pages.opening import words
from tests.pages.taught import another, guessing, teach
from tests.pages.test_fine_tune import archive, fine_tune_page, rows


@pytest.fixture(scope="module")
def once(tmp_path_factory: pytest.TempPathFactory) -> RunFolder:
    return teach(tmp_path_factory.mktemp("home"), archive(rows(voices=5, each=4)))


@pytest.fixture
def run(once: RunFolder, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunFolder]:
    monkeypatch.setenv("STRATA_HOME", str(once.path.parents[1]))
    st.cache_resource.clear()
    yield once
    st.cache_resource.clear()


def opened(run: RunFolder, view: str = "good") -> AppTest:
    app = AppTest.from_function(fine_tune_page, default_timeout=60)
    for name, value in {"run": run.token, "dataset": run.asked.data, "step": "outcome"}.items():
        app.query_params[name] = value
    app.session_state["kept-outcome-view"] = view
    return app.run()


@pytest.mark.parametrize(
    ("view", "said"),
    [
        ("good", "How good is it, and beside what?"),
        ("wrong", "What was mistaken for what"),
        ("sure", "Can its confidence be believed?"),
        ("inside", "only the head on top learned"),
        ("keep", "Several runs together"),
    ],
)
def test_every_view_is_drawn_again_and_again(run: RunFolder, view: str, said: str) -> None:
    app = opened(run, view)
    assert not app.exception and not app.run().exception
    assert said in words(app)
    assert "On the same" in words(app)


def test_there_is_a_test_for_every_view() -> None:
    assert list(VIEWS) == ["good", "wrong", "sure", "inside", "keep"]


def test_answers_at_random_are_no_evidence_of_learning(run: RunFolder) -> None:
    app = opened(another(run.path.parents[1], run, guessing(run.read_outcome())))
    assert not app.exception
    assert "There is no evidence of learning" in words(app)


@pytest.mark.parametrize("view", VIEWS)
def test_numbers_stay_where_the_sounds_were_deleted(run: RunFolder, view: str, tmp_path: Path) -> None:
    sounds = run.path.parents[1] / "sets" / run.asked.data
    away = shutil.move(sounds, tmp_path / "away")
    try:
        app = opened(run, view)
        assert not app.exception
        assert "The sounds of this run are no longer on this computer: all numbers stay" in words(app)
        assert "On the same" in words(app)
    finally:
        shutil.move(away, sounds)


def test_kept_runs_on_the_same_test_answer_together(run: RunFolder) -> None:
    home = run.path.parents[1]
    second = another(home, run, guessing(run.read_outcome()))
    app = opened(second, "keep")
    assert "Keep at least two runs" in words(app)
    run.keep()
    app.session_state["kept-runs"] = (second.token, run.token)
    app.toggle(key=f"outcome-kept-{second.token}").set_value(True).run()
    assert not app.exception
    assert second.kept
    assert "2 runs together are right in" in words(app)
    run.keep(False)


def test_nobody_sees_the_runs_of_others(run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages._kit.earlier.policy", lambda: Policy(local_folders=False))
    other = another(run.path.parents[1], run, run.read_outcome())
    app = opened(run, "keep")
    assert other.token not in "".join(str(box.options) for box in app.selectbox)
    assert not any(box.key == "outcome-earlier" for box in app.selectbox)


def test_an_earlier_run_of_this_visit_is_opened_again(run: RunFolder, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("pages._kit.earlier.policy", lambda: Policy(local_folders=False))
    other = another(run.path.parents[1], run, run.read_outcome())
    app = opened(run, "keep")
    app.session_state["kept-runs"] = (run.token, other.token)
    app.run()
    app.selectbox(key="outcome-earlier").select_index(0).run()
    assert not app.exception
    assert app.session_state["chosen"].run == other.token


def test_the_copy_becomes_the_model_of_every_page(run: RunFolder) -> None:
    app = opened(run, "keep")
    app.button(key="outcome-open").click().run()
    assert not app.exception
    assert app.session_state["chosen"].model == f"tuned@{run.token}"
    assert "Tones" in words(app)


def test_a_sound_that_was_clicked_can_be_asked_why(run: RunFolder) -> None:
    page = opened(run)
    outcome = run.read_outcome()
    data = open_prepared(home() / "sets" / outcome.data)
    place = int(outcome.after.items[0])
    clip = data.clip(place)
    page.session_state["own_clips"] = {clip.fingerprint: clip}
    page.session_state["kept-heard"] = (data.key, str(place), clip.fingerprint)
    page.session_state["chosen"] = replace(page.session_state["chosen"], clip=clip.fingerprint)
    page.run()
    page.toggle(key="outcome-why").set_value(True).run()
    assert not page.exception
    assert not page.error
    assert any("what spoke for a class" in caption.value for caption in page.caption)
