"""What the Explain page promises."""

import csv
from collections.abc import Iterator
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.attribution.checks import checks
from core.attribution.methods import methods
from core.errors import CancelledError
from core.results import ResultStore
from core.samples import FOLDER
from core.segments import SILENCE
from core.tiers import Interval, Tiers
from models import FAMILIES
from pages._kit import engine, present, waiting
from pages._kit.explaining import answer, asking, finding, table, trust
from pages._kit.session import Chosen
from tests.contracts.small_models import Small, save
from tests.pages.opening import PATIENCE, words

pytestmark = pytest.mark.skipif(
    not (FOLDER / "traces" / "speech-tiny" / "cat.npz").is_file(), reason="no stored traces: make traces"
)
SECOND_AE = "6"  # the vowel of "sat", the seventh symbol that is written


@pytest.fixture(scope="module", autouse=True)
def fresh() -> Iterator[None]:
    """Let the tests of this file share one model, and no other."""
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


def explain_page() -> None:
    """Run the page inside its frame: a script of its own, because Streamlit's runner loses clicks on other pages."""
    import runpy

    from pages._kit import address, frame, navigation

    address.restore()
    frame.sidebar()
    frame.top()
    with navigation.running():
        runpy.run_path(str(navigation.FOLDER / "explain.py"))
    address.keep()


def opened(**query: str) -> AppTest:
    """Open the page at an address."""
    test = AppTest.from_function(explain_page, default_timeout=PATIENCE)
    for name, value in query.items():
        test.query_params[name] = value
    return test.run()


def said(test: AppTest) -> str:
    return words(test).replace("\\", "")


def control(test: AppTest, label: str) -> Any:
    kinds = (*test.selectbox, *test.get("button_group"))
    return next(item for item in kinds if item.label == label)


def test_the_page_runs_twice_and_answers_its_question() -> None:
    test = opened()
    assert not test.exception
    assert test.title[0].value == "Why did the model say that?"
    assert "mostly because of *sat* (0.51 to 0.80 s); without it, it writes nothing there." in said(test)
    assert not test.run().exception


def test_a_link_says_what_is_explained_by_which_method_in_which_pieces() -> None:
    test = opened(target=SECOND_AE, method="hirescam", pieces="phone")
    assert "The model writes *ae* at 0.67 s. HiResCAM points most at" in said(test)
    assert control(test, "Method").value == "hirescam"
    assert control(test, "Pieces of time").value == "phone"
    assert test.query_params["method"] == "hirescam"


def test_every_word_of_the_same_sound_can_be_told_apart() -> None:
    listed = control(opened(), "What to explain").options
    assert len({getattr(item, "content", item) for item in listed}) == len(listed) == 15


def test_what_makes_no_sense_in_a_link_is_passed_over() -> None:
    test = opened(target="99999", method="<script>", pieces="nothing-of-that-kind")
    assert not test.exception
    assert control(test, "Method").value == next(iter(methods()))


def test_another_method_answers_at_once() -> None:
    test = opened()
    control(test, "Method").set_value("gradcam").run()
    assert not test.exception
    assert "Grad-CAM points most at" in said(test)
    assert test.session_state["chosen"].method == "gradcam"


def test_only_methods_that_are_right_for_the_model_are_offered_and_the_others_give_their_reason() -> None:
    test = opened()
    offered = control(test, "Method").options
    assert "DeepLIFT" not in offered
    assert "DeepLIFT: it is made for networks of ReLUs, and this one has attention." in said(test)


def test_one_thing_rather_than_another_is_said_so() -> None:
    test = opened(target="5-29")
    assert "The model says *s* rather than *" not in said(test)  # nothing is compared with itself
    test = opened(target="5-31")
    assert "The model says *s* rather than *t*" in said(test)


def test_a_part_of_the_sound_offers_what_is_written_there() -> None:
    test = opened(region="0.205-0.510")
    listed = control(test, "What to explain").options
    assert [getattr(item, "content", item) for item in listed] == ["k 0.27", "ae 0.37", "t 0.50"]


def test_a_model_without_a_head_says_so_with_the_way_on(monkeypatch: pytest.MonkeyPatch) -> None:
    card, trace, kept = present.card, present.trace, ResultStore(100_000_000)
    monkeypatch.setattr(engine, "store", lambda: kept)
    monkeypatch.setattr(present, "card", lambda: replace(card(), speaks=False, classifies=False))
    monkeypatch.setattr(present, "trace", lambda: replace(trace(), logits=None))
    test = opened()
    assert not test.exception
    assert "nothing that could be explained" in said(test)
    assert "choose a model that says something" in said(test)


def test_what_takes_long_says_its_cost_first_then_runs_as_a_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "PATIENCE", -1.0)
    test = opened(method="smoothgrad", target="3")
    assert "Explaining with SmoothGrad can take up to" in said(test).replace("*", "")
    assert "Why?" in said(test)  # nothing is claimed before it was found
    test.button(key="begin-main").click().run()
    (token,) = test.session_state["kept-jobs"].values()
    engine.explaining().result(token, timeout=120.0)
    test.run()
    assert not test.exception
    assert "SmoothGrad points most at" in said(test)


def test_what_was_begun_can_be_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(waiting, "PATIENCE", -1.0)
    test = opened(method="integrated-gradients", target="2")
    test.button(key="begin-main").click().run()
    test.button(key="stop-main").click().run()
    (token,) = test.session_state["kept-jobs"].values()
    with pytest.raises(CancelledError):
        engine.explaining().result(token, timeout=120.0)
    test.run()
    assert not test.exception
    assert "can take up to" in said(test)


def test_the_numbers_are_those_of_the_table() -> None:
    test = opened()
    assert test.get("download_button")
    rows = list(csv.DictReader(StringIO(_numbers())))
    assert [row["piece"] for row in rows] == ["pause", "The", "cat", "sat", "on", "the", "mat", "pause"]
    strongest = max(rows, key=lambda row: float(row["contribution (score)"]))
    assert strongest["piece"] == "sat"
    assert float(strongest["probability without it"]) < 0.5 < float(strongest["probability with it"])


def _numbers() -> str:
    """Ask for the numbers as the page does, outside of it."""
    from pages._kit.explaining import result
    from pages._kit.explaining.finding import Wanted

    asked = asking.now()
    method = methods()["occlusion"]
    wanted = Wanted(asked, present.model(), method, method.settings(), finding.target(asked))
    found = finding.explained(wanted)
    assert found is not None
    return table.numbers(result.of(wanted, found))


def test_a_second_method_is_compared_as_a_number() -> None:
    test = opened()
    control(test, "Second method").set_value("hirescam").run()
    assert not test.exception
    assert "rank correlation" in said(test)
    assert "One by one the pieces take" in said(test)  # what the first says of its computation
    assert "Made from layer" in said(test)  # and the second


def test_every_word_of_trust_comes_with_its_checks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(trust, "CHEAP", float("inf"))  # a slow computer asks first
    monkeypatch.setattr(waiting, "PATIENCE", float("inf"))
    test = opened()
    assert not test.exception
    for check in checks().values():
        assert check.title in said(test)


def test_a_label_is_never_read_as_markup() -> None:
    asked = asking.now()
    odd = replace(asked, saying=replace(asked.saying, label="*<b>"))
    assert "\\*\\<b\\>" in answer.said(odd)


def a_classifier(chosen: int, against: int | None = None, multi_label: bool = False) -> asking.Asked:
    """Ask about one of three classes that a model gives 0.7, 0.6 and 0.1."""
    asked = asking.now()
    offered = tuple(
        replace(asked.saying, key=at, label=label, index=at, probability=odds, frames=None)
        for at, (label, odds) in enumerate((("bell", 0.7), ("bird", 0.6), ("rain", 0.1)))
    )
    card = replace(asked.card, speaks=False, classifies=True, multi_label=multi_label)
    other = None if against is None else offered[against]
    return replace(asked, card=card, offered=offered, saying=offered[chosen], against=other)


@pytest.mark.parametrize(
    ("chosen", "against", "multi_label", "says"),
    [
        (0, None, False, True),
        (1, None, False, False),
        (1, None, True, True),
        (2, None, True, False),
        (0, 1, False, True),
        (1, 0, True, False),
    ],
)
def test_only_what_a_model_says_is_said_to_be_said(
    chosen: int, against: int | None, multi_label: bool, says: bool
) -> None:
    asked = a_classifier(chosen, against, multi_label)
    assert asked.says is says
    assert ("The model calls this sound" in answer.said(asked)) is says
    assert ("The model says" in answer._what(asked)) is says


def test_the_words_under_a_sound_are_those_of_its_owner(monkeypatch: pytest.MonkeyPatch) -> None:
    clip, known = present.clip(), asking.now()
    own = clip.with_tiers(Tiers.of([("word", [Interval(0.0, 1.0, "mine")])]))
    monkeypatch.setattr(present, "clip", lambda: own)
    asked = asking.now()
    assert asked.key != known.key
    assert [piece.label for piece in asked.pieces] == ["mine", SILENCE]


@pytest.mark.parametrize(("label", "written"), [("=1+1", "'=1+1"), ("@x", "'@x"), ("a=b", "a=b"), ("the", "the")])
def test_no_name_is_worked_out_as_a_formula(label: str, written: str) -> None:
    assert table._text(label) == written


def test_a_channel_that_a_layer_has_not_is_passed_over() -> None:
    test = AppTest.from_function(explain_page, default_timeout=PATIENCE)
    test.query_params["layer"], test.query_params["unit"] = "-7", "150"
    test.session_state["kept-explain-over"] = "channel"
    assert not test.run().exception


KINDS = [
    ("log-mel-cnn", "classifier"),
    ("log-mel-crnn", "classifier"),
    ("audio-spectrogram-transformer", "classifier"),
    ("wav2vec2", "classifier"),
    ("whisper", "classifier"),
    ("hubert", "ctc"),
]


@pytest.mark.parametrize(("name", "head"), KINDS)
def test_every_kind_of_model_that_says_something_can_be_asked_why(
    name: str, head: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STRATA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("STRATA_LOCAL_FOLDERS", "yes")
    monkeypatch.setattr(trust, "CHEAP", -1.0)  # each check has tests of its own
    family = FAMILIES[name]
    save(Small(family, getattr(family, head)), tmp_path / name)
    test = AppTest.from_function(explain_page, default_timeout=PATIENCE)
    test.session_state["chosen"] = Chosen(model=str(tmp_path / name))
    test.run()
    assert not test.exception
    if "Piece by piece" not in said(test):
        assert "writes nothing for this sound" in said(test)  # as random numbers may
        return
    control(test, "Method").set_value("saliency").run()
    assert not test.exception
    assert "Saliency points most at" in said(test)
