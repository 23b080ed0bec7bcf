"""The charts of before and after are valid, say themselves in a sentence, and give their numbers."""

import json
from collections.abc import Callable

import numpy as np
import pytest

from core.evaluation.calibration import floor, reliability
from core.evaluation.intervals import Estimate, estimates
from core.evaluation.metrics import PRECISION, confusion
from core.evaluation.predictions import Predictions
from core.figures import confusions, inside, judged
from core.figures.figure import Figure

TARGETS = np.array([0, 0, 0, 1, 1, 2])
ANSWERS = np.array([0, 0, 1, 1, 1, 0])
LABELS = ("a", "o", "e")
SAID = Predictions(
    "after", np.arange(6), TARGETS, np.eye(3)[ANSWERS] * 0.7 + 0.1, LABELS, ("x", "x", "y", "y", "z", "z")
)
BETTER, UNKNOWN = (
    Estimate(0.9, 0.8, 0.95, 50, 5, "groups"),
    Estimate(float("nan"), float("nan"), float("nan"), 0, 0, "clips"),
)
FIGURES: dict[str, Callable[[], Figure]] = {
    "estimates": lambda: judged.estimates(
        [("before", BETTER), ("after", UNKNOWN)], "Right", "after", line=("guessing", 1 / 3)
    ),
    "confusion": lambda: confusions.confusion(confusion(SAID), LABELS, "After", ("a", "o")),
    "reliability": lambda: judged.reliability(reliability(SAID), reliability(SAID), floor(SAID)),
    "classes": lambda: judged.classes(LABELS, [("before", estimates(PRECISION, SAID))] * 2, "Right when it says so"),
    "drift": lambda: inside.drift(np.array([1.0, 0.9, np.nan, 0.4]), 900),
    "layer weights": lambda: inside.layer_weights(np.array([0.2, 0.5, 0.3])),
    "over epochs": lambda: inside.over_epochs(
        (0, 1, 2), np.array([[0.4, 0.3, 0.3], [0.2, 0.5, 0.3], [0.1, 0.8, 0.1]]), LABELS, "o"
    ),
    "spans": lambda: inside.spans(np.array([[0.1, 0.2]]), np.array([[0.3, np.nan]])),
}


@pytest.mark.parametrize("name", FIGURES)
def test_a_chart_is_valid_to_altair_and_plain_enough_for_json(name: str) -> None:
    figure = FIGURES[name]()
    figure.chart().to_dict()
    assert "http" not in json.dumps(figure.spec, allow_nan=False)
    assert figure.alt.endswith(".")
    assert all(len(row) == len(figure.columns) for row in figure.rows)


def test_what_was_never_said_is_not_drawn_as_zero() -> None:
    figure = FIGURES["classes"]()
    assert next(row for row in figure.rows if row[1] == "e")[2] == "never said"
    assert not [one for one in figure.spec["layer"][0]["data"]["values"] if one["class"] == "e"]


def test_a_confusion_names_what_was_mistaken_most_often() -> None:
    alt = FIGURES["confusion"]().alt
    assert "4 of 6" in alt
    assert "a was called o, 1 times" in alt


def test_drift_names_the_layer_that_changed_most() -> None:
    assert "layer 3 at 0.40" in FIGURES["drift"]().alt


def test_the_way_through_the_epochs_names_the_true_class() -> None:
    figure = FIGURES["over epochs"]()
    assert figure.alt == "Probability of o over the epochs: from 30% to 80%."
    assert (1, "o", 0.5) in figure.rows
