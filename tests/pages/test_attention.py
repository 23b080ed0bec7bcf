"""What the Attention page promises, on heads that do what they were made to do."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.activity import loudness
from core.attention import measures
from core.clip import Clip
from core.grid import TokenGrid
from core.rollout import rollouts
from core.timeline import TimeAxis
from core.trace import Trace
from models import FAMILIES
from pages._kit import engine, heads, present, strip
from pages._kit.attending import answer, lines, pieces, rows
from pages._kit.attending.maps import CELLS
from pages._kit.attending.view import View
from pages._kit.heads import Heads
from pages._kit.session import Chosen
from tests.contracts.small_models import Pair, Small
from tests.pages import planted_heads as planted

ROOT = Path(__file__).parents[2]
PAGE = str(ROOT / "pages" / "attention.py")
CAT = (0.4, 0.9)
LIMIT = 300_000  # bytes over the wire for one changed control


def seen(layer: int = 1, head: int = 0, region: tuple[float, float] | None = None, clip: Clip | None = None) -> View:
    clip = clip or planted.clip()
    return view_of(planted.trace(clip), clip, layer, head, region)


def view_of(trace: Trace, clip: Clip, layer: int, head: int, region: tuple[float, float] | None) -> View:
    found = measures(trace.attention, trace.time.step, loudness(clip, trace.time))
    return View(clip.fingerprint, clip, trace, found, layer, head, region)


@pytest.fixture(autouse=True)
def mute(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Put the planted clip and trace on the table."""
    clip = planted.clip()
    monkeypatch.setattr(present, "clip", lambda: clip)
    monkeypatch.setattr(present, "trace", lambda: planted.trace(clip))
    monkeypatch.setattr(present, "card", planted.card)
    monkeypatch.setattr(engine, "model_ready", lambda spec: True)
    st.cache_resource.clear()
    yield
    st.cache_resource.clear()


@pytest.fixture
def visit() -> Callable[..., AppTest]:
    """Open the page with some choices."""

    def open_page(**choices: Any) -> AppTest:
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=60)
        app.session_state["chosen"] = Chosen(**choices)
        app.run()
        app.switch_page(PAGE).run()
        return app

    return open_page


def said(app: AppTest) -> str:
    return " ".join(item.value for item in app.markdown)


def test_the_page_runs_twice_without_an_exception(visit: Callable[..., AppTest]) -> None:
    app = visit(layer=6, head=1, region=CAT)
    assert not app.exception
    assert not app.run().exception
    assert app.title[0].value == "Where does each head look?"


def test_it_always_says_that_attention_is_no_explanation(visit: Callable[..., AppTest]) -> None:
    assert "Attention alone is not an explanation of what the model says" in said(visit())


def test_the_sentence_on_the_page_is_that_of_the_chosen_head(visit: Callable[..., AppTest]) -> None:
    app = visit(layer=5, head=0)
    assert "Head 1 of layer 5 looks at the same few moments from everywhere, most of all at *sat* (1.15 s)." in said(
        app
    )
    app.session_state["chosen"] = Chosen(layer=5, head=0, region=CAT)
    assert "For *cat* it looks most at *sat* (1.15 s; 99% of its attention)" in said(app.run())


@pytest.mark.parametrize(
    ("layer", "head", "expected"),
    [
        (1, 0, "s away on average, to both sides of its own moment."),
        (1, 1, "s away on average, mostly at what comes next."),
        (5, 0, "looks at the same few moments from everywhere, most of all at *sat* (1.15 s)."),
        (5, 1, "looks all over the sound, 0.8"),
        (0, 0, "heads begin at layer 1"),
    ],
)
def test_the_sentence_tells_planted_heads_apart(layer: int, head: int, expected: str) -> None:
    assert expected in answer.sentence(seen(layer, head))


def test_the_sentence_counts_the_layers_that_stay_close() -> None:
    assert "Most heads of layers 1, 2, 3 and 4 stay within 0.2 s of their own moment." in answer.sentence(seen(5, 1))


def test_the_mean_distance_in_the_sentence_is_the_planted_one() -> None:
    ahead = planted.AHEAD_FRAMES * 0.02
    assert f"looks {ahead:.2f} s away" in answer.sentence(seen(1, 1))


def test_a_region_is_named_after_its_words_and_without_words_after_its_seconds() -> None:
    assert "For *cat* it looks most at itself" in answer.sentence(seen(1, 0, CAT))
    silent = answer.sentence(seen(5, 0, CAT, planted.clip(spoken=False)))
    assert "For 0.40 to 0.90 s it looks most at" in silent


def test_the_sentence_never_contradicts_the_kind_in_the_table() -> None:
    view = seen()
    kinds = {kind: place for place, kind in np.ndenumerate(view.measures.kind)}
    for kind, (block, head) in kinds.items():
        words = answer.sentence(replace(view, layer=block + 1, head=head))
        assert ("same few moments" in words) <= (kind == 1)
        assert ("all over" in words) <= (kind == 0)


def test_a_label_is_never_read_as_markup() -> None:
    assert pieces.plain("*a* <b> $x$ [l](u)") == "\\*a\\* \\<b\\> \\$x\\$ \\[l\\]\\(u\\)"


def test_shares_over_all_pieces_add_up_to_everything() -> None:
    for region in (None, CAT, (0.013, 0.2)):
        view = seen(5, 1, region)
        assert sum(share for _piece, share in answer.most(view, view.asking(4))) == pytest.approx(1.0, abs=1e-4)


def test_what_is_left_of_a_word_that_asks_in_part_is_called_its_rest() -> None:
    view = seen(5, 1, (0.5, 0.9))
    labels = [piece.label for piece, _share in answer.most(view, view.asking(4)) if piece]
    assert "rest of cat" in labels
    assert "cat" not in labels
    assert "sat" in labels


def curve(view: View, row: int, *path: int) -> strip.Curve:
    return curve_of(rows.listed(view, rollouts(view.trace.attention))[row], *path)


def curve_of(found: Any, *path: int) -> strip.Curve:
    for index in path:
        found = found.options[index]
    return found


def test_the_strip_shows_where_the_chosen_head_looks_in_even_shares() -> None:
    view = seen(5, 0, CAT)
    line = curve(view, 0, 5, 0)
    inside = view.trace.time.within(*planted.STARED_AT)
    peak = view.trace.time.count / (inside.stop - inside.start)
    assert line.values[inside].mean() == pytest.approx(peak, rel=0.02)
    assert line.values[: inside.start].max() < 0.1
    assert line.chance == 1.0


def test_the_strip_shows_who_looks_at_the_region_only_where_there_is_one() -> None:
    stared_at = seen(5, 0, planted.STARED_AT)
    returned = curve(stared_at, 1, 5, 0)
    inside = stared_at.trace.time.within(*planted.STARED_AT)
    assert returned.values == pytest.approx(stared_at.trace.time.count / (inside.stop - inside.start), rel=0.02)
    assert len(rows.listed(seen(), ())) == 1


def test_the_way_through_all_layers_is_the_rollout_of_the_region() -> None:
    view = seen(3, 0, CAT)
    ways = rollouts(view.trace.attention)
    line = curve(view, 2, 3)
    assert line.values == pytest.approx(ways[2][view.asking(2)].mean(0) * view.trace.time.count, abs=line.high / 400)


def test_the_input_has_a_place_in_every_stack_and_no_heads() -> None:
    for stack in rows.listed(seen(), rollouts(seen().trace.attention)):
        first: Any = stack.options[0]
        assert isinstance(first.options[0] if isinstance(first, strip.Choice) else first, strip.Labels)
        assert len(stack.options) == 9


@pytest.mark.parametrize(("layers", "count"), [(8, 6), (12, 12)])
def test_ten_seconds_of_every_head_travel_in_at_most_300_kilobytes(layers: int, count: int) -> None:
    clip = planted.clip(10.0)
    view = view_of(planted.trace(clip, layers, count), clip, layers, 0, CAT)
    added = rows.listed(view, rollouts(view.trace.attention))
    assert len(strip.rows_payload(added).data) <= LIMIT
    most = maps_within(layers * count)
    cut = pieces.cut(view, pieces.SECONDS, most)
    maps = np.stack(pieces.pooled(view, cut))
    spans = np.array([(piece.start, piece.end) for piece in cut])
    assert len(heads.heads_payload(Heads(maps, spans)).data) <= LIMIT


def maps_within(count: int) -> int:
    return min(pieces.WINDOWS, int((CELLS / count) ** 0.5))


def test_layers_with_fewer_frames_and_heads_are_laid_over_the_same_time() -> None:
    clip = planted.clip(2.58)
    full = planted.trace(clip)
    half = full.attention[4][:3].reshape(3, 64, 2, 64, 2).sum(4).mean(2)  # 128 frames in pairs
    coarse = TokenGrid(TimeAxis(full.time.start + 0.01, 0.04, 0.045, 64))
    grids = (*full.grids[:4], coarse, coarse)
    view = view_of(replace(full, attention=(*full.attention[:4], half), grids=grids), clip, 5, 5, CAT)
    cut = pieces.cut(view, "word")
    for layer in pieces.pooled(view, cut):
        assert layer.sum(-1) == pytest.approx(np.ones(layer.shape[:2]), abs=1e-5)
    assert view.shown == (4, 2)
    close = curve_of(rows.listed(view, ())[0], 5, 0)
    assert close.time.centres()[0] == pytest.approx(full.time.centres()[:2].mean())
    assert len(rows.listed(view, ())) == 2
    for shown in ("head", "model"):
        assert "sat" in lines.page(view, shown, cut, (5,))
        assert "sat" in lines.page(view, shown, cut, (1, 2))


def test_a_model_without_attention_over_time_says_so_with_the_way_on(
    visit: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(present, "card", lambda: planted.card(attends=False))
    app = visit()
    assert not app.exception
    texts = " ".join(item.value for item in app.text)
    assert "no picture of who looks at whom" in texts
    assert "Layers" in texts


def test_other_axes_are_offered_only_where_they_exist(
    visit: Callable[..., AppTest], monkeypatch: pytest.MonkeyPatch
) -> None:
    clip = planted.clip(spoken=False)
    monkeypatch.setattr(present, "clip", lambda: clip)
    assert list(pieces.kinds(seen(clip=clip))) == ["seconds"]
    assert list(pieces.kinds(seen())) == ["seconds", "word", "phone"]
    app = visit(layer=2, region=CAT)
    assert not app.exception


@pytest.mark.parametrize("kind", ["word", "phone"])
def test_words_and_phones_can_stand_on_the_axes(visit: Callable[..., AppTest], kind: str) -> None:
    app = visit(layer=2)
    app.segmented_control(key="axes-seconds-word-phone").set_value(kind).run()
    assert not app.exception


@pytest.mark.parametrize("name", sorted(name for name, family in FAMILIES.items() if family.attends))
def test_every_family_shows_its_heads(name: str, paired: Callable[[Small], Pair]) -> None:
    from core.trace import trace

    family = FAMILIES[name]
    clip = planted.clip(2.0)
    model = paired(Small(family, family.ctc or family.classifier or family.bare)).model
    view = view_of(trace(model, clip), clip, 1, 0, CAT)
    assert answer.sentence(view)
    ways = rollouts(view.trace.attention) if len({layer.shape for layer in view.trace.attention}) == 1 else ()
    assert strip.rows_payload(rows.listed(view, ways)).data
    for layer in pieces.pooled(view, pieces.cut(view, "word")):
        assert layer.sum(-1) == pytest.approx(np.ones(layer.shape[:2]), abs=1e-4)
