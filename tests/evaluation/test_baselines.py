"""Baselines learn what there is to learn, repeat with their seed, and never see a label of the test."""

from pathlib import Path

import numpy as np
import pytest

from core.dataset.division import Division
from core.dataset.prepared import PreparedSet
from core.errors import CancelledError
from core.evaluation import baselines, logmel
from tests.evaluation.made import noise, prepared

PITCHES = {"low": (100.0, 400.0), "middle": (800.0, 1200.0), "high": (2000.0, 3000.0)}
EARS = {"log-mel": baselines.log_mel, "cnn": baselines.cnn}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> PreparedSet:
    clips = [
        (label, f"s{number % 4}", noise(100 * number + at, 0.3 + 0.02 * (number % 5), *pitch))
        for number in range(20)
        for at, (label, pitch) in enumerate(PITCHES.items())
    ]
    return prepared(tmp_path_factory.mktemp("pitches"), clips)


@pytest.fixture(scope="module")
def division(data: PreparedSet) -> Division:
    places = {
        group: tuple(n for n, item in enumerate(data.items) if item.group == group)
        for group in ("s0", "s1", "s2", "s3")
    }
    return Division("", "group", places["s0"] + places["s1"], places["s2"], places["s3"])


@pytest.mark.parametrize("name", EARS)
def test_pitch_is_learned_from_mel_bands(name: str, data: PreparedSet, division: Division) -> None:
    found = EARS[name](data, division)
    assert found.name == name
    assert found.correct.mean() >= 0.9
    assert found.probabilities.sum(1) == pytest.approx(1)
    assert found.items.tolist() == list(division.test)
    assert set(found.groups) == {"s3"}


@pytest.mark.parametrize("name", EARS)
def test_the_same_seed_gives_the_same_answers_without_validation_sounds_too(
    name: str, data: PreparedSet, division: Division
) -> None:
    alone = Division("", "group", division.train, (), division.test)
    first, second = (EARS[name](data, alone, seed=3) for _ in range(2))
    assert first.probabilities == pytest.approx(second.probabilities, abs=1e-6)
    assert first.correct.mean() >= 0.8


def test_the_majority_answers_with_the_shares_of_the_classes_it_learned_from(tmp_path: Path) -> None:
    data = prepared(tmp_path, [(label, "", noise(n, 0.1)) for n, label in enumerate("aaabab")])
    found = baselines.majority(data, Division("", "file", (0, 1, 2, 3), (), (4, 5)))
    assert found.probabilities == pytest.approx(np.array([[0.75, 0.25]] * 2))
    assert found.correct.tolist() == [True, False]


def test_the_nearest_class_average_is_what_scikit_learn_finds(data: PreparedSet, division: Division) -> None:
    from sklearn.neighbors import NearestCentroid
    from sklearn.preprocessing import StandardScaler

    chance = np.random.default_rng(0)
    targets = np.array(data.targets(range(len(data.items))))
    features = chance.normal(size=(len(targets), 12)) + np.eye(3)[targets] @ chance.normal(size=(3, 12)) * 0.7
    found = baselines.centroid(features, data, division)
    scaler = StandardScaler().fit(features[list(division.train)])
    reference = NearestCentroid().fit(scaler.transform(features[list(division.train)]), targets[list(division.train)])
    assert (found.answers == reference.predict(scaler.transform(features[list(division.test)]))).all()
    assert 0 < found.correct.mean() < 1


def test_features_without_meaning_make_the_nearest_average_unsure(data: PreparedSet, division: Division) -> None:
    features = np.random.default_rng(1).normal(size=(len(data.items), 300))
    assert baselines.centroid(features, data, division).probabilities.max() < 0.5


@pytest.mark.parametrize("name", EARS)
def test_a_baseline_can_be_stopped(name: str, data: PreparedSet, division: Division) -> None:
    def stop(step) -> None:
        raise CancelledError("stopped")

    with pytest.raises(CancelledError):
        EARS[name](data, division, stop)


def test_a_class_that_was_not_learned_gets_no_probability(data: PreparedSet, division: Division) -> None:
    known = tuple(index for index in division.train if data.items[index].label != "low")
    found = baselines.log_mel(data, Division("", "group", known, (), division.test))
    assert (found.probabilities[:, data.labels.index("low")] == 0).all()


def test_stretching_keeps_the_mean_and_what_is_constant() -> None:
    values = np.random.default_rng(2).normal(size=(37, 64)).astype(np.float32)
    assert logmel.stretched(values, 16).mean(0) == pytest.approx(values.mean(0), abs=1e-5)
    assert logmel.stretched(np.full((5, 64), 3, np.float32), 16) == pytest.approx(np.full((16, 64), 3), abs=1e-5)
    assert logmel.stretched(values, 37) == pytest.approx(values, abs=1e-4)


def test_mel_bands_do_not_hear_level_and_stand_where_the_tone_is() -> None:
    tone = np.sin(2 * np.pi * 1000 * np.arange(8000) / 8000).astype(np.float32)
    found = logmel.bands(tone, 8000)
    assert found == pytest.approx(logmel.bands(tone / 100, 8000), abs=0.01)
    from librosa.filters import mel

    expected = mel(sr=8000, n_fft=256, n_mels=64, fmin=50, fmax=4000)[:, 32].argmax()
    assert found.mean(0).argmax() == expected
    assert (logmel.bands(np.zeros(500, np.float32), 8000) == -80).all()
