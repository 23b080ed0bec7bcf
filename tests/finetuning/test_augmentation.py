"""Changed copies of sounds: as loud, as long and as far as they say, from a seed, and never the original."""

from itertools import pairwise
from math import log10

import numpy as np
import pytest
import torch

from core.family import transformers_class
from core.finetuning.augmentation import Augmenter, Batch, Leaning, augmentations, needs_encoder, options_of
from core.finetuning.augmentation.mixup import MixupOptions, shares
from core.finetuning.augmentation.mixup import apply as mix
from core.finetuning.augmentation.noise import NoiseOptions, active_power, gain, noise, voices
from core.finetuning.augmentation.noise import apply as add_noise
from core.finetuning.augmentation.spec_augment import SpecAugmentOptions, band_stopped, holes
from core.finetuning.augmentation.spec_augment import apply as cut_holes
from core.finetuning.augmentation.time_shift import TimeShiftOptions, shifted
from core.finetuning.augmentation.time_shift import apply as shift
from core.timeline import TimeAxis
from models import FAMILIES

RATE = 16_000
FRAME = 320  # samples over which power is measured: whole periods of every tone here
COUNTS = (8_000, 16_000, 12_000)


def chance(seed: int = 0) -> torch.Generator:
    return torch.Generator().manual_seed(seed)


def sounds() -> torch.Tensor:
    """Tones of 0.5, 1 and 0.75 s with a pause of four frames in the middle, padded with zeros: (3, 16,000)."""
    time = torch.arange(16_000) / RATE
    laid = torch.stack([0.1 * torch.sin(2 * torch.pi * hertz * time) for hertz in (200.0, 400.0, 800.0)])
    for row, count in enumerate(COUNTS):
        laid[row, count:] = 0
        middle = count // 2 // FRAME * FRAME
        laid[row, middle - 2 * FRAME : middle + 2 * FRAME] = 0
    return laid


def loudest(samples: np.ndarray) -> Leaning:
    """Lean on what is loud, in columns of 20 ms."""
    columns = samples[: samples.size // FRAME * FRAME].reshape(-1, FRAME)
    step = FRAME / RATE
    return Leaning((columns**2).mean(1, dtype=np.float64)[None], TimeAxis(step / 2, step, step, len(columns)))


def batch(extractor: object = None) -> Batch:
    return Batch(RATE, COUNTS, extractor, loudest)


def db(ratio: float) -> float:
    return 10 * log10(ratio)


@pytest.mark.parametrize("kind", ["white", "pink", "babble"])
@pytest.mark.parametrize("ratio", [-5.0, 0.0, 12.5, 30.0])
def test_noise_is_exactly_as_far_below_the_sound_as_asked(kind: str, ratio: float) -> None:
    before = sounds()
    options = NoiseOptions(least=ratio, most=ratio, kind=kind, share=1.0)
    added = add_noise(before, options, batch(), chance()) - before
    for row, count in enumerate(COUNTS):
        # the pause does not count: a tone of amplitude 0.1 has a power of 0.005
        sound, unwanted = 0.005, float(added[row, :count].double().square().mean())
        assert db(sound / unwanted) == pytest.approx(ratio, abs=0.05)
        assert not added[row, count:].any()


def test_pauses_do_not_make_a_sound_quieter() -> None:
    tone = sounds()[1]
    padded = torch.cat([torch.zeros(16_000), tone, torch.zeros(32_000)])
    assert db(float(active_power(padded, RATE)) / 0.005) == pytest.approx(0, abs=0.01)


def test_the_gain_is_the_one_of_the_definition() -> None:
    sound, added = torch.full((320,), 2.0), torch.ones(320)
    # power 4 against 1: for 0 dB twice as much, for 20 dB a tenth of that
    assert gain(sound, added, 0.0, RATE) == pytest.approx(2.0)
    assert gain(sound, added, 20.0, RATE) == pytest.approx(0.2)


def test_silence_gets_no_noise() -> None:
    still = torch.zeros(1, 1_000)
    options = NoiseOptions(share=1.0, kind="white")
    assert torch.equal(add_noise(still, options, Batch(RATE, (1_000,)), chance()), still)


def test_pink_noise_falls_by_three_decibels_an_octave() -> None:
    found = noise("pink", 2**18, [], chance())
    power = torch.fft.rfft(found.double()).abs().square()
    octaves = [float(power[2**k : 2 ** (k + 1)].mean()) for k in range(10, 16)]
    slopes = [db(high / low) for low, high in pairwise(octaves)]
    assert slopes == pytest.approx([-3.01] * 5, abs=0.4)


def test_babble_is_made_of_the_other_clips_and_one_clip_alone_gets_pink_noise() -> None:
    before = sounds()
    found = noise("babble", 16_000, voices(before, 1, batch()), chance())
    strength = torch.fft.rfft(found).abs()  # (8,001,): 1 Hz each
    loudest = int(strength.argmax())
    assert min(abs(loudest - 200), abs(loudest - 800)) <= 2
    assert strength[400] < 0.1 * strength.max()
    assert torch.equal(noise("babble", 900, [], chance(3)), noise("pink", 900, [], chance(3)))


def test_silent_sounds_do_not_babble() -> None:
    before = sounds()
    before[2] = 0
    assert [len(sound) for sound in voices(before, 1, batch())] == [COUNTS[0]]


def test_only_the_share_asked_for_gets_noise() -> None:
    many = sounds()[1:2].expand(400, -1)
    changed = add_noise(many, NoiseOptions(share=0.25, kind="white"), Batch(RATE, (16_000,) * 400), chance())
    # four standard deviations of a binomial of 400 with 0.25 are 35
    assert abs(int((changed != many).any(1).sum()) - 100) < 35


def test_a_shift_brings_silence_in_or_rolls() -> None:
    sound = torch.tensor([1.0, 2.0, 3.0, 4.0])
    assert shifted(sound, 1).tolist() == [0, 1, 2, 3]
    assert shifted(sound, -1).tolist() == [2, 3, 4, 0]
    assert shifted(sound, 0).tolist() == [1, 2, 3, 4]
    assert shifted(sound, -1, "roll").tolist() == [2, 3, 4, 1]


def test_a_shift_goes_no_farther_than_asked_and_stays_within_each_clip() -> None:
    marks = torch.zeros(3, 16_000)
    for row, count in enumerate(COUNTS):
        marks[row, count // 2] = 1
    by = []
    for seed in range(40):
        changed = shift(marks, TimeShiftOptions(seconds=0.01), batch(), chance(seed))
        by += [int(changed[row].argmax()) - count // 2 for row, count in enumerate(COUNTS)]
        assert not any(changed[row, count:].any() for row, count in enumerate(COUNTS))
    assert max(map(abs, by)) <= 160
    assert min(by) < -80 < 80 < max(by)


def test_a_shift_is_never_more_than_half_the_sound() -> None:
    short = torch.ones(1, 10)
    for seed in range(20):
        assert shift(short, TimeShiftOptions(seconds=5.0), Batch(RATE, (10,)), chance(seed)).sum() >= 5


def test_mixup_mixes_sounds_and_targets_in_the_same_shares() -> None:
    inputs = {"input_values": torch.eye(4), "samples": torch.tensor([4, 3, 2, 1])}
    targets = torch.eye(4)
    mixed, shared = mix(inputs, targets, MixupOptions(alpha=1.0), chance())
    torch.testing.assert_close(mixed["input_values"], shared)
    torch.testing.assert_close(shared.sum(1), torch.ones(4))
    both = [set(row.nonzero().flatten().tolist()) for row in shared]
    assert mixed["samples"].tolist() == [max(4 - place for place in pair) for pair in both]
    assert any(len(pair) == 2 for pair in both)


def test_mixup_joins_masks() -> None:
    mask = torch.tensor([[True, True], [True, False]])
    mixed, _targets = mix({"attention_mask": mask}, torch.eye(2), MixupOptions(), chance(1))
    assert all(bool(row[0]) for row in mixed["attention_mask"])
    assert mixed["attention_mask"].dtype == torch.bool


def test_shares_come_from_the_beta_distribution() -> None:
    found = shares(20_000, 0.3, chance())
    # Beta(a, a): mean 1/2, variance 1 / (4 (2 a + 1))
    assert float(found.mean()) == pytest.approx(0.5, abs=0.01)
    assert float(found.var()) == pytest.approx(1 / (4 * 1.6), abs=0.005)


def test_a_band_is_taken_out_and_nothing_else() -> None:
    sound = torch.randn(16_000, generator=chance())
    # a tenth to a fifth of the mel scale up to 8,000 Hz: 2840 mel / 10 = 284 mel = 201 Hz, 568 mel = 459 Hz
    found = torch.fft.rfft(band_stopped(sound, 0.1, 0.2, RATE)).abs()
    before = torch.fft.rfft(sound).abs()
    assert found[202:458].max() < 1e-2
    torch.testing.assert_close(found[:200], before[:200], atol=1e-2, rtol=1e-3)
    torch.testing.assert_close(found[461:], before[461:], atol=1e-2, rtol=1e-3)


def test_holes_are_no_larger_than_asked_and_inside() -> None:
    found = holes(500, 0.2, chance())
    assert all(0 <= start <= end <= 1 and end - start <= 0.2 for start, end in found)
    assert max(end - start for start, end in found) > 0.19


def test_a_waveform_gets_a_stretch_of_silence_and_keeps_its_padding() -> None:
    before = torch.randn(3, 16_000, generator=chance())
    options = SpecAugmentOptions(masks=1, time=0.5, bands=0.0)
    changed = cut_holes({"input_values": before, "samples": torch.tensor(COUNTS)}, options, batch(), chance(1))
    assert changed["samples"].tolist() == list(COUNTS)
    for row, count in enumerate(COUNTS):
        silent = (changed["input_values"][row, :count] == 0).nonzero().flatten()
        assert 0 < len(silent) <= count // 2 + 1
        assert int(silent[-1] - silent[0]) + 1 == len(silent)
        assert torch.equal(changed["input_values"][row, count:], before[row, count:])


def extracted(name: str, seconds: float = 1.0) -> tuple[dict[str, torch.Tensor], Batch]:
    family = FAMILIES[name]
    extractor = family.plain_extractor(transformers_class(family.config)(**family.tiny_config))
    count = round(seconds * extractor.sampling_rate)
    samples = 0.05 * torch.randn(count, generator=chance()).numpy()
    return family.encode(extractor, samples), Batch(int(extractor.sampling_rate), (count,), extractor)


# family: axis of time and of frequency, rows that one second has
SPECTROGRAMS = {
    "audio-spectrogram-transformer": (1, 2, 100),
    "whisper": (2, 1, 100),
    "clap": (2, 3, 100),
    "log-mel-cnn": (1, 2, 100),
}


@pytest.mark.parametrize("name", SPECTROGRAMS)
def test_holes_in_time_lie_within_the_sound_and_go_through_all_bands(name: str) -> None:
    time, bins, second = SPECTROGRAMS[name]
    inputs, known = extracted(name)
    key = next(key for key in inputs if key.startswith("input_"))
    options = SpecAugmentOptions(masks=1, time=0.5, bands=0.0)
    changed = cut_holes(inputs, options, known, chance(1))[key]
    differs = (changed != inputs[key]).movedim((time, bins), (-2, -1)).flatten(0, -3)[0]
    rows = differs[:second].any(1).nonzero().flatten()
    assert 1 < len(rows) <= 50
    assert int(rows[-1] - rows[0]) + 1 == len(rows)
    assert differs[rows].float().mean() > 0.95
    if name == "clap":  # the sound is repeated, and the hole in it: ten seconds, ten times
        assert int(differs.any(1).sum()) == pytest.approx(10 * len(rows), abs=10)
    else:
        assert not differs[second:].any()


@pytest.mark.parametrize("name", SPECTROGRAMS)
def test_holes_in_frequency_go_through_all_of_the_time_and_hold_the_mean(name: str) -> None:
    time, bins, second = SPECTROGRAMS[name]
    inputs, known = extracted(name)
    key = next(key for key in inputs if key.startswith("input_"))
    options = SpecAugmentOptions(masks=1, time=0.0, bands=0.5)
    changed = cut_holes(inputs, options, known, chance(1))[key]
    before = inputs[key].movedim((time, bins), (-2, -1)).flatten(0, -3)[0]
    after = changed.movedim((time, bins), (-2, -1)).flatten(0, -3)[0]
    columns = (after != before).any(0).nonzero().flatten()
    assert 1 < len(columns) <= before.shape[1] // 2 + 1
    assert int(columns[-1] - columns[0]) + 1 == len(columns)
    assert float(after[:, columns].max() - after[:, columns].min()) == 0
    assert float(after[0, columns[0]]) == pytest.approx(float(before[:second].mean()), abs=0.02)


def test_joined_rows_get_the_same_bands_hidden() -> None:
    inputs, known = extracted("wav2vec2-bert")
    options = SpecAugmentOptions(masks=1, time=0.0, bands=0.5)
    changed = cut_holes(inputs, options, known, chance(1))["input_features"][0]
    hidden = (changed != inputs["input_features"][0]).all(0)
    assert hidden.any()
    assert torch.equal(hidden[:80], hidden[80:])


EVERY = pytest.mark.parametrize("name", list(augmentations()))


@EVERY
def test_every_augmentation_keeps_shapes_and_the_original_and_follows_its_seed(name: str) -> None:
    before = sounds()
    kept = before.clone()
    targets = torch.eye(3)

    def changed(seed: int) -> torch.Tensor:
        ways = Augmenter.of([name], chance(seed))
        samples = ways.waveform(before, batch())
        inputs = ways.features({"input_values": samples}, batch())
        return ways.mix(inputs, targets)[0]["input_values"]

    first = changed(4)
    assert first.shape == before.shape
    assert torch.equal(changed(4), first)
    assert not torch.equal(changed(5), first)
    assert torch.equal(before, kept)
    assert torch.equal(targets, torch.eye(3))


def test_each_augmentation_takes_its_own_settings_by_name() -> None:
    given = (("noise.least", 3.0), ("guided_erasing.part", 0.4))
    assert options_of("noise", given).least == 3.0
    assert options_of("guided_erasing", given).part == 0.4
    assert options_of("time_shift", given) == TimeShiftOptions()
    with pytest.raises(TypeError):
        options_of("noise", (("noise.colour", 1),))


@EVERY
def test_every_augmentation_tells_what_it_is(name: str) -> None:
    way = augmentations()[name]
    assert way.title
    assert way.summary.endswith(".")
    assert way.options() == way.options()


def test_only_mixing_leaves_stored_features_usable() -> None:
    assert not needs_encoder(())
    assert not needs_encoder(("mixup",))
    assert needs_encoder(("mixup", "noise"))
