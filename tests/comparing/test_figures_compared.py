"""The pictures of a comparison say what they show, carry its numbers, and lie at the right depth."""

import base64
import io

import numpy as np
import pytest
from PIL import Image

from core.comparing.comparison import Comparison
from core.figures import compared, compared_curves
from core.figures.palette import depth
from tests.comparing import planted

OWN, TWO = planted.comparison(), planted.comparison("beta", layers=6)


def _layers(figure: compared.Figure) -> list[dict]:
    return figure.spec["layer"][0]["layer"]


def _picture(figure: compared.Figure) -> np.ndarray:
    address = _layers(figure)[0]["data"]["values"][0]["picture"]
    return np.asarray(Image.open(io.BytesIO(base64.b64decode(address.partition(",")[2]))))


@pytest.mark.parametrize("light", [True, False])
def test_the_matrix_is_a_picture_with_one_square_for_each_pair(light: bool) -> None:
    cells = _picture(compared.cka(TWO, light))[:: compared.CELL, :: compared.CELL]
    assert cells.shape == (4, 7)
    assert cells[0, 0] == cells.max() and cells[0, 6] == cells.min(), "levels grow with likeness on any page"


def test_the_picture_ends_half_a_layer_beyond_the_first_and_the_last() -> None:
    where = _layers(compared.cka(TWO))[0]["data"]["values"][0]
    assert [where[name] for name in ("x0", "x1", "y0", "y1")] == pytest.approx([-1 / 12, 13 / 12, -1 / 6, 7 / 6])


def test_rings_mark_the_best_match_of_each_layer_of_two_models_alone() -> None:
    rings = _layers(compared.cka(TWO))[-1]["data"]["values"]
    assert [(ring["one"], ring["other"]) for ring in rings] == [(0, 0), (1, 2), (2, 4), (3, 6)]
    assert not any("strokeDash" in mark["mark"] for mark in _layers(compared.cka(OWN)))


def test_the_words_name_what_is_least_and_most_alike_and_chance() -> None:
    assert "Least alike are layers 0 and 3 at 0.70; chance gives 0.01" in compared.cka(OWN).alt
    assert "Most alike are layer 0 and layer 0 at 0.90" in compared.cka(TWO).alt
    assert "alpha with those of beta" in compared.rsa(TWO).alt
    untaught = planted.comparison("alpha", untaught=True)
    assert "alpha, untaught" in compared.cka(untaught).alt


def test_the_numbers_hold_every_pair_with_its_interval() -> None:
    figure = compared.cka(TWO)
    assert len(figure.rows) == 28
    assert figure.rows[0] == (0, 0, 0.9, 0.85, 0.95)
    assert figure.columns[0] == "layer of alpha" and "unbiased" in figure.columns[2]


@pytest.mark.parametrize("found", [OWN, TWO])
def test_curves_have_a_point_for_each_layer_in_the_colour_of_its_depth(found: Comparison) -> None:
    for figure in (compared_curves.dimension(found), compared_curves.common(found, "phone")):
        records = figure.spec["layer"][0]["data"]["values"]
        assert len(records) == (4 if found.itself else 11)
        assert records[3]["colour"] == depth(3, 3) and records[3]["depth"] == 1
        assert len(figure.rows) == len(records)
        assert all(len(row) == len(figure.columns) for row in figure.rows)


def test_a_dimension_that_counts_noise_is_hollow_and_said() -> None:
    figure = compared_curves.dimension(planted.comparison(noisy=2))
    hollow = [record["layer"] for record in figure.spec["layer"][0]["data"]["values"] if record["hollow"]]
    assert hollow == [2]
    assert ["noise" in row[-1] for row in figure.rows] == [False, False, True, False]


def test_a_curve_is_told_in_words_from_end_to_end() -> None:
    alt = compared_curves.common(OWN, "log-mel").alt
    assert "alpha from 0.50 at the input to 0.80 at the last layer, most at layer 3 with 0.80" in alt
