"""The recipe of speech-tiny measures, maps and changes speech as it says."""

from itertools import pairwise

import numpy as np
import pytest
import torch

from core.tiers import Interval
from models.recipes.speech_tiny.augmentation import (
    AugmentationSettings,
    Augmented,
    add_noise,
    augment,
    change_speed,
    coloured_noises,
    filtered,
    mu_law,
    pad,
    rooms,
    shaped,
)
from models.recipes.speech_tiny.batches import UNKNOWN, Clip, collate, frame_count, frame_labels, normalised
from models.recipes.speech_tiny.evaluation import Spoken, best_edits, edits, interval, total
from models.recipes.speech_tiny.network import Student, frames_of
from models.recipes.speech_tiny.phones import (
    FESTIVAL_PHONES,
    PHONES,
    SILENCE,
    espeak_phones,
    espeak_table,
    spoken,
    vocabulary,
)
from models.recipes.speech_tiny.sentences import DIGITS, FUNCTION_WORDS, held_out
from models.recipes.speech_tiny.synthesis.espeak import Espeak, EspeakVoice
from models.recipes.speech_tiny.synthesis.festival import joined_er
from models.recipes.speech_tiny.synthesis.flite import lexicon_phones
from models.recipes.speech_tiny.utterance import RATE, SynthesisError
from models.recipes.speech_tiny.voices import BRITISH, VOICES

THE_CAT = "dh ah k ae t s ae t ao n dh ah m ae t"
ACCENTS = ("en-us", *BRITISH)


def _row(*labels: str) -> tuple[Interval, ...]:
    return tuple(Interval(float(i), float(i + 1), label) for i, label in enumerate(labels))


def test_there_are_39_phones_and_a_blank_at_zero() -> None:
    assert len(set(PHONES)) == 39
    assert sorted(vocabulary().values()) == list(range(40))
    assert vocabulary()["<pad>"] == 0


@pytest.mark.parametrize("accent", ACCENTS)
def test_espeak_names_map_into_the_39_phones(accent: str) -> None:
    mapped = {phone for phones in espeak_table(accent).values() for phone in phones.split()}
    assert mapped <= set(PHONES)


def test_espeak_reaches_every_phone_in_american() -> None:
    mapped = {phone for phones in espeak_table("en-us").values() for phone in phones.split()}
    assert mapped == set(PHONES)


def test_festival_names_map_onto_all_39_phones() -> None:
    assert set(FESTIVAL_PHONES.values()) == {*PHONES, SILENCE}


@pytest.mark.parametrize(
    ("accent", "names", "phones"),
    [
        ("en-us", "f A@", "f aa r"),
        ("en-gb-x-rp", "f A@", "f aa"),
        ("en-us", "s t o@ r i", "s t ao r iy"),
        ("en-us", "h 3: r i", "hh er iy"),
        ("en-gb-x-rp", "h V r i", "hh ah r iy"),
        ("en-us", "z i@ r oU", "z ih r ow"),
        ("en-us", "b V ? n-", "b ah t ah n"),
        ("en-us", "k j U@ r I2 ; oU", "k y uh r iy ow"),
    ],
)
def test_an_accent_keeps_or_drops_its_r(accent: str, names: str, phones: str) -> None:
    assert " ".join(spoken(espeak_phones(_row(*names.split()), accent))) == phones


def test_an_er_that_was_split_is_one_again_and_a_second_r_stays() -> None:
    joined = joined_er(list(_row("hh", "er", "r", "r", "eh", "d")))
    assert [(p.label, p.start, p.end) for p in joined][1:3] == [("er", 1.0, 3.0), ("r", 3.0, 4.0)]
    assert len(joined) == 5


def test_a_phoneme_of_two_phones_gives_each_half_of_its_time() -> None:
    f, aa, r = espeak_phones(_row("f", "A@"), "en-us")
    assert (f.end, aa.start, aa.end, r.start, r.end) == (1.0, 1.0, 1.5, 1.5, 2.0)


def test_the_error_rate_of_a_hand_worked_example_is_three_fifths() -> None:
    # k ae t s ah -> k eh t ah m: ae heard as eh, s missed, m added
    found = edits(["k", "ae", "t", "s", "ah"], ["k", "eh", "t", "ah", "m"])
    assert (found.substitutions, found.deletions, found.insertions) == (1, 1, 1)
    assert found.rate == 3 / 5


def test_the_pronunciation_that_fits_best_counts() -> None:
    zero = Spoken(np.zeros(4, np.float32), "someone", (("z", "iy", "r", "ow"), ("z", "ih", "r", "ow")))
    assert best_edits(zero, ["z", "ih", "r", "ow"]).rate == 0


def test_an_interval_holds_a_rate_that_never_varies() -> None:
    rows = [edits(["t", "uw"], ["t", "ow"])] * 20
    assert interval(rows, 0) == (0.5, 0.5)


@pytest.mark.parametrize("decibels", [0.0, 10.0, 25.0])
@pytest.mark.parametrize("noise", coloured_noises(), ids=["white", "pink", "brown", "black", "hum50", "hum60"])
def test_noise_lies_as_far_below_the_speech_as_asked(noise: np.ndarray, decibels: float) -> None:
    speech = np.random.default_rng(0).standard_normal(2 * RATE).astype(np.float32)
    added = add_noise(speech, noise[: len(speech)], decibels) - speech
    measured = 10 * np.log10(np.mean(speech.astype(np.float64) ** 2) / np.mean(added.astype(np.float64) ** 2))
    assert measured == pytest.approx(decibels, abs=0.05)


def _click(at: float, seconds: float = 2.0) -> np.ndarray:
    samples = np.zeros(round(seconds * RATE), np.float32)
    samples[round(at * RATE)] = 1.0
    return samples


def _loudest(samples: np.ndarray) -> float:
    return float(np.abs(samples).argmax()) / RATE


@pytest.mark.parametrize("factor", [0.8, 1.1, 1.25])
def test_a_click_moves_to_where_the_change_of_speed_says(factor: float) -> None:
    changed = change_speed(pad(Augmented(_click(0.7)), 0.25, 0.1), factor)
    (said,) = changed.moved(np.array([0.7], np.float32))
    assert said == pytest.approx((0.7 + 0.25) / factor, abs=1e-3)
    assert _loudest(changed.samples) == pytest.approx(said, abs=1e-3)
    assert len(changed.samples) == pytest.approx(2.35 * RATE / factor, abs=2)


def test_a_click_stays_where_it_is_in_a_room_and_behind_an_equaliser() -> None:
    heard = filtered(_click(0.7), rooms()[0])
    curved = shaped(_click(0.7), (np.array([0.0, 300.0, 3400.0, 8000.0]), np.array([-40.0, 0.0, 0.0, -70.0])))
    assert _loudest(heard) == _loudest(curved) == 0.7
    assert len(heard) == len(curved) == 2 * RATE


def test_a_telephone_band_takes_away_what_lies_outside() -> None:
    noise = coloured_noises()[0][: 2 * RATE]
    curve = (np.array([0.0, 3400.0, 3500.0, 8000.0]), np.array([0.0, 0.0, -70.0, -70.0]))
    before, after = (np.abs(np.fft.rfft(sound)) ** 2 for sound in (noise, shaped(noise, curve)))
    frequencies = np.fft.rfftfreq(2 * RATE, 1 / RATE)
    kept, taken = (frequencies > 100) & (frequencies < 3300), frequencies > 3700
    assert 10 * np.log10(after[kept].sum() / before[kept].sum()) == pytest.approx(0, abs=0.2)
    assert 10 * np.log10(after[taken].sum() / before[taken].sum()) < -50


def test_mu_law_keeps_silence_and_full_scale_and_errs_by_little() -> None:
    ramp = np.linspace(-1, 1, 1001).astype(np.float32)
    rounded = mu_law(ramp)
    assert rounded[0] == pytest.approx(-1) and rounded[-1] == pytest.approx(1)
    assert np.abs(rounded - ramp).max() < 0.025
    assert len(np.unique(rounded)) <= 256


def test_the_same_seed_makes_the_same_change() -> None:
    samples, babble = _click(0.5), coloured_noises()[1]
    one, two = (augment(samples, AugmentationSettings(), np.random.default_rng(4), babble) for _ in range(2))
    assert np.array_equal(one.samples, two.samples) and one.speed == two.speed


def test_frames_carry_the_phone_at_their_centre() -> None:
    # centres of frames lie at 12.5, 32.5, 52.5, 72.5 ms
    samples = np.zeros(400 + 3 * 320, np.float32)
    labels, starts = np.array([5, 9], np.int16), np.array([0.02, 0.06], np.float32)
    ends = np.array([0.05, 0.08], np.float32)
    assert frame_count(len(samples)) == 4
    assert frame_labels(Clip(samples, labels, starts, ends, timed=True)).tolist() == [0, 5, 0, 9]
    assert frame_labels(Clip(samples, labels, starts, ends, timed=False)).tolist() == [UNKNOWN] * 4


def test_sound_is_normalised_to_mean_0_and_variance_1() -> None:
    samples = normalised(np.arange(1000, dtype=np.float32))
    assert samples.mean() == pytest.approx(0, abs=1e-5) and samples.std() == pytest.approx(1, abs=1e-4)


def test_relatives_of_a_held_out_word_are_held_out_and_function_words_never() -> None:
    assert not any(held_out(word) for word in FUNCTION_WORDS | set(DIGITS))
    for word in ("walk", "garden", "float", "print", "kick"):
        assert held_out(word) == held_out(word + "s") == held_out(word + "ing") == held_out(word + "ed")
    words = [f"w{a}{b}{c}" for a in "bdfghk" for b in "aou" for c in "bdfghklmnp"]
    assert 0 < sum(held_out(word) for word in words) < 0.1 * len(words)


def test_the_unseen_voice_is_trained_by_no_group() -> None:
    unseen = [group for group in VOICES if group.test_split == "unseen"]
    assert [group.name for group in unseen] == ["festival-ked"]
    assert not any(group.trained for group in unseen)


def test_espeak_gives_ordered_phones_that_cover_the_sound() -> None:
    try:
        engine = Espeak()
    except SynthesisError as error:
        pytest.skip(f"{error} {error.hint}")
    utterance = engine.speak("The cat sat on the mat.", EspeakVoice("en-us"))
    assert spoken(utterance.phones) == THE_CAT.split()
    assert utterance.phones[0].start < 0.05
    assert utterance.phones[-1].end == pytest.approx(utterance.seconds)
    assert all(a.end == b.start for a, b in pairwise(utterance.phones))


def test_espeak_and_flite_agree_on_common_words() -> None:
    words = "water garden morning letter paper brother strong yellow picture happy window thousand measure church join"
    try:
        engine = Espeak()
        said = [lexicon_phones(word) for word in words.split()]
    except SynthesisError as error:
        pytest.skip(f"{error} {error.hint}")
    heard = [spoken(engine.speak(word, EspeakVoice("en-us")).phones) for word in words.split()]
    assert total(edits(a, b) for a, b in zip(said, heard, strict=True)).rate < 0.1


def test_the_faster_convolutions_give_what_transformers_gives() -> None:
    torch.manual_seed(0)
    encoder = Student().recogniser.wav2vec2.feature_extractor
    values = torch.randn(2, 4000)
    with torch.no_grad():
        assert torch.allclose(frames_of(encoder, values), encoder(values).transpose(1, 2), atol=1e-5)


def test_both_losses_of_a_batch_reach_the_convolutions() -> None:
    torch.manual_seed(0)
    student, source = Student(), np.random.default_rng(0)
    labels, starts = np.array([5, 9, 3], np.int16), np.array([0.0, 0.1, 0.2], np.float32)
    sounds = [source.standard_normal(length).astype(np.float32) for length in (4800, 4000)]
    clips = [Clip(sound, labels, starts, starts + np.float32(0.1), timed=True) for sound in sounds]
    losses = student.losses(collate(clips, 4800))
    assert losses.ctc.item() > 0 and losses.frames.item() > 0
    (losses.ctc + losses.frames).backward()
    assert student.recogniser.wav2vec2.feature_extractor.conv_layers[0].conv.weight.grad.abs().sum() > 0
