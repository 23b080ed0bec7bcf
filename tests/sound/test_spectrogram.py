"""The spectrogram equals librosa's, and its axes are true."""

import time

import librosa
import numpy as np
import pytest

from core.clip import Clip
from core.errors import ClipError
from core.mel import filters, hertz, mel
from core.spectrogram import SpectrogramSettings, power, spectrogram

RATES = [8000, 11_025, 16_000, 22_050, 44_100, 48_000]
SETTINGS = {scale: SpectrogramSettings(scale=scale, n_fft=512, hop=128) for scale in ("mel", "linear")}


@pytest.fixture(scope="module")
def noise() -> np.ndarray:
    return np.random.default_rng(0).normal(0, 0.1, 20_000).astype(np.float32)


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("formula", ["slaney", "htk"])
@pytest.mark.parametrize(("low", "high"), [(0.0, 0.5), (100.0, 0.4)])
def test_mel_filters_equal_librosas(rate, formula, low, high):
    ours = filters(rate, 1024, 64, low, high * rate, formula)
    theirs = librosa.filters.mel(sr=rate, n_fft=1024, n_mels=64, fmin=low, fmax=high * rate, htk=formula == "htk")
    np.testing.assert_allclose(ours, theirs, atol=1e-6)


@pytest.mark.parametrize("formula", ["slaney", "htk"])
def test_mel_and_hertz_undo_each_other(formula):
    frequency = np.linspace(0, 20_000, 100)
    np.testing.assert_allclose(hertz(mel(frequency, formula), formula), frequency, rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize(("n_fft", "hop"), [(512, 128), (400, 160), (1024, 1000), (64, 1)])
def test_power_equals_librosas(n_fft, hop, noise):
    sound = noise[: max(4000, 4 * n_fft)]
    theirs = np.abs(librosa.stft(sound.astype(np.float64), n_fft=n_fft, hop_length=hop)) ** 2
    ours = power(sound, n_fft, hop)
    assert ours.shape == theirs.shape
    np.testing.assert_allclose(ours, theirs, atol=1e-5 * theirs.max())


@pytest.mark.parametrize("formula", ["slaney", "htk"])
def test_mel_decibels_equal_librosas(formula, noise):
    settings = SpectrogramSettings(n_fft=512, hop=160, bands=80, formula=formula)
    ours = spectrogram(Clip.of("noise", noise, 16_000), settings)
    theirs = librosa.feature.melspectrogram(
        y=noise, sr=16_000, n_fft=512, hop_length=160, n_mels=80, htk=formula == "htk"
    )
    np.testing.assert_allclose(ours.values, librosa.power_to_db(theirs, amin=1e-10, top_db=None), atol=1e-3)


@pytest.mark.parametrize("scale", SETTINGS)
@pytest.mark.parametrize("second", [0.0, 0.25, 0.5, 0.9])
def test_a_click_lies_in_the_column_whose_time_it_has(scale, second):
    samples = np.zeros(16_000)
    samples[round(second * 16_000)] = 1
    found = spectrogram(Clip.of("click", samples, 16_000), SETTINGS[scale])
    loudest = int(found.values.sum(0).argmax())
    assert loudest == found.time.nearest(second)
    assert abs(found.time.centres()[loudest] - second) <= found.time.step / 2 + 1e-9


@pytest.mark.parametrize("scale", SETTINGS)
@pytest.mark.parametrize("frequency", [300, 1000, 3000, 7000])
def test_a_tone_lies_in_the_band_whose_edges_hold_it(scale, frequency):
    samples = 0.5 * np.sin(2 * np.pi * frequency * np.arange(16_000) / 16_000)
    found = spectrogram(Clip.of("tone", samples, 16_000), SETTINGS[scale])
    band = int(found.values[:, 20:-20].mean(1).argmax())
    step = 16_000 / 512
    assert found.edges[band] - step / 2 <= frequency <= found.edges[band + 1] + step / 2
    assert found.edges.size == found.values.shape[0] + 1
    assert (np.diff(found.edges) > 0).all()


def test_columns_cover_the_whole_clip():
    found = spectrogram(Clip.of("second", np.zeros(16_000), 16_000), SETTINGS["mel"])
    assert found.time.count == found.values.shape[1] == 16_000 // 128 + 1
    assert found.time.centres()[-1] == 1.0


def test_a_range_of_frequencies_keeps_only_its_bins(noise):
    settings = SpectrogramSettings(scale="linear", n_fft=512, hop=128, low_hz=1000.0, high_hz=2000.0)
    found = spectrogram(Clip.of("noise", noise, 16_000), settings)
    # bins are 31.25 Hz apart: 1000 Hz is bin 32, 2000 Hz bin 64
    assert found.values.shape[0] == 33
    assert (found.edges[0], found.edges[-1]) == (984.375, 2015.625)


def test_a_range_beyond_half_the_rate_ends_there(noise):
    settings = SpectrogramSettings(scale="linear", n_fft=512, hop=128, high_hz=20_000.0)
    assert spectrogram(Clip.of("noise", noise, 16_000), settings).edges[-1] == 8000


@pytest.mark.parametrize("scale", SETTINGS)
def test_a_range_beyond_the_sound_is_refused_with_a_hint(scale, noise):
    settings = SpectrogramSettings(scale=scale, low_hz=5000.0)
    with pytest.raises(ClipError, match="no frequencies from 5000 Hz") as caught:
        spectrogram(Clip.of("phone", noise, 8000), settings)
    assert "4000 Hz" in caught.value.hint


def test_doubling_the_sound_adds_six_decibels(noise):
    once, twice = (spectrogram(Clip.of("noise", factor * noise, 16_000), SETTINGS["mel"]) for factor in (1, 2))
    np.testing.assert_allclose(twice.values - once.values, 20 * np.log10(2), atol=1e-3)


def test_bytes_tell_the_decibels_within_half_a_step(noise):
    found = spectrogram(Clip.of("noise", noise, 16_000), SETTINGS["linear"])
    told = found.low + found.quantised() / 255 * (found.high - found.low)
    shown = found.values >= found.low
    assert np.abs(told - found.values)[shown].max() <= 80 / 255 / 2 + 1e-3
    assert found.quantised().max() == 255
    assert found.high - found.low == 80


@pytest.mark.parametrize("scale", SETTINGS)
def test_silence_and_a_single_sample_have_a_picture(scale):
    silence = spectrogram(Clip.of("silence", np.zeros(16_000), 16_000), SETTINGS[scale])
    # a power of 1e-10 counts as silence
    assert (silence.values == -100).all()
    assert not silence.quantised().any()
    assert spectrogram(Clip.of("one", [0.5], 16_000), SETTINGS[scale]).time.count == 1


@pytest.mark.parametrize("rate", [1000, *RATES])
def test_suited_settings_leave_no_band_deaf(rate):
    settings = SpectrogramSettings.suited(rate)
    bank = filters(rate, settings.n_fft, settings.bands, 0.0, rate / 2)
    assert (bank.max(1) > 0).all()
    assert 0.02 <= settings.n_fft / rate <= 0.04
    assert settings.hop / rate == pytest.approx(0.01, rel=0.01)


def test_ten_seconds_take_less_than_thirty_milliseconds():
    clip = Clip.of("noise", np.random.default_rng(0).normal(0, 0.1, 160_000), 16_000)
    spectrogram(clip)

    def once() -> float:
        started = time.perf_counter()
        spectrogram(clip).quantised()
        return time.perf_counter() - started

    assert min(once() for _ in range(10)) < 0.03
