"""A bank holds what the model says, and the stretches that it was promised to hold."""

from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from core.corpus.corpus import Corpus
from core.errors import DatasetError
from core.loading import LoadedModel
from core.progress import Step
from core.space.bank import gather
from core.space.choosing import Choice, choose
from core.space.directions import Asked, direction
from core.space.gallery import gallery
from core.space.selectivity import dissect, judge
from core.trace import trace
from models import FAMILIES
from tests.contracts.small_models import Small, load, save
from tests.space import planted

SMALL = Choice(utterances=8, phones=40, words=20, moments=60)
SOUNDS = {
    "one": planted.tone(1000),
    "two": planted.tone(2200),
    "low": planted.tone(400),
    "hiss": np.random.default_rng(1).normal(0, 0.1, 1600).astype(np.float32),
}
GABOR, KERNEL, STRIDE = 3, 160, 20  # the channel that is planted, its samples, and samples between two looks
SETTINGS = {
    "do_stable_layer_norm": True, "feat_extract_norm": "layer", "conv_bias": True, "conv_dim": (8, 8),
    "conv_kernel": (KERNEL, 16), "conv_stride": (STRIDE, 16), "num_feat_extract_layers": 2,
}  # fmt: skip


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> LoadedModel:
    """A random wav2vec 2.0 one of whose filters is a Gabor of 1 kHz."""
    import torch

    folder = tmp_path_factory.mktemp("gabor")
    family = FAMILIES["wav2vec2"]
    save(Small(family, family.ctc, SETTINGS), folder)
    loaded = load(folder)
    filters = loaded.module.wav2vec2.feature_extractor.conv_layers[0].conv
    wave = np.hanning(KERNEL) * np.cos(2 * np.pi * 1000 * np.arange(KERNEL) / planted.RATE)
    with torch.no_grad():
        size = filters.weight.norm(dim=2).mean() / np.linalg.norm(wave)  # no stronger than the random ones
        filters.weight[GABOR, 0] = size * torch.from_numpy(wave.astype(np.float32))
        filters.bias[GABOR] = 0.0
    return loaded


@pytest.fixture(scope="module")
def corpus() -> Corpus:
    """Tones and hiss, by three voices."""
    return planted.corpus(SOUNDS, count=18)


def test_vectors_are_those_of_tracing_each_recording_alone(model: LoadedModel, corpus: Corpus) -> None:
    bank = gather(model, corpus, SMALL)
    assert bank.stops == tuple(range(-2, model.card.layers + 1))
    for kind in ("phone", "word", "utterance", "moment"):
        row = bank.of(kind).rows[2]
        found = trace(model, corpus.clip(row.utterance))
        for stop in bank.stops:
            time = found.time if stop < 0 else found.grids[stop].time
            frames = found.convolutions[stop] if stop < 0 else found.frames(stop)
            span = time.within(row.start, row.end) if row.end > row.start else slice(time.nearest(row.start), None)
            wanted = frames[span].mean(0) if row.end > row.start else frames[time.nearest(row.start)]
            # kept in half the bytes, so to a thousandth of each unit's own spread
            assert np.abs(bank.vectors(stop, kind)[2] - wanted).max() < 4e-3 * max(bank.spreads[stop].max(), 1e-3)


def test_what_is_heard_of_a_stretch_is_what_was_planted(model: LoadedModel, corpus: Corpus) -> None:
    bank = gather(model, corpus, SMALL)
    rows, places = bank.of("phone").rows, bank.segments.places("phone")
    pitch = {name: bank.pitch[places][[row.phone == name for row in rows]] for name in SOUNDS}
    np.testing.assert_allclose(np.nanmedian(pitch["low"]), 400, rtol=0.03)
    assert np.isnan(pitch["hiss"]).all()
    bands = {name: bank.sound[places][[row.phone == name for row in rows]].mean(0).argmax() for name in SOUNDS}
    assert bands["low"] < bands["one"] < bands["two"]


def test_the_work_is_told_from_beginning_to_end(model: LoadedModel, corpus: Corpus) -> None:
    steps: list[Step] = []
    gather(model, corpus, SMALL, steps.append)
    assert [step.fraction for step in steps] == sorted(step.fraction for step in steps)
    assert steps[0].fraction == 0.0
    assert {step.total for step in steps} == {1000}


def test_a_planted_filter_is_found_with_the_sound_that_it_was_made_for(model: LoadedModel, corpus: Corpus) -> None:
    bank = gather(model, corpus, Choice(utterances=18, phones=80, words=20, moments=900))
    units = [direction(bank, -2, Asked("unit", unit)) for unit in range(8)]
    found = [next(one for one in judge(bank, unit) if one.label == "one") for unit in units]
    assert max(range(8), key=lambda unit: found[unit].auroc) == GABOR
    assert found[GABOR].auroc >= 0.99
    assert found[GABOR].selective
    assert GABOR in [one.unit for one in dissect(bank, -2) if one.selective]
    top = gallery(bank, units[GABOR]).most
    assert len(top) == 9
    assert all(bank.of("moment").rows[place].phone == "one" for place in top.tolist())


def test_voices_sentences_and_phones_take_turns() -> None:
    corpus = planted.corpus(SOUNDS, count=40)
    found = choose(corpus, Choice(utterances=12, phones=40, words=20, moments=100))
    whole = [row for row in found.rows if row.kind == "utterance"]
    assert set(Counter(row.speaker for row in whole).values()) == {4}
    assert set(Counter(row.sentence for row in whole).values()) == {3}
    phones = [row for row in found.rows if row.kind == "phone"]
    assert set(Counter(row.phone for row in phones).values()) == {10}
    # ten of a phone come from ten recordings, or from nearly as many
    assert len({row.utterance for row in phones if row.phone == "one"}) >= 9
    assert len(found.places("moment")) == 100


def test_the_same_settings_choose_the_same_stretches_and_another_seed_others() -> None:
    corpus = planted.corpus(SOUNDS, count=40)
    settings = Choice(utterances=12, phones=40, words=20, moments=100)
    assert choose(corpus, settings).rows == choose(corpus, settings).rows
    assert choose(corpus, settings).rows != choose(corpus, replace(settings, seed=1)).rows


def test_a_corpus_of_two_recordings_is_refused_with_how_many_it_takes() -> None:
    with pytest.raises(DatasetError, match="at least 3"):
        choose(planted.corpus(SOUNDS, count=2), Choice())


def test_a_long_corpus_is_cut_off_by_its_seconds() -> None:
    corpus = planted.corpus(SOUNDS, count=40)
    found = choose(corpus, Choice(utterances=30, seconds=7.5))
    assert len({row.utterance for row in found.rows}) == 8  # of a second each
