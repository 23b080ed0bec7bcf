"""What is said about nearness agrees with looking at all pairs."""

import numpy as np
import pytest
from scipy.spatial.distance import cdist

from core.space.nearness import Standard, nearest_elsewhere
from core.space.neighbours import Asked, along, neighbours
from core.space.segments import Segment
from core.space.separation import separation
from tests.space import planted


def test_the_nearest_stretch_of_another_recording_is_that_of_brute_force() -> None:
    random = np.random.default_rng(0)
    scores, recording = random.standard_normal((50, 12)), np.arange(50) % 7
    distance = cdist(scores, scores, "cosine")
    distance[recording[:, None] == recording] = np.inf
    assert nearest_elsewhere(scores, recording).tolist() == distance.argmin(1).tolist()


def test_phones_that_a_layer_keeps_apart_are_found_apart_and_noise_stays_at_chance() -> None:
    bank = planted.bank()
    for unit, phone in enumerate(planted.PHONES):
        bank = planted.with_unit(bank, 1, unit, 5.0 * planted.is_phone(bank, phone))
    found = separation(bank, "phone")["phone"]
    assert found.value[found.stops.index(1)] > 0.9
    noise = found.stops.index(0)
    assert found.low[noise] <= found.chance <= found.high[noise]
    assert found.chance == pytest.approx(0.25, abs=0.03)  # four phones, about as many of each
    assert found.best == 1
    assert found.count == 240
    assert separation(bank, "phone")["speaker"].value[1] < 0.45  # of three voices, a third by chance


def test_the_interval_holds_the_value() -> None:
    found = separation(planted.bank(), "phone")["phone"]
    assert (found.low <= found.value).all() and (found.value <= found.high).all()
    assert (found.high - found.low < 0.25).all()


def test_neighbours_are_those_of_brute_force_one_from_each_recording() -> None:
    bank = planted.bank()
    vector = np.random.default_rng(5).standard_normal(planted.UNITS).astype(np.float32)
    found = neighbours(bank, "phone", 1, vector, asked())
    values, recording = bank.vectors(1, "phone"), bank.of("phone").utterance
    scores = (values - values.mean(0)) / values.std(0)
    distance = cdist((vector - values.mean(0))[None] / values.std(0), scores, "cosine")[0]
    wanted: list[int] = []
    for place in np.argsort(distance):
        if recording[place] not in recording[wanted]:
            wanted.append(int(place))
    assert found.places.tolist() == wanted[:10]
    np.testing.assert_allclose(found.cosine, 1 - distance[wanted[:10]], atol=1e-3)


def asked(clip: str = "none of them", phone: str = "aa") -> Asked:
    sound = np.random.default_rng(9).normal(-40, 5, 80).astype(np.float32)
    return Asked(clip, Segment("phone", -1, 0.0, 0.1, phone, "", "", ""), sound)


def test_a_stretch_of_the_corpus_itself_is_not_its_own_neighbour() -> None:
    bank = planted.bank()
    vector = bank.vectors(1, "phone")[3]
    own = bank.of("phone").rows[3].utterance
    assert neighbours(bank, "phone", 1, vector, asked()).places[0] == 3
    others = neighbours(bank, "phone", 1, vector, asked(f"clip {own}"))
    assert own not in bank.of("phone").utterance[others.places].tolist()


def test_neighbours_share_the_phone_where_the_layer_knows_it_and_not_where_it_is_noise() -> None:
    bank = planted.bank()
    bank = planted.with_unit(bank, 1, 0, 8.0 * planted.is_phone(bank, "aa"))
    for unit in range(1, planted.UNITS):
        bank = planted.with_unit(bank, 1, unit, 0.3 * bank.scores[1][:, unit].astype(float), 0.0)
    vector = np.zeros(planted.UNITS, np.float32)
    vector[0] = 8.0
    noise, knows = along(bank, "phone", {0: vector, 1: vector}, asked())
    assert knows.shares["phone"].value == 1.0
    assert knows.shares["phone"].chance == pytest.approx(0.25, abs=0.06)
    assert noise.shares["phone"].value < 0.8
    assert "word" not in knows.shares  # nothing was said about its word
    assert knows.voices == 3
    assert len(set(bank.of("phone").utterance[knows.places].tolist())) == 10


def test_what_sounds_most_alike_is_told_from_what_sounds_least_alike() -> None:
    bank = planted.bank()
    sounds = bank.sound[bank.segments.places("phone")]
    shapes = sounds - sounds.mean(1, keepdims=True)
    target = sounds[7]
    order = np.argsort(((shapes - (target - target.mean())) ** 2).mean(1))
    values = np.zeros(len(bank.segments))
    values[bank.segments.places("phone")[order]] = np.linspace(8, -8, len(order))
    bank = planted.with_unit(bank, 1, 0, values, 0.0)
    for unit in range(1, planted.UNITS):
        bank = planted.with_unit(bank, 1, unit, 0.0 * values, 0.01)
    plan = Asked("other", Segment("phone", -1, 0.0, 0.1, "aa", "", "", ""), target)
    vector = np.zeros(planted.UNITS, np.float32)
    vector[0] = 8.0
    assert neighbours(bank, "phone", 1, vector, plan).sound > 0.6
    assert neighbours(bank, "phone", 1, -vector, plan).sound < 0.4


def test_a_unit_that_stands_still_counts_for_nothing() -> None:
    values = np.random.default_rng(0).standard_normal((20, 3))
    values[:, 1] = 4.0
    assert (Standard.of(values).scores(values)[:, 1] == 0).all()
