"""What is played of a sound is a part of that sound: same phase, same length, no clicks, as loud."""

import numpy as np
import pytest

from core import audible
from core.timeline import TimeAxis

RATE = 16_000
COLUMNS = TimeAxis(0.005, 0.01, 0.01, 100)
EDGES = (0.0, 1_000.0, 2_000.0, 4_000.0, 8_000.0)


def noise(seconds: float = 1.0, seed: int = 7) -> np.ndarray:
    return np.random.default_rng(seed).normal(0, 0.1, round(seconds * RATE)).astype(np.float32)


def tone(hertz: float, seconds: float = 1.0, level: float = 0.3) -> np.ndarray:
    return (level * np.sin(2 * np.pi * hertz * np.arange(round(seconds * RATE)) / RATE)).astype(np.float32)


def decibels(sound: np.ndarray, like: np.ndarray) -> float:
    return float(10 * np.log10(np.mean(np.square(sound)) / np.mean(np.square(like))))


@pytest.mark.parametrize("seconds", [0.001, 0.03, 0.5, 1.0])
def test_all_of_a_sound_is_the_sound_itself(seconds: float) -> None:
    samples = noise(seconds)
    assert np.abs(audible.filtered(samples, RATE, np.ones((4, 100)), COLUMNS, EDGES) - samples).max() < 1e-6


def test_a_part_and_everything_but_that_part_add_up_to_the_sound() -> None:
    samples, weights = noise(), np.random.default_rng(1).random((4, 100))
    part = audible.filtered(samples, RATE, weights, COLUMNS, EDGES)
    rest = audible.filtered(samples, RATE, 1 - weights, COLUMNS, EDGES)
    assert np.abs(part + rest - samples).max() < 1e-6


def test_what_is_kept_keeps_its_phase_and_level_and_what_is_not_goes() -> None:
    low, high = tone(500.0), tone(3_000.0)
    weights = np.zeros((4, 100))
    weights[2] = 1
    kept = audible.filtered(low + high, RATE, weights, COLUMNS, EDGES)
    inner = slice(800, -800)
    assert np.abs(kept - high)[inner].max() < 2e-3


def test_weights_finer_than_the_transform_are_averaged() -> None:
    samples = noise()
    every_second = np.tile([[1.0, 0.0]], RATE // 2)
    half = audible.filtered(samples, RATE, every_second, TimeAxis(0.0, 1 / RATE, 1 / RATE, RATE))
    inner = slice(800, -800)  # the first and the last weight go on outside
    assert np.abs(half - samples / 2)[inner].max() < 2e-3


def test_the_edge_of_what_is_kept_does_not_click() -> None:
    samples, weights = tone(500.0), np.zeros((1, 100))
    weights[0, 30:60] = 1
    kept = audible.filtered(samples, RATE, weights, COLUMNS)
    assert np.abs(np.diff(kept)).max() <= np.abs(np.diff(samples)).max() * 1.02
    assert np.abs(kept[: round(0.26 * RATE)]).max() < 1e-6


@pytest.mark.parametrize("filling", ["mean", "noise"])
def test_what_takes_the_place_of_a_sound_has_nothing_of_it_but_its_spectrum(filling: audible.Filling) -> None:
    samples = noise() * np.linspace(0.5, 1.5, RATE).astype(np.float32)
    other = audible.filtered(samples, RATE, np.zeros((1, 1)), TimeAxis(0.0, 1.0, 1.0, 1), filling=filling)
    assert abs(np.corrcoef(samples, other)[0, 1]) < 0.03
    # the mean in decibels of noise lies 2.5 dB below its mean power
    assert decibels(other, samples) == pytest.approx(0.0 if filling == "noise" else -3.5, abs=1.2)
    again = audible.filtered(samples, RATE, np.zeros((1, 1)), TimeAxis(0.0, 1.0, 1.0, 1), filling=filling)
    assert np.array_equal(other, again)


def test_digital_silence_does_not_pull_the_mean_spectrum_down_to_nothing() -> None:
    samples = np.concatenate([noise(0.5), np.zeros(RATE // 2, np.float32)])
    other = audible.filtered(samples, RATE, np.zeros((1, 1)), TimeAxis(0.0, 1.0, 1.0, 1), filling="mean")
    assert decibels(other, samples) > -50


@pytest.mark.parametrize("filling", ["silence", "mean", "noise"])
def test_removing_a_piece_leaves_all_else_untouched(filling: audible.Filling) -> None:
    samples = noise()
    found = audible.without(samples, RATE, 0.3, 0.5, filling)
    first, last = round(0.3 * RATE), round(0.5 * RATE)
    assert np.array_equal(found[:first], samples[:first])
    assert np.array_equal(found[last:], samples[last:])
    inner = slice(first + 60, last - 60)
    assert (
        abs(np.corrcoef(found[inner], samples[inner])[0, 1]) < 0.1 if filling != "silence" else not found[inner].any()
    )


def test_white_noise_is_as_strong_as_the_piece_was() -> None:
    samples = noise()
    samples[RATE // 2 :] *= 10
    found = audible.removed(samples, RATE, [(0.2, 0.4), (0.6, 0.8)], "noise")
    for start, end in ((0.21, 0.39), (0.61, 0.79)):
        piece = slice(round(start * RATE), round(end * RATE))
        assert decibels(found[piece], samples[piece]) == pytest.approx(0.0, abs=0.5)


def test_a_removed_piece_fades_and_does_not_click() -> None:
    samples = tone(500.0)
    found = audible.without(samples, RATE, 0.3, 0.5)
    # the steepest slope of a tone, and of a fade over 3 ms
    assert np.abs(np.diff(found)).max() <= np.abs(np.diff(samples)).max() + 0.3 / (audible.FADE * RATE)


def test_pieces_that_touch_leave_nothing_between_them_and_nothing_at_the_ends() -> None:
    samples = noise()
    spans = [(0.0, 0.25), (0.25, 0.4), (0.4, 1.0)]
    assert not audible.removed(samples, RATE, spans).any()
    assert audible.removed(samples, RATE, spans[:1] + spans[2:]).any()


def test_a_very_short_piece_is_still_taken_out() -> None:
    samples = np.ones(RATE, np.float32)
    assert audible.without(samples, RATE, 0.5, 0.502).min() < 0.01


def test_nothing_removed_is_the_sound_itself() -> None:
    samples = noise()
    assert np.array_equal(audible.removed(samples, RATE, []), samples)


def test_a_short_part_is_as_loud_as_it_was_in_the_whole() -> None:
    whole = np.tile(np.concatenate([tone(500.0, 0.5, 0.1), np.zeros(RATE // 2, np.float32)]), 4)
    part = whole * (np.arange(whole.size) < RATE)
    assert decibels(audible.as_loud(part, whole, RATE)[:RATE], whole[:RATE]) == pytest.approx(0.0, abs=0.3)
    assert decibels(audible.as_loud(part / 10, whole, RATE)[:RATE], whole[:RATE]) == pytest.approx(0.0, abs=0.3)


def test_loudness_is_the_root_mean_square_of_an_even_sound() -> None:
    assert audible.loudness(tone(500.0, 2.0, 0.2), RATE) == pytest.approx(0.2 / np.sqrt(2), rel=1e-3)


@pytest.mark.parametrize("samples", [np.zeros(RATE, np.float32), np.zeros(1, np.float32)])
def test_silence_stays_silence(samples: np.ndarray) -> None:
    assert np.array_equal(audible.as_loud(samples, noise(), RATE), samples)
    assert not audible.filtered(samples, RATE, np.ones((1, 1)), TimeAxis(0.0, 1.0, 1.0, 1), filling="noise").any()


def test_nothing_is_played_beyond_full_scale() -> None:
    spike = np.zeros(RATE, np.float32)
    spike[100] = 1.0
    assert np.abs(audible.as_loud(spike, noise() * 8, RATE)).max() <= audible.PEAK + 1e-6
