"""What the Layers page promises, on layers that do what they were made to do."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.trace import Trace
from pages._kit import engine, present, strip
from pages._kit.layers import lens, pictures, rows, settings, stops, unit
from pages._kit.layers.lens import Lens
from pages._kit.layers.settings import Settings
from pages._kit.session import Chosen
from tests.pages import planted_layers as planted
from tests.pages.opening import ROOT, words

PAGE = str(ROOT / "pages" / "layers.py")
KAY, AE = (0.4, 0.52), (0.52, 0.68)  # seconds
LIMIT = 300_000  # bytes over the wire for one changed control

Visit = Callable[..., AppTest]


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[..., Trace]]:
    """Put a planted clip and trace on the table."""

    def put(frames: int = planted.FRAMES, speaks: bool = True, convolutions: int = 2, spoken: bool = True) -> Trace:
        clip = planted.clip(frames, spoken)
        trace = planted.trace(clip, frames, speaks, convolutions)
        monkeypatch.setattr(present, "clip", lambda: clip)
        monkeypatch.setattr(present, "trace", lambda: trace)
        monkeypatch.setattr(present, "card", lambda: planted.card(speaks))
        monkeypatch.setattr(present, "stored", lambda name="": None)
        monkeypatch.setattr(present, "model", lambda: None)
        monkeypatch.setattr(engine, "model_ready", lambda spec: True)
        monkeypatch.setattr(lens, "_through", lambda model, trace: planted.logits())
        return trace

    st.cache_resource.clear()
    yield put
    st.cache_resource.clear()


@pytest.fixture
def on_strip(monkeypatch: pytest.MonkeyPatch) -> dict[str, int]:
    """Rows that the page asked the strip for, with their bytes; cleared by whoever looks."""
    asked: dict[str, int] = {}
    monkeypatch.setattr(strip, "rows", lambda added, key="rows", order=0: asked.update({key: len(added.data)}))
    return asked


@pytest.fixture
def visit(table: Callable[..., Trace]) -> Visit:
    """Open the page with some choices."""

    def open_page(planting: dict[str, Any] | None = None, **choices: Any) -> AppTest:
        table(**(planting or {}))
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
        app.session_state["chosen"] = Chosen(**choices)
        app.run()
        app.switch_page(PAGE).run()
        assert not app.exception
        return app

    return open_page


def test_the_page_runs_twice_without_an_exception(visit: Visit) -> None:
    app = visit(layer=2, unit=3, region=KAY)
    assert not app.run().exception
    assert app.title[0].value == "What does each layer make of the sound?"


@pytest.mark.parametrize(
    ("region", "expected"),
    [
        (KAY, "At layer 2 of 3 the model first hears the *k* of *cat*; before that it hears *t*."),
        (AE, "At layer 2 of 3 the model first hears the *ae* of *cat*; before that it hears silence."),
        (None, "At layer 3 of 3 the model first hears the *t* of *cat*; before that it hears silence."),
        ((0.9, 1.0), "In the chosen part the model writes nothing."),
    ],
)
def test_the_sentence_says_from_which_layer_on_a_symbol_is_heard(
    visit: Visit, region: tuple[float, float] | None, expected: str
) -> None:
    assert expected in words(visit(region=region))


def test_without_words_the_symbol_is_named_by_its_second(visit: Visit) -> None:
    assert "the *k* at 0.41 s" in words(visit({"spoken": False}, region=KAY))


def test_a_model_that_says_nothing_is_asked_which_layer_changes_most(visit: Visit) -> None:
    said = words(visit({"speaks": False}))
    assert "Layer 3 of 3 changes most" in said
    assert "From layer 3 on, the picture has more that is new than is left of what came in." in said
    assert "This checkpoint has no head that writes" in said
    assert "choose a model that says words or phones" in said


def test_a_sound_too_short_to_compare_layers_still_shows_each_of_them(visit: Visit, on_strip: dict[str, int]) -> None:
    app = visit({"frames": 8, "speaks": False})
    said = words(app)
    assert "This sound is too short to compare the layers with each other" in said
    assert "8 moments are too few to compare layers." in said
    assert "This sound is too short to find what its layers vary in" in said
    assert set(on_strip) == {"layers-map"}, "eight frames do not spread over three directions"


def test_the_table_tells_how_far_each_layer_is_from_the_end(visit: Visit) -> None:
    table = next(frame.value for frame in visit().dataframe if "it would write" in frame.value)
    assert list(table["it would write"]) == ["(nothing)", "t", "k ae", "k ae t"]
    assert list(table["still to change"]) == [3, 2, 1, 0]


def test_rows_come_and_go_with_their_buttons(visit: Visit, on_strip: dict[str, int]) -> None:
    app = visit()
    assert set(on_strip) == {"layers-strata", "layers-map", "layers-lens"}
    on_strip.clear()
    app.get("button_group")[0].set_value(["all", "unit"]).run()
    assert set(on_strip) == {"layers-all", "layers-unit"}
    on_strip.clear()
    app.run()
    assert set(on_strip) == {"layers-all", "layers-unit"}, "the choice outlives the run"


@pytest.mark.parametrize("over", [name for name in settings.OVER if name])
def test_what_a_layer_does_can_be_laid_over_the_spectrogram(
    table: Callable[..., Trace], on_strip: dict[str, int], over: str
) -> None:
    every = stops.of(table())
    rows.add(every, Settings(over=over), Lens("none"))
    assert f"layers-over-{over}" in on_strip


def test_a_wide_model_and_ten_seconds_stay_within_the_limit(
    table: Callable[..., Trace], on_strip: dict[str, int]
) -> None:
    table(frames=500)
    every = stops.all_of_them()
    # 7 convolutions and 13 layers, each a slow noise of its own
    stack = tuple(every[at % len(every)] for at in range(20))
    rows.add(stack, Settings(rows=tuple(settings.ROWS), over="map"), Lens("none"))
    assert max(on_strip.values()) <= LIMIT


def test_the_slider_runs_from_the_first_convolution_to_the_last_block(table: Callable[..., Trace]) -> None:
    every = stops.of(table())
    assert [stop.value for stop in every] == [-2, -1, 0, 1, 2, 3]
    assert [stop.label for stop in every] == ["convolution 1", "convolution 2", "input", "1 of 3", "2 of 3", "3 of 3"]
    stack = rows._stack(every, rows._activity(every))
    assert (stack.base, len(stack.options)) == (-2, 6)


def test_a_model_without_convolutions_begins_at_its_input(visit: Visit, table: Callable[..., Trace]) -> None:
    visit({"convolutions": 0}, layer=-3)
    assert stops.of(table(convolutions=0))[0].value == 0


@pytest.mark.parametrize(("layer", "value"), [(99, 3), (-99, -2), (1, 1)])
def test_a_layer_that_the_model_lacks_becomes_the_nearest(visit: Visit, layer: int, value: int) -> None:
    names = {3: "layer 3", -2: "convolution 1", 1: "layer 1"}
    assert f"One unit of {names[value]}" in words(visit(layer=layer))


def test_equal_moments_get_equal_colours_whatever_the_layer_turns(table: Callable[..., Trace]) -> None:
    trace = table()
    every = stops.of(trace)
    found = pictures.colouring(every, quiet=False)
    assert found is not None and found.rgb.shape == (6, planted.FRAMES, 3)
    assert found.rgb.min() >= pictures.DARKEST and found.rgb.max() <= pictures.LIGHTEST
    picture = rows.strata(every, quiet=False)
    assert isinstance(picture, strip.Strata)
    assert picture.values == (-2, -1, 0, 1, 2, 3)


def test_the_unit_that_was_made_to_stand_out_is_found_where_it_does(visit: Visit) -> None:
    said = words(visit(layer=2, unit=planted.UNIT))
    peak = 0.0125 + 0.02 * planted.PEAK
    assert f"Unit 5 is furthest above its average at {peak:.2f} s" in said
    assert "There one hears the *ae* of *cat*." in said


def test_a_unit_that_the_layer_lacks_gives_way_to_the_most_active(visit: Visit) -> None:
    assert "Unit 5 is furthest above" in words(visit(layer=2, unit=4000))


def test_a_unit_can_be_chosen_by_its_number(visit: Visit) -> None:
    app = visit(layer=2, unit=3)
    app.number_input[0].set_value(7).run()
    assert not app.exception
    assert app.session_state["chosen"].unit == 7
    assert "Unit 7 is furthest above" in words(app)


def test_the_moments_of_a_unit_can_be_taken_away_as_numbers(table: Callable[..., Trace]) -> None:
    stop = stops.of(table())[4]
    found = unit._described(stop, planted.UNIT)
    header, first, *_rest = unit._numbers(found).splitlines()
    assert header.startswith("kind,peak (s),start (s),end (s),value")
    assert first.startswith("most,0.5925,0.58,0.605,") and first.endswith("word=cat phone=ae")


def test_a_head_that_is_still_on_its_way_is_waited_for_without_blocking(
    visit: Visit, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened = visit()
    monkeypatch.setattr(engine, "model_ready", lambda spec: False)
    st.cache_resource.clear()
    opened.run()
    assert not opened.exception
    assert "appears here as soon as the model is loaded" in words(opened)


def test_it_says_what_it_does_not_mean(visit: Visit) -> None:
    said = words(visit())
    assert "Active is not important" in said
    assert "What can be read off a layer is not thereby used." in said


def test_nothing_of_the_page_needs_torch() -> None:
    code = "import sys; from pages._kit.layers import alike, answer, lens, rows, unit; print('torch' in sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=Path(ROOT), capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"
