"""Real recordings open, and show their layers."""

import numpy as np
import pytest

from benchmarks.recordings import recordings
from core import sound
from core.loading import load_model
from core.model_spec import ModelSpec
from core.trace import trace
from core.window import LONGEST_SECONDS, take

FILES = recordings() or [None]


@pytest.fixture(scope="module")
def model():
    return load_model(ModelSpec("bundled", "speech-tiny"))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name if path else "none")
def test_a_recording_opens_and_shows_its_layers(path, model):
    if path is None:
        pytest.skip("no recordings: name their folder in STRATA_DATA")
    whole = sound.decode(path.name, path.read_bytes()).clip
    found = trace(model, take(whole, 0.0, min(whole.seconds, LONGEST_SECONDS)))
    assert found.layers == 8
    assert all(np.isfinite(layer).all() for layer in found.hidden)
    assert np.isfinite(found.logits).all()
