"""What the Ladder page promises, on a ladder and on layers that do what they were made to do."""

import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.corpus.corpus import Corpus, Utterance
from core.errors import CancelledError, DatasetError
from core.figures.depths import Depths
from core.probing import climbing as climbing_of
from core.probing.climbing import Climbed
from core.probing.decoding import Read, decode
from core.probing.ladder import Curve, Ladder, Score
from core.probing.probe import Probe
from core.progress import Report, Step
from core.tiers import Tiers
from core.trace import Trace
from pages._kit import corpus as picker
from pages._kit import engine, present, strip
from pages._kit.ladder import answer, asked, reading, view
from pages._kit.layers import lens
from pages._kit.session import Chosen
from tests.pages import planted_layers as planted
from tests.pages.opening import ROOT, words
from tests.probing.planted import planted_curve, planted_ladder, planted_probes

STOPS = tuple(range(-2, planted.LAYERS + 1))
WIDTHS = {stop: planted.CHANNELS if stop < 0 else planted.WIDTH for stop in STOPS}
SAID = Utterance("one", "anna", "cat", 2.0, Tiers())
CORPUS = Corpus("planted", "Planted", "", "en", "", (SAID,), lambda index: planted.clip(), "fingerprint")

Visit = Callable[..., AppTest]


def ladder_page() -> None:
    """Run the page inside its frame: a script of its own, because Streamlit's runner loses clicks on other pages."""
    import runpy

    from pages._kit import frame, navigation

    frame.sidebar()
    frame.top()
    with navigation.running():
        runpy.run_path(str(navigation.FOLDER / "ladder.py"))


def small_curve(rung: str, best: int, height: float = 0.8) -> Curve:
    """A curve over the stops of the planted layers with one high place."""
    found = planted_curve(rung, STOPS)
    score = tuple(Score(height if stop == best else 0.3, 0.25, height + 0.05) for stop in STOPS)
    return replace(found, score=tuple(replace(one, low=one.value - 0.02, high=one.value + 0.02) for one in score))


def small_ladder(**best: int) -> Ladder:
    """A ladder of the planted layers, with the peaks where they are asked for."""
    peaks = {"spectrum": -2, "phone": 2, "word": 3} | best
    curves = {rung: small_curve(rung, stop) for rung, stop in peaks.items()}
    return replace(planted_ladder(), model="planted", layers=planted.LAYERS, convolutions=2, curves=curves)


@pytest.fixture
def on_strip(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Rows that the page asked the strip for, with their bytes."""
    there: dict[str, int] = {}
    monkeypatch.setattr(strip, "rows", lambda added, key="rows", order=0: there.update({key: len(added.data)}))
    return there


@pytest.fixture
def visit(monkeypatch: pytest.MonkeyPatch) -> Iterator[Visit]:
    """Open the page with a planted clip, trace and ladder, and some choices."""

    def open_page(
        ladder: Ladder | None = None, probes: dict[tuple[str, int], Probe] | None = None, spoken: bool = True,
        speaks: bool = True, **choices: Any,
    ) -> AppTest:  # fmt: skip
        clip = planted.clip(spoken=spoken)
        trace: Trace = planted.trace(clip, speaks=speaks)
        monkeypatch.setattr(present, "clip", lambda: clip)
        monkeypatch.setattr(present, "trace", lambda: trace)
        monkeypatch.setattr(present, "card", lambda: planted.card(speaks))
        monkeypatch.setattr(present, "stored", lambda name="": None)
        monkeypatch.setattr(present, "model", lambda: None)
        monkeypatch.setattr(engine, "model_ready", lambda spec: True)
        monkeypatch.setattr(lens, "_through", lambda model, trace: planted.logits())
        monkeypatch.setattr(view, "shipped", lambda: ladder)
        monkeypatch.setattr(view, "stored_probes", lambda spec: probes or {})
        monkeypatch.setattr(asked, "corpus", lambda: CORPUS)
        app = AppTest.from_function(ladder_page, default_timeout=60)
        app.session_state["chosen"] = Chosen(**choices)
        app.run()
        assert not app.exception
        return app

    st.cache_resource.clear()
    yield open_page
    st.cache_resource.clear()


def test_the_page_runs_twice_without_an_exception(visit: Visit) -> None:
    app = visit(small_ladder(), planted_probes(WIDTHS), layer=2)
    assert not app.run().exception
    assert app.title[0].value == "Which layer knows sound, phone, syllable, word and sentence?"


def test_the_sentence_says_where_phones_can_be_read_best_and_what_the_sound_itself_gives(visit: Visit) -> None:
    said = words(visit(small_ladder()))
    assert (
        "**Which phone it is** can be read best at **layer 2 of 3**: 80% right for voices and sentences that the probe "
        "never met, 35 points more than from the sound itself; words at layer 3." in said
    )


@pytest.mark.parametrize(
    ("rung", "expected"),
    [
        ("word", "**Which word it is** can be read best at **layer 3 of 3**: 80% right"),
        (
            "spectrum",
            "at **convolution 1**: 80% of how it varies is recovered for voices and sentences that the probe never met",
        ),
        ("spectrum", "20 points less than from the sound itself; phones at layer 2, words at layer 3."),
    ],
)
def test_another_rung_gives_another_answer(visit: Visit, rung: str, expected: str) -> None:
    assert expected in words(visit(small_ladder(), rung=rung))


def test_a_rung_is_made_large_by_its_button(visit: Visit) -> None:
    app = visit(small_ladder())
    app.button(key="ladder-panel-word").click().run()
    assert "Word: Which word is this?" in words(app)
    assert "**Which word it is** can be read best" in words(app)


def test_nothing_is_claimed_where_no_layer_is_better_than_guessing(visit: Visit) -> None:
    flat = replace(small_ladder(), curves={"phone": small_curve("phone", 2, 0.07)})
    low = replace(flat.curves["phone"], score=(Score(0.06, 0.05, 0.09),) * len(STOPS))
    assert "cannot be read off any layer: 6% at best, no more than by guessing" in words(
        visit(replace(flat, curves={"phone": low}))
    )


def test_a_best_score_whose_interval_includes_guessing_is_not_certain(visit: Visit) -> None:
    wide = replace(small_ladder().curves["phone"], score=(Score(0.4, 0.05, 0.7),) * len(STOPS))
    said = words(visit(replace(small_ladder(), curves={"phone": wide})))
    assert "Whether it can be read off a layer is not certain" in said
    assert "interval from 5% to 70%, which includes guessing" in said


def test_a_best_place_within_the_interval_of_the_sound_itself_is_no_gain(visit: Visit) -> None:
    found = small_curve("phone", 2, 0.46)
    assert "no clear difference from the sound itself (45%)" in words(
        visit(replace(small_ladder(), curves={"phone": found}))
    )


def test_what_was_counted_and_what_it_is_compared_with_stand_as_numbers(visit: Visit) -> None:
    app = visit(small_ladder())
    assert [one.value for one in app.metric] == ["80%", "+35 points", "+67 points", "+64 points"]
    said = words(app)
    assert "4,000 items learned from, 2,000 tested, of 8 voices in 12 sentences" in said
    assert "40 classes; always saying the commonest would be right in 6% of the cases" in said


def test_a_rung_with_too_little_data_is_refused_with_what_it_needs(visit: Visit) -> None:
    assert "**Sentence**: This needs at least 5 sentences that each are said by 3 of the voices." in words(
        visit(small_ladder())
    )


@pytest.mark.parametrize(
    ("peaks", "expected"),
    [
        ({}, "The order of the ladder holds: sound at convolution 1, phones at layer 2, words at layer 3."),
        ({"word": 2}, "The order of the ladder holds, though not every step is a layer of its own"),
        ({"phone": 3, "word": 1}, "The order of the ladder does not hold here"),
    ],
)
def test_whether_the_order_of_the_ladder_holds_is_said_either_way(peaks: dict[str, int], expected: str) -> None:
    assert expected in answer.order(small_ladder(**peaks))


def test_flat_curves_are_told_by_where_nine_tenths_are_done() -> None:
    assert answer.reached(small_ladder()) == "Nine tenths of the way are done for phones by layer 2, words by layer 3."


def test_neighbouring_places_are_named_as_a_range() -> None:
    depths = Depths(8, 7)
    assert answer.ranges(depths, [-2, -1, 0, 1, 5, 7, 8]) == [
        "convolution 6 to convolution 7", "the input of layer 1 to layer 1", "layer 5", "layer 7 to layer 8",
    ]  # fmt: skip


def test_what_is_decodable_is_never_called_used(visit: Visit) -> None:
    said = words(visit(small_ladder()))
    assert "does not show that the model uses it there" in said
    for word in ("knows that", "layer 2 uses", "is used at"):
        assert word not in said


def test_probes_read_the_chosen_sound_on_the_strip(visit: Visit, on_strip: dict[str, int]) -> None:
    app = visit(small_ladder(), planted_probes(WIDTHS), layer=2)
    assert set(on_strip) == {"ladder-reads", "ladder-all"}
    assert "In this sound" in words(app)
    on_strip.clear()
    group = next(one for one in app.get("button_group") if one.label == "Rows on the strip")
    group.set_value(["reads", "own"]).run()
    assert set(on_strip) == {"ladder-reads", "ladder-depth"}


def test_a_rung_of_values_is_recovered_beside_what_was_measured(visit: Visit, on_strip: dict[str, int]) -> None:
    probes = {
        ("loudness", stop): replace(probe, rung="loudness", labels=(), weight=probe.weight[:1], bias=probe.bias[:1])
        for (rung, stop), probe in planted_probes(WIDTHS).items()
        if rung == "phone"
    }
    said = words(visit(small_ladder(loudness=-1), probes, rung="loudness"))
    assert "what a probe recovers at the chosen layer, and what was measured" in said
    assert set(on_strip) == {"ladder-reads"}


@pytest.mark.parametrize("rung", ["phone", "loudness"])
def test_a_layer_with_fewer_moments_is_read_by_its_own(
    visit: Visit, on_strip: dict[str, int], monkeypatch: pytest.MonkeyPatch, rung: str
) -> None:
    def halved(*arguments: Any) -> tuple[Read, ...]:
        found = decode(*arguments)
        stop = arguments[3]
        return found if stop < planted.LAYERS else tuple(replace(read, end=read.end + 0.02) for read in found[::2])

    probes = planted_probes(WIDTHS)
    if rung == "loudness":
        probes |= {
            (rung, stop): replace(probe, rung=rung, labels=(), weight=probe.weight[:1], bias=probe.bias[:1])
            for (name, stop), probe in probes.items()
            if name == "phone"
        }
    monkeypatch.setattr(reading, "decode", halved)
    fine, coarse = (
        words(visit(small_ladder(loudness=-1), probes, rung=rung, layer=layer)) for layer in (1, planted.LAYERS)
    )
    assert on_strip["ladder-reads"]
    if rung == "phone":
        many, few = (int(re.search(r"% of (\d+) moments", said)[1]) for said in (fine, coarse))
        assert abs(many - 2 * few) <= 1


def test_a_rung_without_kept_probes_says_why_nothing_is_read(visit: Visit, on_strip: dict[str, int]) -> None:
    assert "No probes of this rung are kept" in words(visit(small_ladder(), planted_probes(WIDTHS), rung="spectrum"))
    assert not on_strip


def test_without_tiers_it_is_not_said_what_is_right(visit: Visit) -> None:
    said = words(visit(small_ladder(), planted_probes(WIDTHS), spoken=False))
    assert "Nobody has written down what is said here" in said


def test_without_words_in_the_tiers_stretches_are_read_with_a_caution(visit: Visit) -> None:
    said = words(visit(small_ladder(), planted_probes(WIDTHS), spoken=False, rung="word"))
    assert "Stretches of 0.3 s are read instead" in said


def test_the_models_own_last_step_says_from_which_layer_on_it_is_right(visit: Visit) -> None:
    said = words(visit(small_ladder()))
    assert "At layer 3 of 3, " in said and "hold the phone that is said" in said


def test_a_model_that_writes_nothing_says_so_in_its_place(visit: Visit) -> None:
    assert "it has no last step that fits every layer" in words(visit(small_ladder(), speaks=False))


def test_an_unmeasured_model_says_its_cost_first_then_is_measured_as_a_job_and_found_again(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(climbing_of, "estimate", lambda card, corpus: 300.0)
    monkeypatch.setattr(engine, "shelf", lambda: Shelf())
    monkeypatch.setattr(climbing_of, "climb", lambda model, corpus, report: Climbed(small_ladder(), {}))
    app = visit()
    assert "Nobody has asked the layers of planted" in words(app)
    assert "**Measuring the ladder of planted** can take up to 5 minutes here." in words(app)
    app.button(key="begin-ladder").click().run()
    (token,) = app.session_state["kept-jobs"].values()
    engine.probing().result(token, timeout=60.0)
    app.run()
    assert not app.exception
    assert "can be read best at **layer 2 of 3**" in words(app)


def test_measuring_can_be_stopped(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    def slow(model: object, corpus: object, report: Report) -> Climbed:
        for step in range(3000):
            report(Step(step, 3000, ""))
            time.sleep(0.01)
        return Climbed(small_ladder(), {})

    monkeypatch.setattr(climbing_of, "estimate", lambda card, corpus: 300.0)
    monkeypatch.setattr(engine, "shelf", lambda: Shelf())
    monkeypatch.setattr(climbing_of, "climb", slow)
    app = visit()
    app.button(key="begin-ladder").click().run()
    (token,) = app.session_state["kept-jobs"].values()
    app.button(key="stop-ladder").click().run()
    with pytest.raises(CancelledError):
        engine.probing().result(token, timeout=60.0)
    app.run()
    assert "Nobody has asked the layers of planted" in words(app)


def test_what_is_measured_on_a_visitors_own_corpus_stays_with_the_visitor(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(climbing_of, "estimate", lambda card, corpus: 300.0)
    monkeypatch.setattr(engine, "shelf", lambda: Shelf())
    monkeypatch.setattr(climbing_of, "climb", lambda model, corpus, report: Climbed(small_ladder(word=1), {}))
    monkeypatch.setattr(asked, "own", lambda: True)
    monkeypatch.setattr(picker, "draw", lambda: None)
    app = visit(small_ladder())
    assert "Nobody has asked the layers of planted" in words(app), "what ships was measured on other sentences"
    app.button(key="begin-ladder").click().run()
    engine.probing().result(next(iter(app.session_state["kept-jobs"].values())), timeout=60.0)
    assert "words at layer 1" in words(app.run())
    assert "Nobody has asked the layers of planted" in words(visit(small_ladder())), "nobody else sees it"


def test_a_corpus_that_is_refused_can_be_changed_for_another(visit: Visit, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(model: object, corpus: object, report: Report) -> Climbed:
        raise DatasetError("No rung can be asked.", hint="Bring more.")

    monkeypatch.setattr(climbing_of, "estimate", lambda card, corpus: 3.0)
    monkeypatch.setattr(engine, "shelf", lambda: Shelf())
    monkeypatch.setattr(climbing_of, "climb", refuse)
    monkeypatch.setattr(asked, "own", lambda: True)
    monkeypatch.setattr(picker, "draw", lambda: st.text("Here a corpus is chosen."))
    app = visit()
    app.button(key="begin-ladder").click().run()
    assert not app.exception
    assert "No rung can be asked." in words(app)
    assert "Here a corpus is chosen." in words(app)
    assert "What am I looking at?" in [one.label for one in app.expander]


class Shelf:
    """Lends nothing."""

    def get(self, spec: object) -> None:
        return None


def test_the_page_opens_without_torch() -> None:
    code = (
        "import sys; from pages._kit.ladder import page, words, view; "
        "from core.model_spec import ModelSpec; from core.probing.stored import stored_ladder; "
        "stored_ladder(ModelSpec('bundled', 'speech-tiny')); words.titles(); print('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
