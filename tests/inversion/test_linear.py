"""What is promised of straight-line readings of a layer."""

import itertools
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import Ridge
from sklearn.metrics import r2_score

from core.clip import Clip
from core.corpus.division import divide
from core.corpus.shipped import DEFAULT, open_corpus, shipped
from core.errors import CancelledError, MethodError, ModelError
from core.inversion import stored, teaching
from core.inversion.decoder import Decoder
from core.inversion.inversion import alike, echoes, explained
from core.inversion.judging import Judge
from core.inversion.linear import error, fit, smaller
from core.inversion.moments import Moments
from core.inversion.picture import BANDS, FLOOR, columns, parts, picture
from core.loading import load_model
from core.progress import Step
from core.sources import CHECKPOINTS, bundled, parse
from core.stored_trace import weights_digest
from core.timeline import TimeAxis
from core.trace import trace
from models import FAMILIES
from tests.contracts.small_models import Small, load, save
from tests.inversion.planted import RATE, WIDTHS, corpus, hooks_of, squeezed, sung

TAUGHT = sorted(path.parent.name for path in CHECKPOINTS.glob(f"*/{stored.FILE}"))
COLUMN = TimeAxis(0.0, 0.01, 0.032, 80)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory):  # type: ignore[no-untyped-def]
    """A small random recogniser, and what was learned of it on a planted corpus."""
    folder = tmp_path_factory.mktemp("model")
    save(Small(FAMILIES["wav2vec2"], "Wav2Vec2ForCTC"), folder)
    model = load(folder)
    return model, teaching.teach(model, corpus())


def sums(x: np.ndarray, y: np.ndarray) -> Moments:
    found = Moments(x.shape[1], y.shape[1])
    for start in range(0, len(x), 37):  # in pieces, as utterances come
        found.add(x[start : start + 37], y[start : start + 37])
    return found


def planted(rows: int = 400, inputs: int = 12, targets: int = 5, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    chance = np.random.default_rng(seed)
    x = (3 + chance.normal(size=(rows, inputs)) * np.linspace(0.1, 5, inputs)).astype(np.float32)
    weight = np.random.default_rng(9).normal(size=(inputs, targets))
    return x, (x @ weight + chance.normal(size=(rows, targets)) + 7).astype(np.float32)


@pytest.mark.parametrize("strength", [1e-3, 1e-1, 1.0])
def test_a_reading_equals_ridge_regression_of_scikit_learn_on_the_same_rows(strength: float) -> None:
    x, y = planted()
    found = fit(0, sums(x, y), None, (strength,))
    z = (x - x.mean(0)) / x.std(0)
    theirs = Ridge(alpha=strength * len(x)).fit(z.astype(np.float64), y.astype(np.float64))
    np.testing.assert_allclose(found.rows(x), theirs.predict(z), atol=2e-3)


def test_errors_reckoned_from_sums_are_those_of_the_rows_themselves() -> None:
    (x, y), (x2, y2) = planted(), planted(seed=1)
    found = fit(0, sums(x, y), None, (0.1,))
    told = [part.astype(np.float64) for part in (found.weight, found.mean, found.scale, found.bias)]
    by_sums = error(sums(x2, y2), *told)
    assert by_sums == pytest.approx(float(np.square(found.rows(x2) - y2).sum()), rel=1e-3)


def test_the_strength_is_that_which_errs_least_on_what_was_kept_apart() -> None:
    chance = np.random.default_rng(3)
    x, y = chance.normal(size=(60, 50)).astype(np.float32), chance.normal(size=(60, 3)).astype(np.float32)
    x2, y2 = chance.normal(size=(200, 50)).astype(np.float32), chance.normal(size=(200, 3)).astype(np.float32)
    # there is nothing to learn here: the strongest hand that holds back is the best
    assert fit(0, sums(x, y), sums(x2, y2), (1e-6, 1e-2, 10.0)).strength == 10.0


def test_a_smaller_decoder_says_nearly_the_same() -> None:
    x, y = planted(inputs=30, targets=20)
    whole = fit(0, sums(x, y), None, (1e-3,))
    less = smaller(whole, sums(x, y))
    assert less.basis is not None and len(less.basis) <= 20
    said = whole.rows(x) - whole.bias
    missed = np.square(less.rows(x) - whole.rows(x)).sum()
    assert missed <= 0.004 * np.square(said).sum()


def test_the_score_is_r2_of_scikit_learn_weighted_by_variance() -> None:
    chance = np.random.default_rng(0)
    true = [chance.normal(size=(30 + at, BANDS)).astype(np.float32) for at in range(4)]
    said = [one + 0.3 * chance.normal(size=one.shape).astype(np.float32) for one in true]
    judge = Judge()
    for at, (one, other) in enumerate(zip(said, true, strict=True)):
        judge.add(f"voice {at % 2}", one, other)
    found = judge.verdict()
    whole = r2_score(np.concatenate(true), np.concatenate(said), multioutput="variance_weighted")
    assert found.r2 == pytest.approx(whole, abs=1e-5)
    assert found.low <= found.r2 <= found.high
    loud = [parts(np.concatenate(each).astype(np.float64))[:, 0] for each in (true, said)]
    assert found.loudness == pytest.approx(r2_score(*loud), abs=1e-5)


def test_one_voice_alone_gives_no_interval_over_voices_but_one_over_utterances() -> None:
    judge = Judge()
    one = np.random.default_rng(0).normal(size=(20, BANDS)).astype(np.float32)
    judge.add("", one * 0.9, one)
    assert np.isnan(judge.verdict().low)


def _learned_from(make):  # type: ignore[no-untyped-def]
    """Read the picture off something made of it, on utterances of the shipped corpus; returns the score."""
    shelf = open_corpus(shipped()[DEFAULT])
    apart = divide(shelf)
    heard = {}
    for side, indices in (("train", apart.train[::8]), ("develop", apart.develop[::4]), ("test", apart.test[::3])):
        clips = [shelf.clip(index) for index in indices]
        heard[side] = [
            (shelf.utterances[index].speaker, picture(clip, TimeAxis(0.0, 0.01, 0.032, int(100 * clip.seconds))))
            for index, clip in zip(indices, clips, strict=True)
        ]
    told = {}
    for side in ("train", "develop"):
        for _speaker, true in heard[side]:
            x = make(true)
            told.setdefault(side, Moments(x.shape[1], BANDS)).add(x, true)
    decoder = fit(0, told["train"], told.get("develop"))
    judge = Judge()
    for speaker, true in heard["test"]:
        judge.add(speaker, decoder.rows(make(true)), true)
    return judge.verdict()


def test_the_picture_comes_back_from_itself_and_mostly_from_thirteen_cepstral_coefficients() -> None:
    # the reference says at least 0.99 and about 0.86
    assert _learned_from(lambda true: true).r2 >= 0.99
    cepstral = _learned_from(lambda true: parts(true)[:, :13])
    assert 0.82 <= cepstral.r2 <= 0.90
    assert cepstral.loudness > 0.99
    assert cepstral.detail < 0.05  # what was cut off is gone


def test_what_a_narrow_place_lets_go_no_later_layer_gives_back() -> None:
    clips = [sung(voice, sentence) for voice in range(4) for sentence in range(4)]
    pictures = [picture(clip, COLUMN) for clip in clips]
    test = pictures[::5]  # every voice and every sentence once
    train = [one for at, one in enumerate(pictures) if at % 5]
    scores = []
    for stop in range(len(WIDTHS)):
        told = Moments(WIDTHS[stop], BANDS)
        for true in train:
            told.add(squeezed(true)[stop], true)
        decoder, judge = fit(stop, told, None, (1e-5,)), Judge()
        for true in test:
            judge.add("", decoder.rows(squeezed(true)[stop]), true)
        scores.append(judge.verdict().r2)
    assert scores[0] > 0.99
    assert all(later <= earlier + 1e-6 for earlier, later in itertools.pairwise(scores))
    assert scores[-1] < 0.8


def test_columns_lie_evenly_around_the_centre_of_their_frame() -> None:
    found = columns(TimeAxis(0.0125, 0.02, 0.025, 10))
    assert found.count == 20
    assert found.start == pytest.approx(0.0075)
    assert found.step == pytest.approx(0.01)
    coarse = columns(TimeAxis(0.0475, 0.08, 0.2, 3))
    assert coarse.count == 24
    assert coarse.centres()[:8].mean() == pytest.approx(0.0475)


def test_the_picture_does_not_know_how_loud_a_recording_is() -> None:
    clip = sung(1, 1)
    louder = Clip.of("louder", clip.samples * 4, RATE)
    np.testing.assert_allclose(picture(louder, COLUMN), picture(clip, COLUMN), atol=0.01)


def test_silence_is_the_floor_everywhere() -> None:
    silence = Clip.of("silence", np.zeros(RATE), RATE)
    found = picture(silence, COLUMN)
    assert (found == FLOOR).all()
    assert np.isnan(explained(found, found, found[:1] + 3))


def test_the_usual_picture_explains_nothing_of_a_clip_and_the_true_one_everything() -> None:
    true = picture(sung(0, 2), COLUMN)
    usual = np.full((1, BANDS), -30, np.float32)
    assert explained(np.repeat(usual, COLUMN.count, 0), true, usual) == pytest.approx(0)
    assert explained(true, true, usual) == 1
    assert explained((true + usual) / 2, true, usual) == pytest.approx(0.75)


def test_every_stop_gives_back_a_picture_of_its_own_frames(small) -> None:  # type: ignore[no-untyped-def]
    model, learned = small
    clip = sung(0, 0)
    heard = trace(model, clip)
    found = echoes(learned.decoders, heard)
    assert tuple(found) == learned.stops == tuple(range(-len(heard.convolutions), heard.layers + 1))
    for stop, echo in found.items():
        frames = heard.time.count if stop < 0 else heard.grids[stop].time.count
        assert echo.values.shape == (echo.time.count, BANDS)
        assert echo.time.count % frames == 0
        assert echo.values.min() >= FLOOR


def test_a_silent_clip_has_echoes_too(small) -> None:  # type: ignore[no-untyped-def]
    model, learned = small
    silent = trace(model, Clip.of("silence", np.zeros(RATE), RATE))
    assert all(np.isfinite(echo.values).all() for echo in echoes(learned.decoders, silent).values())


def test_teaching_leaves_the_model_as_it_was(small) -> None:  # type: ignore[no-untyped-def]
    model, _learned = small
    before = {name: value.clone() for name, value in model.module.state_dict().items()}
    said, hooks = trace(model, sung(2, 1)).hidden[-1], hooks_of(model.module)
    teaching.teach(model, corpus())
    assert all((before[name] == value).all() for name, value in model.module.state_dict().items())
    assert hooks_of(model.module) == hooks
    np.testing.assert_array_equal(trace(model, sung(2, 1)).hidden[-1], said)


def test_teaching_can_be_stopped(small) -> None:  # type: ignore[no-untyped-def]
    def stop(step: Step) -> None:
        if step.done == 3:
            raise CancelledError("stopped")

    with pytest.raises(CancelledError):
        teaching.teach(small[0], corpus(), stop)


def test_taught_and_untaught_are_learned_twice_the_same(small) -> None:  # type: ignore[no-untyped-def]
    model, learned = small
    again = teaching.teach(model, corpus())
    # as text, since no interval is known where one voice is tested
    assert repr(again.scores) == repr(learned.scores)
    assert repr(again.untaught_scores) == repr(learned.untaught_scores)


def test_what_was_learned_comes_back_from_its_file(small, tmp_path: Path) -> None:  # type: ignore[no-untyped-def]
    model, learned = small
    stored.write(tmp_path / stored.FILE, learned)
    found = stored.read(tmp_path / stored.FILE)
    for part in ("lesson", "scores", "untaught_scores", "seed", "model"):
        assert repr(getattr(found, part)) == repr(getattr(learned, part))
    heard = trace(model, sung(3, 3))
    for twin in ("decoders", "untaught"):
        before, after = (echoes(getattr(one, twin), heard) for one in (learned, found))
        for stop in learned.stops:
            np.testing.assert_allclose(after[stop].values, before[stop].values, atol=1e-3)


@pytest.mark.parametrize("damage", [b"", b"\x08\0\0\0\0\0\0\0{}      ", b"no such thing"])
def test_a_damaged_file_is_refused_in_words(damage: bytes, tmp_path: Path) -> None:
    path = tmp_path / stored.FILE
    path.write_bytes(damage)
    with pytest.raises(ModelError, match="damaged"):
        stored.read(path)


def test_what_was_learned_of_another_model_is_refused(small) -> None:  # type: ignore[no-untyped-def]
    model, learned = small
    heard = trace(model, sung(0, 0))
    with pytest.raises(MethodError, match="another depth"):
        echoes({stop: learned.decoders[stop] for stop in learned.stops[:-1]}, heard)
    wrong = Decoder(0, *(np.zeros(size, np.float32) for size in ((3, 160), 160, 3, 3)), 1.0)
    with pytest.raises(MethodError, match="numbers instead of"):
        wrong.rows(np.zeros((2, 4), np.float32))


@pytest.mark.parametrize("name", TAUGHT)
def test_shipped_readings_belong_to_their_model_and_are_small(name: str) -> None:
    found = stored.read(CHECKPOINTS / name / stored.FILE)
    assert found.weights == weights_digest(CHECKPOINTS / name)
    assert found.lesson.fingerprint == open_corpus(shipped()[DEFAULT]).fingerprint
    assert found.lesson.unseen == "voices and sentences"
    assert (CHECKPOINTS / name / stored.FILE).stat().st_size < 1_500_000


def test_every_shipped_model_ships_its_readings() -> None:
    assert set(TAUGHT) == set(bundled())


def test_of_the_speech_model_more_can_be_read_than_of_its_untaught_twin() -> None:
    found = stored.read(CHECKPOINTS / "speech-tiny" / stored.FILE)
    blocks = [stop for stop in found.stops if stop > 0]
    assert all(found.scores[stop].r2 > found.untaught_scores[stop].r2 + 0.1 for stop in blocks)
    # deeper in, less of it is left
    shares = [found.scores[stop].r2 for stop in blocks]
    assert shares == sorted(shares, reverse=True)


def test_the_shipped_readings_of_a_known_sentence_are_of_that_sentence() -> None:
    shelf = open_corpus(shipped()[DEFAULT])
    index = divide(shelf).test[0]
    found = stored.read(CHECKPOINTS / "speech-tiny" / stored.FILE)
    heard = trace(load_model(parse("speech-tiny")), shelf.clip(index))
    for stop, echo in echoes(found.decoders, heard).items():
        true = picture(shelf.clip(index), echo.time)
        assert alike(echo.values, true) > 0.6
        assert alike(echo.values, true) > alike(echo.values[::-1], true) + 0.3, stop  # at its own time
