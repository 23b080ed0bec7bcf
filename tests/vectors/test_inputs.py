"""Plain inputs say what the field's own tools say, at the moments that a model's frames lie."""

import librosa
import numpy as np
import pytest

from core.clip import Clip
from core.vectors.inputs import KINDS, Kind, collect_inputs, log_mel, mfcc, plain, width
from core.vectors.stretches import Stretches
from tests.vectors.planted import corpus_of

RATE = 16_000


def chirp(seconds: float = 1.0, rate: int = RATE) -> Clip:
    """Make a tone that rises from 200 Hz to 3 kHz, with a little noise."""
    time = np.arange(round(seconds * rate)) / rate
    tone = 0.3 * np.sin(2 * np.pi * (200 * time + 1400 * time**2))
    return Clip.of("chirp", tone + np.random.default_rng(0).normal(0, 0.001, time.size), rate)


def test_log_mel_equals_librosas() -> None:
    samples = chirp().samples
    theirs = librosa.feature.melspectrogram(
        y=samples, sr=RATE, n_fft=512, win_length=400, hop_length=160, n_mels=80, center=False
    )
    ours = log_mel(samples)
    # librosa lays its window into the middle of 512 samples, Strata's begins with them: 56 samples apart
    shifted = log_mel(samples[56:])
    count = min(theirs.shape[1], len(shifted))
    apart = np.abs(10 * np.log10(theirs[:, :count].T) - shifted[:count])
    assert np.median(apart) < 1e-3
    assert len(ours) == (RATE - 400) // 160 + 1


def test_mfcc_and_their_differences_equal_librosas() -> None:
    columns = log_mel(chirp().samples)
    theirs = librosa.feature.mfcc(S=columns.T, n_mfcc=13)
    wanted = np.concatenate([theirs, librosa.feature.delta(theirs), librosa.feature.delta(theirs, order=2)])
    assert np.abs(mfcc(columns) - wanted.T).max() < 1e-3


def test_a_frame_is_the_mean_of_two_columns_and_its_centre_theirs() -> None:
    clip = chirp()
    frames, time = plain(clip, "log-mel")
    columns = log_mel(clip.samples)
    assert np.allclose(frames[3], (columns[6] + columns[7]) / 2, atol=1e-4)
    # columns 6 and 7 are centred on 72.5 and 82.5 ms
    assert time.centres()[3] == pytest.approx(0.0775)
    assert time.step == 0.02


def test_a_click_is_loudest_in_the_frame_at_its_second() -> None:
    samples = np.zeros(RATE, np.float32)
    samples[round(0.5 * RATE)] = 1.0
    frames, time = plain(Clip.of("click", samples, RATE), "log-mel")
    assert abs(time.centres()[frames.mean(1).argmax()] - 0.5) <= 0.0175  # half of what a frame sees


def test_context_is_the_four_frames_to_either_side_and_the_ends_are_repeated() -> None:
    clip = chirp()
    alone, laid = plain(clip, "log-mel")[0], plain(clip, "log-mel in context")[0]
    assert np.array_equal(laid[10].reshape(9, 80), alone[6:15])
    assert np.array_equal(laid[0].reshape(9, 80)[:5], np.repeat(alone[:1], 5, 0))


@pytest.mark.parametrize("kind", KINDS)
def test_stretches_of_inputs_are_pooled_from_each_utterance(kind: Kind) -> None:
    corpus = corpus_of((0.8, 0.02, 1.1))
    asked = Stretches.of([(2, 0.3, 0.3), (0, 0.1, 0.4), (1, 0.0, 0.02), (2, 1.0, 1.1)])
    found = collect_inputs(corpus, asked, kind)
    assert found.shape == (4, width(kind))
    frames, time = plain(corpus.clip(0), kind)
    assert np.allclose(found[1], frames[time.within(0.1, 0.4)].mean(0), atol=1e-4)
    frames, time = plain(corpus.clip(2), kind)
    assert np.array_equal(found[0], frames[time.nearest(0.3)])
    assert np.isfinite(found).all()


def test_sound_of_another_rate_gives_nearly_the_same() -> None:
    slow, fast = plain(chirp(), "log-mel")[0], plain(chirp(rate=44_100), "log-mel")[0]
    assert abs(len(slow) - len(fast)) <= 1
    loud = slow[:45] > slow.max() - 30
    assert np.abs(slow[:45] - fast[:45])[loud].max() < 3
