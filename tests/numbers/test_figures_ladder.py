"""The charts of the ladder say what was measured, and nothing in them covers anything else."""

import csv
from dataclasses import replace
from io import StringIO
from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from core.figures import glance as at_a_glance
from core.figures import ladder as figures
from core.figures.charts import NEUTRAL
from core.figures.depths import Depths
from core.figures.palette import depth
from core.figures.settling import settling
from core.probing.ladder import Score
from core.probing.rungs import rungs
from tests.probing.planted import planted_curve, planted_ladder

TITLES = {name: rung.title for name, rung in rungs().items()}
BESIDE = frozenset({"speaker", "stress"})
EIGHT = Depths(8, 7)


def records(spec: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = spec["layer"][0]["data"]["values"]
    return found


def test_every_stop_has_its_place_its_name_and_the_colour_of_its_depth() -> None:
    assert [EIGHT.place(stop) for stop in (-7, 0, 8)] == [0, 7, 15]
    assert [EIGHT.short(stop) for stop in (-7, -1, 0, 8)] == ["c1", "c7", "in", "8"]
    assert [EIGHT.name(stop) for stop in (-7, 0, 8)] == ["convolution 1", "the input of layer 1", "layer 8"]
    assert EIGHT.colour(-1) == NEUTRAL and EIGHT.colour(8) == depth(8, 8)


def test_a_curve_has_one_point_per_stop_and_a_ring_at_its_peak() -> None:
    found = planted_curve("phone")
    drawn = records(figures.curve(found, EIGHT).spec)
    assert [record["stop"] for record in drawn] == list(found.stops)
    assert [record["stop"] for record in drawn if record["top"]] == [6]
    assert [record["next"] for record in drawn] == [*range(1, 16), 15], "each leads to the next, the last to itself"
    assert drawn[3]["onward"] == drawn[4]["score"]


def test_the_words_for_who_cannot_see_it_name_the_peak_and_all_that_it_is_compared_with() -> None:
    said = figures.curve(planted_curve("phone"), EIGHT).alt
    assert "Highest: 0.85 at layer 6, between 0.82 and 0.88" in said
    assert "From the sound itself at best 0.45 (log-mel in context)" in said
    assert "with random weights at best 0.13, with control labels 0.16" in said


def test_the_numbers_hold_the_curve_and_its_lines_of_comparison() -> None:
    lines = list(csv.DictReader(StringIO(figures.curve(planted_curve("word"), EIGHT).numbers())))
    assert len(lines) == 16
    last = lines[-1]
    assert (last["rung"], last["stop"], float(last["score"])) == ("word", "8", pytest.approx(0.80))
    assert [float(last[name]) for name in ("control labels", "random weights", "log-mel in context", "MFCC")] == [
        pytest.approx(value) for value in (0.10, 0.12, 0.42, 0.27)
    ]
    assert (last["metric"], last["voices tested"], last["items tested"]) == ("accuracy", "8", "2000")


def test_names_of_lines_never_cover_each_other_and_keep_their_order() -> None:
    wanted = {"a": 0.50, "b": 0.51, "c": 0.505, "d": 0.02, "e": 0.99, "f": 0.995}
    placed = figures.apart(wanted, (0.0, 1.0))
    assert sorted(placed, key=placed.__getitem__) == ["d", "a", "c", "b", "e", "f"]
    assert all(later - earlier >= figures.APART - 1e-9 for earlier, later in pairwise(sorted(placed.values())))
    assert placed["d"] == 0.02, "where there is room a name stands beside its line"
    assert max(placed.values()) <= 1.0


def test_a_rung_of_values_may_lie_below_zero_but_not_below_the_frame() -> None:
    found = planted_curve("pitch")
    sunk = replace(found, random=(Score(-5.0, -6.0, -4.0),) * len(found.stops))
    assert figures.curve(sunk, EIGHT).spec["layer"][0]["layer"][1]["encoding"]["y"]["scale"]["domain"] == [-0.3, 1.0]


@pytest.mark.parametrize(("value", "share"), [(0.06, 0.0), (0.85, 1.0), (0.455, 0.5), (0.01, 0.0)])
def test_the_way_goes_from_the_commonest_answer_to_the_best_place(value: float, share: float) -> None:
    assert figures.way(Score(value, 0.0, 1.0), planted_curve("phone")) == pytest.approx(share)


def test_at_a_glance_a_circle_is_full_only_where_the_sound_itself_gives_clearly_less() -> None:
    drawn = records(at_a_glance.glance(planted_ladder(), TITLES, BESIDE).spec)
    full = {(record["rung"], record["stop"]) for record in drawn if record["clear"] == 1}
    ladder = planted_ladder()
    assert full == {
        (rung, stop)
        for rung, found in ladder.curves.items()
        for stop in found.stops
        if found.at(stop).low > found.inputs["log-mel in context"].value
    }
    assert ("phone", 6) in full and ("spectrum", -5) not in full


def test_at_a_glance_the_sound_is_at_the_bottom_and_what_is_refused_says_so() -> None:
    spec = at_a_glance.glance(planted_ladder(), TITLES, BESIDE, ("phone", 6)).spec
    rows = spec["layer"][0]["layer"][1]["encoding"]["y"]["scale"]["domain"]
    assert rows == [
        "Sentence", "Word", "Syllable", "Phone", "Pitch", "Loudness", "Spectrum", at_a_glance.GAP, "Speaker", "Stress",
    ]  # fmt: skip
    refused = [mark for mark in spec["layer"][0]["layer"] if "data" in mark]
    assert [value["title"] for mark in refused for value in mark["data"]["values"]] == ["Sentence"]


def test_the_path_leads_up_the_rungs_and_leaves_out_what_stands_beside() -> None:
    drawn = records(at_a_glance.glance(planted_ladder(), TITLES, BESIDE).spec)
    steps = {record["rung"]: record["step"] for record in drawn}
    assert [rung for rung in sorted(steps, key=steps.__getitem__) if steps[rung] >= 0] == [
        "spectrum", "loudness", "pitch", "phone", "syllable", "word",
    ]  # fmt: skip
    assert steps["speaker"] == steps["stress"] == -1


def test_at_a_glance_every_peak_is_said() -> None:
    said = at_a_glance.glance(planted_ladder(), TITLES, BESIDE).alt
    assert "Phone at layer 6 (85%), Syllable at layer 7 (78%), Word at layer 8 (80%)" in said


def test_the_lens_along_the_depth_says_where_half_is_settled() -> None:
    drawn = settling(np.array([0.2, 0.5, 0.6, 0.8]), np.array([0.1, 0.3, 0.6, 0.8]), np.array([0.9, 0.5, 0.2, 0.1]))
    assert "from 20% at the input of layer 1 to 80% at layer 3; 2 is the first layer" in drawn.alt
    assert drawn.rows[1] == (1, 0.5, 0.3, 0.5)
