"""Two models are compared on the same moments of a corpus; what is measured equals what its parts measure alone."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch

from core.activity import z_scores
from core.comparing import stored
from core.comparing.compare import Settings, compare, estimate
from core.comparing.comparison import Comparison
from core.comparing.moments import APART, choose
from core.corpus.shipped import DEFAULT, open_corpus, shipped
from core.errors import CancelledError, MethodError
from core.loading import LoadedModel
from core.progress import Step
from core.similarity import cka
from core.sources import CHECKPOINTS, bundled
from core.vectors.collect import collect
from tests.comparing import planted
from tests.contracts.small_models import ONE_EACH

torch.set_num_threads(1)
WAV2VEC2 = next(small for small in ONE_EACH if small.family.name == "wav2vec2")
HUBERT = next(small for small in ONE_EACH if small.family.name == "hubert")


@pytest.fixture(scope="module")
def models(paired: Callable) -> tuple[LoadedModel, LoadedModel]:
    return paired(WAV2VEC2).model, paired(HUBERT).model


@pytest.fixture(scope="module")
def fingerprint() -> str:
    return open_corpus(shipped()[DEFAULT]).fingerprint


@pytest.fixture(scope="module")
def found(models: tuple[LoadedModel, LoadedModel]) -> Comparison:
    return compare(*models, planted.corpus())


def test_moments_are_middles_of_phones_at_least_a_tenth_of_a_second_apart() -> None:
    chosen = choose(planted.corpus(), 10_000, 100, longest=30.0)
    assert chosen.phones == ("a", "e", "i", "o")
    assert (chosen.labels >= 0).all()
    moments = chosen.stretches.taken(np.arange(chosen.count))
    for _index, rows in moments.by_utterance():
        assert (np.diff(moments.start[rows]) >= APART - 1e-9).all()
    assert moments.start % planted.PHONE == pytest.approx(planted.PHONE / 2)


def test_whole_utterances_follow_the_moments() -> None:
    chosen = choose(planted.corpus(), 200, 100, longest=30.0)
    assert chosen.count == 200
    whole = chosen.stretches.taken(np.arange(200, len(chosen.stretches)))
    assert whole.utterance.tolist() == list(chosen.utterances)
    assert (whole.end == 2.0).all() and (whole.start == 0.0).all()


def test_no_voice_and_no_sentence_that_is_tested_was_fitted_on() -> None:
    corpus = planted.corpus()
    parts = choose(corpus, 10_000, 100, longest=30.0).parts
    assert parts is not None
    sides = [{corpus.utterances[index] for index in parts.utterances[side]} for side in (parts.train, parts.test)]
    assert sides[0] and sides[1]
    for name in ("speaker", "sentence"):
        assert not {getattr(said, name) for said in sides[0]} & {getattr(said, name) for said in sides[1]}


def test_without_phones_every_tenth_of_a_second_is_a_moment() -> None:
    chosen = choose(planted.corpus(phones=False), 10_000, 100, longest=30.0)
    assert chosen.phones == () and (chosen.labels == -1).all()
    assert chosen.stretches.start[:3] == pytest.approx([0.05, 0.15, 0.25])


def test_utterances_that_a_model_cannot_take_are_left_out() -> None:
    assert choose(planted.corpus(), 100, 100, longest=1.0).utterances == ()


def test_every_cell_is_the_likeness_of_two_layers_on_the_same_moments(
    models: tuple[LoadedModel, LoadedModel], found: Comparison
) -> None:
    corpus = planted.corpus()
    chosen = choose(corpus, Settings().moments, Settings().utterances, 30.0)
    sides = [collect(model, corpus, chosen.stretches).of(1)[: chosen.count] for model in models]
    assert found.moments == chosen.count
    assert found.cka.matrix[1, 1] == pytest.approx(cka(*(z_scores(np.array(side)) for side in sides)), abs=1e-4)
    assert found.cka.matrix.shape == tuple(model.card.layers + 1 for model in models)
    assert (found.voices, found.utterances, found.corpus) == (8, len(chosen.utterances), "Planted tones")


def test_layers_of_tones_have_much_in_common_with_their_spectrum(found: Comparison) -> None:
    assert set(found.first.common) == {"log-mel", "phone"}
    assert all(each.low <= each.value <= each.high for each in found.first.common["log-mel"])


def test_too_few_moments_for_dimensions_leave_them_out_and_it_is_said(found: Comparison) -> None:
    assert found.first.dimension == ()
    assert any("too few to count the dimensions" in caution for caution in found.cautions)


def test_a_model_with_itself_is_one_side_with_ones_on_the_diagonal(models: tuple[LoadedModel, LoadedModel]) -> None:
    own = compare(models[0], None, planted.corpus())
    assert own.itself and own.off == 0.0
    assert np.diag(own.cka.matrix) == pytest.approx(1) and np.diag(own.rsa.matrix) == pytest.approx(1)


def test_what_has_learned_nothing_is_called_so(models: tuple[LoadedModel, LoadedModel]) -> None:
    told = compare(models[0], models[1], planted.corpus(), untaught=True)
    assert told.second.untaught and not told.first.untaught


def test_a_corpus_with_too_few_moments_is_refused(models: tuple[LoadedModel, LoadedModel]) -> None:
    with pytest.raises(MethodError):
        compare(models[0], None, planted.corpus(voices=2, sentences=3))


def test_the_work_stops_when_it_is_asked_to(models: tuple[LoadedModel, LoadedModel]) -> None:
    def stop(step: Step) -> None:
        raise CancelledError("stopped")

    with pytest.raises(CancelledError):
        compare(models[0], None, planted.corpus(), report=stop)


def test_the_cost_of_two_models_is_more_than_of_one(models: tuple[LoadedModel, LoadedModel]) -> None:
    corpus = planted.corpus()
    assert 0 < estimate(models[:1], corpus) < 2 * estimate(models, corpus)


@pytest.mark.parametrize("other", ["", "beta"])
def test_a_comparison_survives_being_stored_but_not_other_weights_or_another_corpus(other: str, tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    before = planted.comparison(other, noisy=1)
    stored.write(tmp_path, "itself", before, "corpus")
    after = stored.shipped(tmp_path, "itself", "corpus")
    assert after is not None and after.itself == (not other)
    assert stored.to_plain(after) == stored.to_plain(before)
    assert after.cka.matrix == pytest.approx(before.cka.matrix, abs=1e-4)
    assert after.first.dimension[1].noisy
    assert stored.shipped(tmp_path, "untaught", "corpus") is None
    assert stored.shipped(tmp_path, "itself", "another") is None
    (tmp_path / "model.safetensors").write_bytes(b"others")
    assert stored.shipped(tmp_path, "itself", "corpus") is None


def test_best_matches_lie_at_the_same_depth_where_likeness_falls_with_distance() -> None:
    found = planted.comparison("beta", layers=6)
    assert found.best.tolist() == [0, 2, 4, 6]
    assert found.off == pytest.approx(0)
    turned = replace(found, cka=replace(found.cka, matrix=found.cka.matrix[:, ::-1]))
    assert turned.off == pytest.approx(2 / 3)


def test_a_match_that_does_not_stand_out_is_no_match() -> None:
    found = planted.comparison("beta", layers=6)
    assert found.clear.all()
    flat = replace(found, cka=replace(found.cka, matrix=np.full_like(found.cka.matrix, 0.2)))
    assert not flat.clear.any()
    assert np.isnan(flat.off)


@pytest.mark.parametrize("kind", ["itself", "untaught"])
def test_what_ships_with_a_checkpoint_is_about_its_weights_and_the_corpus_that_ships(
    kind: str, fingerprint: str
) -> None:
    found = {name: stored.shipped(CHECKPOINTS / name, kind, fingerprint) for name in bundled()}
    there = {name for name in found if stored.place(CHECKPOINTS / name, kind).is_file()}
    assert "speech-tiny" in there
    assert {name for name, each in found.items() if each is not None} == there, "python -m models.recipes.likeness"


def test_what_was_learned_is_seen_against_an_untaught_copy(fingerprint: str) -> None:
    found = stored.shipped(CHECKPOINTS / "speech-tiny", "untaught", fingerprint)
    assert found is not None
    taught, untaught = ([each.value for each in side.common["phone"]] for side in (found.first, found.second))
    assert min(taught) > max(untaught) + 0.2
    assert taught[-1] > taught[0], "what it shares with the phones grows with depth"
    assert found.cka.matrix[-1].max() < 0.2 < found.rsa.matrix[0, 0]
