"""Every chart is valid, names its units, says itself in a sentence, and gives its numbers."""

import csv
import io
import json
from collections.abc import Callable

import numpy as np
import pytest

from core.attention import measures
from core.ctc import Score
from core.figures import charts, image, palette
from core.figures.figure import Figure
from core.similarity import Likeness, Steps

MATRIX = np.array([[1.0, 0.8, 0.25], [0.8, 1.0, 0.5], [0.25, 0.5, 1.0]])
LIKENESS = Likeness(MATRIX, 0.1, 99, True, "")
STEPS = Steps(np.array([0.2, 0.5]), np.array([0.7, np.nan]), ())
ATTENTION = [np.random.default_rng(0).dirichlet(np.ones(20), size=(4, 20)).astype(np.float32) for _ in range(2)]
MEASURES = measures(ATTENTION, 0.02, np.arange(20, dtype=np.float32))
FIGURES: dict[str, Callable[[], Figure]] = {
    "likeness": lambda: charts.likeness(LIKENESS, layer=1),
    "difference": lambda: charts.difference(STEPS, 0.1),
    "step": lambda: charts.step(STEPS),
    "heads": lambda: charts.heads(MEASURES, chosen=(2, 3)),
    "scores": lambda: charts.scores((Score("a “bell”", 0.75), Score("rain, wind", 0.02))),
}


@pytest.mark.parametrize("name", FIGURES)
def test_a_chart_is_valid_to_altair_and_plain_enough_for_json(name: str) -> None:
    figure = FIGURES[name]()
    figure.chart().to_dict()
    json.dumps(figure.spec, allow_nan=False)


@pytest.mark.parametrize("name", FIGURES)
def test_a_chart_leaves_its_ground_to_the_page_and_loads_nothing(name: str) -> None:
    figure = FIGURES[name]()
    assert figure.spec["background"] == "transparent"
    assert "http" not in json.dumps(figure.spec)


@pytest.mark.parametrize("name", FIGURES)
def test_the_numbers_are_a_table_with_named_columns(name: str) -> None:
    figure = FIGURES[name]()
    rows = list(csv.reader(io.StringIO(figure.numbers())))
    assert tuple(rows[0]) == figure.columns
    assert len(rows) == len(figure.rows) + 1
    assert all(len(row) == len(figure.columns) for row in rows)


def test_likeness_names_the_least_alike_layers_and_chance() -> None:
    figure = charts.likeness(LIKENESS)
    assert "layers 0 and 2 at 0.25" in figure.alt
    assert "0.10" in figure.alt
    assert (2, 1, 0.5) in figure.rows


def test_each_layer_has_its_depth_colour_on_both_axes() -> None:
    records = charts.likeness(LIKENESS).spec["layer"][0]["data"]["values"]
    assert {record["y_colour"] for record in records if record["y"] == 2} == {palette.depth(2, 2)}
    assert {record["x_colour"] for record in records if record["x"] == 0} == {palette.depth(0, 2)}


def test_a_block_without_a_step_is_left_out_and_the_furthest_is_named() -> None:
    figure = charts.step(STEPS)
    assert figure.rows == ((1, 0.7),)
    assert "block 1 at 0.70" in figure.alt


def test_heads_are_counted_from_one_with_all_measures_in_the_numbers() -> None:
    figure = charts.heads(MEASURES)
    assert [row[:2] for row in figure.rows] == [(block, head) for block in (1, 2) for head in (1, 2, 3, 4)]
    assert "span (s)" in figure.columns
    assert figure.rows[0][figure.columns.index("span (s)")] == pytest.approx(MEASURES.span[0, 0], abs=1e-4)


def test_a_picture_holds_the_levels_that_were_given() -> None:
    from io import BytesIO

    from PIL import Image

    cells = np.arange(256, dtype=np.uint8).reshape(8, 32)
    opened = Image.open(BytesIO(image.png(cells, palette.SOUND, scale=3)))
    assert opened.mode == "P"
    assert opened.size == (96, 24)
    assert (np.asarray(opened)[::3, ::3] == cells).all()
    assert (np.asarray(opened.convert("RGB"))[::3, ::3] == palette.SOUND[cells]).all()
    assert image.data_address(b"x") == "data:image/png;base64,eA=="


def test_levels_reach_from_low_to_high() -> None:
    values = np.array([[-1.0, 0.0, 5.0, 10.0, 99.0]])
    assert image.levels(values, 0.0, 10.0).tolist() == [[0, 0, 128, 255, 255]]
