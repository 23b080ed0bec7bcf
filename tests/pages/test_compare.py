"""What the Compare page promises, on comparisons whose numbers are known."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.comparing import stored
from core.comparing.comparison import Comparison
from core.jobs import Jobs
from core.model_spec import ModelSpec
from pages._kit import corpus, engine, present
from pages._kit.compare import answer, finding, other
from tests.comparing import planted
from tests.pages.opening import ROOT, words

Visit = Callable[..., AppTest]
FOUND: dict[str, Comparison] = {
    "itself": planted.comparison(noisy=2),
    "untaught": planted.comparison("alpha", untaught=True),
}


def compare_page() -> None:
    """Run the page inside its frame: a script of its own, because Streamlit's runner loses clicks on other pages."""
    import runpy

    from pages._kit import frame, navigation

    frame.sidebar()
    frame.top()
    with navigation.running():
        runpy.run_path(str(navigation.FOLDER / "compare.py"))


@pytest.fixture
def visit(monkeypatch: pytest.MonkeyPatch) -> Iterator[Visit]:
    """Open the page with planted comparisons of the model that ships, or with none."""

    def shipped(checkpoint: Any, kind: str, fingerprint: str) -> Comparison | None:
        return FOUND.get(kind)

    def open_page(kind: str = "itself", there: bool = True, **kept: Any) -> AppTest:
        monkeypatch.setattr(stored, "shipped", shipped if there else lambda *_args: None)
        monkeypatch.setattr(corpus, "chosen", planted.corpus)
        monkeypatch.setattr(corpus, "draw", lambda: None)
        app = AppTest.from_function(compare_page, default_timeout=60)
        for name, value in {"compare-with": kind, **kept}.items():
            app.session_state[f"kept-{name}"] = value
        app.run()
        assert not app.exception
        return app

    st.cache_resource.clear()
    yield open_page
    st.cache_resource.clear()


def test_a_model_that_ships_opens_with_the_picture_and_an_answer(visit: Visit) -> None:
    app = visit()
    said = words(app)
    assert app.title[0].value == "How alike are layers, and two models?"
    assert "In alpha, neighbouring layers are 90% alike on average, without a break." in said
    assert "are 70% alike, where chance gives 1%" in said
    assert len(app.get("vega_lite_chart")) == 6
    assert not app.run().exception


def test_it_says_on_what_it_was_measured(visit: Visit) -> None:
    said = words(visit())
    assert "1800 moments at least 0.1 s apart, 60 sentences by 12 voices" in said
    assert "Up to 0.08 is no more than chance" in said


def test_a_dimension_that_counts_noise_is_named(visit: Visit) -> None:
    assert "noise is counted along at layer 2" in words(visit())


def test_an_untaught_copy_is_answered_as_such(visit: Visit) -> None:
    said = words(visit("untaught"))
    assert "What alpha learned shows" in said
    assert "at most 90% like any layer of the same network without learning" in said


def test_another_choice_is_kept(visit: Visit) -> None:
    app = visit()
    app.selectbox(key="compare-with-speech-tiny").set_value("untaught").run()
    assert "What alpha learned shows" in words(app)
    assert app.session_state["kept-compare-with"] == "untaught"


def test_other_models_that_ship_and_the_one_chosen_before_are_offered(visit: Visit) -> None:
    options = visit(**{"model-before": "facebook/hubert-base-ls960"}).selectbox(key="compare-with-speech-tiny").options
    assert options[:2] == ["itself, layer with layer", "its untaught copy"]
    assert "sound-tiny" in options and "facebook/hubert-base-ls960" in options
    assert "speech-tiny" not in options


def test_what_takes_long_says_its_cost_first_and_becomes_a_job(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    jobs, asked = Jobs(), list[str]()
    monkeypatch.setattr(engine, "probing", lambda: jobs)
    monkeypatch.setattr(finding, "_seconds", lambda other, corpus: 120.0)

    def models(of: other.Other) -> tuple[None, None]:
        asked.append(of.kind)
        return None, None

    monkeypatch.setattr(finding, "_models", models)
    monkeypatch.setattr("core.comparing.compare.compare", lambda *_args, **_more: FOUND["itself"])
    app = visit(there=False)
    said = words(app)
    assert "Nothing is measured yet" in said
    assert "2 minutes" in said and not asked
    app.button(key="begin-compare").click().run()
    token = next(iter(app.session_state["kept-jobs"].values()))
    assert jobs.result(token, timeout=60.0).first.model == "alpha"
    assert "neighbouring layers are 90% alike" in words(app.run())
    assert asked == ["itself"]


def test_a_model_that_does_not_fit_the_corpus_is_refused_in_words(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    from core.errors import MethodError

    def refuse(*_args: Any) -> float:
        raise MethodError("3 moments of a corpus are too few", hint="Bring more")

    monkeypatch.setattr(finding, "_seconds", refuse)
    said = words(visit(there=False))
    assert "3 moments of a corpus are too few" in said and "Bring more" in said
    assert "Alike is not the same" in said


@pytest.mark.parametrize(
    ("found", "said"),
    [
        (planted.comparison("beta", layers=6), "at about the same depth of the other model"),
        (planted.comparison("beta", layers=6), "Layer 0 of alpha and layer 0 of beta are most alike, 90%"),
        (None, "Nothing is measured yet"),
    ],
)
def test_the_sentence_follows_what_was_found(found: Comparison | None, said: str) -> None:
    assert said in answer.sentence(found)


def test_a_largest_change_is_named_where_there_is_one() -> None:
    found = planted.comparison()
    found.cka.matrix[1, 2] = 0.5
    assert "the largest change lies between layers 1 and 2 (50%)" in answer.sentence(found)


def test_what_is_stored_speaks_of_the_plain_model_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    asked = list[str]()
    monkeypatch.setattr(stored, "shipped", lambda *_args: asked.append("shipped"))
    monkeypatch.setattr(finding, "_seconds", lambda *_args: 0.0)
    monkeypatch.setattr(finding.waiting, "done", lambda *_args, **_more: FOUND["itself"])
    half = ModelSpec("bundled", "speech-tiny", dtype="bfloat16")
    monkeypatch.setattr(present, "spec", lambda: half)
    monkeypatch.setattr(present, "card", lambda: type("Card", (), {"title": "speech-tiny"}))
    st.cache_resource.clear()
    assert finding.found(other.Other("itself"), planted.corpus()) is FOUND["itself"]
    assert asked == []


def test_nothing_of_the_page_needs_torch() -> None:
    code = "import sys; from pages._kit.compare import answer, finding, other, pictures; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
