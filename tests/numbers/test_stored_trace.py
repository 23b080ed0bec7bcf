"""What is shown before a model is loaded is what the model says."""

import numpy as np
import pytest

from core import samples, stored_trace
from core.lens import lens
from core.loading import load_model
from core.model_spec import ModelSpec
from core.sources import CHECKPOINTS, bundled
from core.trace import trace
from models.recipes.traces import FOLDER

STORED = sorted(path for path in FOLDER.glob("*/*.npz") if not path.name.endswith(".lens.npz"))
NEAR = 2e-3  # float16 keeps three significant digits


@pytest.fixture(scope="module", params=bundled())
def model(request):
    return load_model(ModelSpec("bundled", request.param))


def test_the_first_clip_has_a_stored_trace():
    assert (FOLDER / "speech-tiny" / "cat.npz") in STORED


def test_the_card_on_disk_is_the_cards_of_the_model(model):
    assert stored_trace.read_card(FOLDER / model.spec.name / "card.json") == model.card


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)
def test_a_stored_trace_is_of_the_weights_that_ship(path):
    weights = stored_trace.weights_digest(CHECKPOINTS / path.parent.name)
    assert stored_trace.about_trace(path)["weights"] == weights, "run `make traces`"


@pytest.mark.parametrize("path", STORED, ids=lambda path: path.stem)
def test_a_stored_trace_equals_the_live_one(path):
    model = load_model(ModelSpec("bundled", path.parent.name))
    clip = samples.load(samples.samples()[path.stem])
    live, kept = trace(model, clip), stored_trace.read_trace(path, model.spec)
    assert kept.clip == clip.fingerprint
    assert kept.grids == live.grids
    for name in ("hidden", "attention", "convolutions"):
        for one, other in zip(getattr(kept, name), getattr(live, name), strict=True):
            np.testing.assert_allclose(one, other, rtol=NEAR, atol=NEAR * float(np.abs(other).max()))
    for rows in kept.attention:
        np.testing.assert_allclose(rows.sum(-1), 1, atol=1e-5)
    read = stored_trace.read_lens(stored_trace.lens_path(path), kept)
    for one, other in zip(read, lens(model, live), strict=True):
        np.testing.assert_allclose(one, other, rtol=NEAR, atol=NEAR * float(np.abs(other).max()))
