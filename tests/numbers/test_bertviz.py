"""BertViz's views load nothing from anywhere, cannot be broken by a label, and show shares that add up."""

import json
import re
import sys

import numpy as np
import pytest

from core import bertviz_view
from core.bertviz_view import bertviz_page, numbers, thousandths
from core.errors import MethodError

LABELS = ["</script><script>alert(1)</script>", "a & b", "ü · \u2028", "cat"]
ATTENTION = [np.random.default_rng(block).dirichlet(np.ones(4), size=(3, 4)).astype(np.float32) for block in range(5)]
VIEWS = ("head", "model")
LOADS = re.compile(r"""(src|href)\s*=\s*["']?(https?:)?//|@import|url\(\s*["']?(https?:)?//|cdnjs|importScripts""")


def _parameters(page: str) -> dict:
    return json.JSONDecoder().raw_decode(page.split("const params = ")[1])[0]


@pytest.mark.parametrize("view", VIEWS)
def test_nothing_in_the_page_loads_from_another_host(view: str) -> None:
    page = bertviz_page(view, ATTENTION, LABELS)
    assert not LOADS.search(page)
    assert "require.min.js" not in page


@pytest.mark.parametrize("view", VIEWS)
def test_a_label_that_looks_like_markup_stays_a_label(view: str) -> None:
    page = bertviz_page(view, ATTENTION, LABELS)
    assert "alert(1)</script>" not in page
    assert page.count("</script>") == 5  # d3, jQuery, the stand-in for require.js, bertviz
    assert _parameters(page)["attention"][0]["left_text"] == LABELS


@pytest.mark.parametrize("view", VIEWS)
def test_rows_in_the_page_add_up_to_one_and_are_the_values_given(view: str) -> None:
    shown = np.array(_parameters(bertviz_page(view, ATTENTION, LABELS))["attention"][0]["attn"])
    assert shown.shape == (5, 3, 4, 4)
    assert shown.sum(-1) == pytest.approx(np.ones((5, 3, 4)), abs=1e-9)
    assert shown == pytest.approx(np.stack(ATTENTION), abs=1e-3)


@pytest.mark.parametrize("view", VIEWS)
def test_layers_are_counted_from_one_and_can_be_chosen(view: str) -> None:
    parameters = _parameters(bertviz_page(view, ATTENTION, LABELS, layers=[2, 5]))
    assert parameters["include_layers"] == [2, 5]
    assert np.array(parameters["attention"][0]["attn"]) == pytest.approx(
        np.stack([ATTENTION[1], ATTENTION[4]]), abs=1e-3
    )


def test_heads_of_the_model_view_are_counted_from_one() -> None:
    parameters = _parameters(bertviz_page("model", ATTENTION, LABELS))
    assert parameters["include_heads"] == [1, 2, 3]
    assert parameters["total_heads"] == 3


def test_the_numbers_are_written_once() -> None:
    attention = [np.full((2, 40, 40), 1 / 40, dtype=np.float32)]
    page = bertviz_page("head", attention, ["w"] * 40)
    assert len(page) - len(bertviz_view._libraries()) < 2 * 40 * 40 * 6 + 20_000


def test_forty_segments_fit_and_one_more_is_refused() -> None:
    attention = [np.full((1, 41, 41), 1 / 41, dtype=np.float32)]
    with pytest.raises(MethodError, match="41"):
        bertviz_page("head", attention, ["w"] * 41)


def test_a_page_that_bertviz_makes_differently_is_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bertviz_view, "LOADER", "something else")
    with pytest.raises(RuntimeError, match="bertviz has changed"):
        bertviz_page("head", ATTENTION, LABELS)


def test_thousandths_add_up_and_are_off_by_less_than_one() -> None:
    rows = np.random.default_rng(0).dirichlet(np.ones(7), size=(50,))
    parts = thousandths(rows)
    assert (parts.sum(-1) == 1000).all()
    assert np.abs(parts - 1000 * rows).max() < 1
    assert thousandths(np.ones((1, 3)) / 3).tolist() == [[334, 333, 333]]


def test_bertviz_is_imported_only_when_a_view_is_made() -> None:
    import subprocess

    code = "import sys, core.bertviz_view; print(sorted({'bertviz', 'torch', 'IPython'} & set(sys.modules)))"
    assert subprocess.check_output([sys.executable, "-c", code], text=True).strip() == "[]"


def test_the_numbers_say_who_looks_at_whom() -> None:
    attention = [np.array([[[0.25, 0.75], [1.0, 0.0]]], dtype=np.float32)]
    rows = numbers(attention, ["a,b", "c"], [1]).splitlines()
    assert rows[0] == "layer,head,from,to,share"
    assert rows[1:3] == ['1,1,"a,b","a,b",0.2500', '1,1,"a,b",c,0.7500']
    assert len(rows) == 5
