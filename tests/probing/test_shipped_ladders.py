"""The ladders that ship were measured on the models and the corpus that ship, and say what was found."""

import re

import numpy as np
import pytest

from core.corpus.shipped import DEFAULT, open_corpus, shipped
from core.loading import load_model
from core.model_spec import ModelSpec
from core.probing.decoding import decode
from core.probing.ladder import Ladder
from core.probing.rungs import rungs
from core.probing.stored import LADDER, PROBES, stored_ladder, stored_probes
from core.samples import load, samples
from core.sources import CHECKPOINTS, bundled
from core.stored_trace import weights_digest
from core.trace import trace
from models.recipes.ladders.card import BEGIN, END, section

MEASURED = [name for name in bundled() if (CHECKPOINTS / name / LADDER).is_file()]
LARGEST = 1_500_000  # bytes of the probes of a model


def _ladder(name: str) -> Ladder:
    found = stored_ladder(ModelSpec("bundled", name))
    assert found is not None
    return found


def test_every_model_that_shipped_with_the_ladder_has_one() -> None:
    assert set(MEASURED) >= {"speech-tiny", "sound-tiny", "sound-cnn", "sound-crnn"}


@pytest.mark.parametrize("name", MEASURED)
def test_a_ladder_belongs_to_these_weights_and_to_the_corpus_that_ships(name: str) -> None:
    ladder = _ladder(name)
    assert ladder.weights == weights_digest(CHECKPOINTS / name)
    assert ladder.corpus_fingerprint == open_corpus(shipped()[DEFAULT]).fingerprint
    assert set(ladder.curves) | set(ladder.refused) == set(rungs())


@pytest.mark.parametrize("name", MEASURED)
def test_every_curve_has_its_references_and_its_interval_at_every_stop(name: str) -> None:
    ladder = _ladder(name)
    for curve in ladder.curves.values():
        assert curve.stops == ladder.stops
        assert len(curve.score) == len(curve.control) == len(curve.random) == len(curve.stops)
        assert set(curve.inputs) == {"log-mel", "log-mel in context", "MFCC"}
        assert all(item.low <= item.value <= item.high <= 1 for item in (*curve.score, *curve.random))
        assert curve.voices >= 6
        assert curve.shuffled.value <= curve.majority + 0.1


@pytest.mark.parametrize("name", MEASURED)
def test_probes_are_small_and_fit_the_stops(name: str) -> None:
    ladder, probes = _ladder(name), stored_probes(ModelSpec("bundled", name))
    assert (CHECKPOINTS / name / PROBES).stat().st_size <= LARGEST
    assert set(probes) == {
        (rung, stop) for rung, curve in ladder.curves.items() if rungs()[rung].kept for stop in curve.stops
    }
    assert all(np.isfinite(probe.weight).all() and (probe.scale > 0).all() for probe in probes.values())


@pytest.mark.parametrize("name", MEASURED)
def test_the_model_card_tells_where_every_rung_peaks_in_the_digits_of_the_ladder(name: str) -> None:
    card, ladder = (CHECKPOINTS / name / "README.md").read_text("utf-8"), _ladder(name)
    for rung, curve in ladder.curves.items():
        (row, *_more) = re.findall(rf"^\| {rungs()[rung].title.lower()} \|.*$", card, re.MULTILINE)
        assert f"**{curve.at(curve.best).value:.2f}**" in row
        assert f"| {curve.selectivity(curve.best):.2f} |" in row
    assert ("order acoustic, phone, word" in card) == ({"spectrum", "phone", "word"} <= set(ladder.curves))


@pytest.mark.parametrize("name", MEASURED)
def test_the_part_of_the_model_card_is_what_the_recipe_writes_of_the_ladder(name: str) -> None:
    card = (CHECKPOINTS / name / "README.md").read_text("utf-8")
    written = card.partition(BEGIN)[2].partition(END)[0].strip()
    assert written == section(_ladder(name), open_corpus(shipped()[DEFAULT]))


def test_speech_tiny_tells_phones_apart_better_than_log_mel_in_context_and_random_weights_do_not() -> None:
    curve = _ladder("speech-tiny").curves["phone"]
    plain = curve.inputs["log-mel in context"].value
    assert curve.at(curve.best).value >= plain + 0.15
    assert max(item.value for item in curve.random) < plain


def test_kept_probes_read_most_phones_of_a_shipped_clip_off_the_last_block_and_few_off_the_first_convolution() -> None:
    spec = ModelSpec("bundled", "speech-tiny")
    clip, probes = load(samples()["north-wind"]), stored_probes(spec)
    heard = trace(load_model(spec), clip)
    ladder = _ladder("speech-tiny")
    first, last = (
        np.mean([read.right for read in decode(probes, heard, "phone", stop, clip.tiers)])
        for stop in (ladder.stops[0], ladder.stops[-1])
    )
    assert last >= 0.75
    assert first <= last - 0.3
