"""The recipe of the three classifiers makes, places and measures sounds as it says."""

import random
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import torch

from models.recipes.sets import sounds as ready
from models.recipes.sound_classifiers import corpus, digits, sounds
from models.recipes.sound_classifiers.classes import BACKGROUND, EVENTS, LABELS, NUMBERS, SOUNDS, STEADY, rank
from models.recipes.sound_classifiers.corpus import ClipMaker, CorpusSettings, Layout
from models.recipes.sound_classifiers.evaluation import answered, by_group, figures, together
from models.recipes.sound_classifiers.features import Heard, without
from models.recipes.sound_classifiers.networks import NETWORKS, Batch, _from_columns, hear_kaldi, transformer
from models.recipes.sound_classifiers.store import Sound, Store, complete, read, write_arrays, write_sounds
from models.recipes.sound_classifiers.training import STATE, Trainer, TrainingSettings, train, trained
from models.recipes.speech_tiny.augmentation import AugmentationSettings
from models.recipes.speech_tiny.utterance import RATE

UNTOUCHED = AugmentationSettings(untouched=1.0)


@pytest.fixture(autouse=True)
def _one_thread() -> None:
    torch.set_num_threads(1)


@pytest.fixture
def raw(tmp_path: Path) -> CorpusSettings:
    """Lend a corpus of a tone that is called seven and of a little noise that is called rain."""
    times = np.arange(RATE // 2) / RATE
    tone = (0.5 * np.sin(2 * np.pi * 700 * times)).astype(np.float32)
    noise = (np.random.default_rng(0).standard_normal(RATE) * 0.1).astype(np.float32)
    kept = [
        Sound("seven", "theo", "real", tone),
        Sound("seven", "voice", "synthetic", tone),
        Sound("rain", "maker", "made", noise),
    ]
    write_sounds(tmp_path / "raw", kept)
    return CorpusSettings(
        tmp_path, clips={"real": 4, "synthetic": 2, "made": 2}, parts=2, layout=Layout(voices=0.0),
        augmentation=UNTOUCHED,
    )  # fmt: skip


def _features(count: int = 40) -> Heard:
    """Make features in which the class is a band that is loud."""
    draws, targets = np.random.default_rng(1), np.arange(count) % len(LABELS)
    pictures = [draws.normal(-10, 1, (20, 64)) for _ in targets]
    for picture, target in zip(pictures, targets, strict=True):
        picture[:, 3 * target : 3 * target + 3] += 8
    values, names = np.concatenate(pictures).astype(np.float16), tuple(LABELS[target] for target in targets)
    store = Store(values, np.arange(0, 20 * count + 1, 20), names, names, names)
    places = np.stack([np.zeros(count, int), np.arange(count)], 1)
    return Heard([store], places, np.full(count, 20), targets)


def test_there_are_ten_digits_eight_sounds_and_background() -> None:
    assert len(LABELS) == len(set(LABELS)) == 19
    assert sorted((*EVENTS, *STEADY)) == sorted(SOUNDS) == sorted(ready.KINDS)


def test_a_digit_claims_the_name_before_an_event_and_that_before_a_steady_sound() -> None:
    ranks = [rank(label) for label in ("nine", "bell", "rain", BACKGROUND)]
    assert all(first > second for first, second in pairwise(ranks))


def test_makers_of_training_make_other_sounds_than_those_of_the_tests() -> None:
    trained_on = {sound.group for sound in sounds.made(makers=2, takes=1)}
    tested = list(sounds.unheard())
    assert not trained_on & {sound.group for sound in tested}
    assert {sound.label for sound in tested} == set(SOUNDS)


def test_backgrounds_are_steady_and_now_and_then_silent() -> None:
    made = list(sounds.backgrounds(40, "a test"))
    loud = [sound.samples for sound in made if sound.samples.any()]
    assert 20 < len(loud) < 40
    for samples in loud:
        halves = [np.sqrt(np.mean(half**2)) for half in np.array_split(samples, 2)]
        assert 0.5 < halves[0] / halves[1] < 2


def test_sounds_come_back_from_disk_with_class_and_maker(tmp_path: Path) -> None:
    tone = np.linspace(-0.5, 0.5, 100, dtype=np.float32)
    write_sounds(tmp_path / "a", [Sound("bell", "m", "made", tone), Sound("rain", "n", "made", tone[:50])])
    store = read(tmp_path / "a")
    assert len(store) == 2 and store.lengths().tolist() == [100, 50]
    assert (store.labels, store.groups) == (("bell", "rain"), ("m", "n"))
    assert np.allclose(store.sound(1).samples, tone[:50], atol=2 / 32768)


def test_a_store_without_its_table_does_not_count_as_written(tmp_path: Path) -> None:
    assert not complete(tmp_path)
    write_arrays(tmp_path, [np.zeros(3)], [("bell", "m", "made")])
    assert complete(tmp_path)


def test_clips_are_no_longer_than_the_transformer_hears_and_never_clipped(raw: CorpusSettings) -> None:
    maker = ClipMaker(raw, read(raw.folder / "raw"), np.random.default_rng(2), random.Random(2))
    clips = [maker.changed(maker.raw.sound(index % 3)) for index in range(60)]
    assert all(len(clip.samples) <= 5.12 * RATE + 1 for clip in clips)
    assert all(0 < np.abs(clip.samples).max() <= 1 for clip in clips)
    assert max(len(clip.samples) for clip in clips) > 2 * RATE


def test_the_corpus_is_written_once_and_the_same_each_time(raw: CorpusSettings, tmp_path: Path) -> None:
    first = [clip.samples for clip in corpus._clips(raw, 0)]
    again = [clip.samples for clip in corpus._clips(raw, 0)]
    assert len(first) == 4
    assert all(np.array_equal(one, other) for one, other in zip(first, again, strict=True))


def test_nothing_of_a_speaker_who_is_left_out_is_trained_on(raw: CorpusSettings) -> None:
    stores = [read(raw.folder / "raw")]
    assert len(without(stores, (), NUMBERS).rows) == 3
    kept = without(stores, ("theo",), NUMBERS)
    assert [stores[part].groups[row] for part, row in kept.places.tolist()] == ["voice", "maker"]


def test_the_transformer_on_all_columns_is_the_model_itself() -> None:
    torch.manual_seed(0)
    model, pictures = transformer().eval(), torch.randn(2, 512, 64)
    with torch.no_grad():
        own = _from_columns(model, pictures, torch.zeros(2, dtype=torch.long))
        assert torch.allclose(own, model(pictures).logits, atol=1e-5)


def test_a_picture_that_begins_later_has_the_places_of_later_columns() -> None:
    torch.manual_seed(0)
    model, pictures = transformer().eval(), torch.randn(1, 46, 64)
    with torch.no_grad():
        early, late = (_from_columns(model, pictures, torch.tensor([first])) for first in (0, 20))
    assert not torch.allclose(early, late)


def test_kaldi_rows_are_those_of_the_extractor_without_its_padding() -> None:
    network, samples = NETWORKS["sound-tiny"], np.random.default_rng(3).standard_normal(RATE).astype(np.float32) * 0.1
    rows = hear_kaldi(samples)
    given = network.extractor(-6.0, 3.0)(samples, sampling_rate=RATE, return_tensors="np")["input_values"][0]
    assert rows.shape == (98, 64)
    assert np.allclose((rows + 6) / 6, given[:98], atol=1e-5)
    assert np.allclose(given[98:], 1.0)  # (0 + 6) / (2 * 3)


@pytest.mark.parametrize("name", NETWORKS)
def test_every_network_learns_from_a_few_pictures(name: str, tmp_path: Path) -> None:
    trainer = Trainer(NETWORKS[name], _features(), TrainingSettings(tmp_path, 6, warmup=2))
    losses = [trainer.step()[0] for _ in range(6)]
    assert losses[-1] < losses[0]


def test_a_stopped_training_goes_on_the_same(tmp_path: Path) -> None:
    network, heard = NETWORKS["sound-cnn"], _features()
    train(network, heard, TrainingSettings(tmp_path / "whole", 4, save_steps=2))
    stopped = Trainer(network, heard, TrainingSettings(tmp_path / "parts", 4))
    for _ in range(2):
        stopped.step()
    (tmp_path / "parts").mkdir()
    stopped.save(tmp_path / "parts" / STATE)
    train(network, heard, TrainingSettings(tmp_path / "parts", 4))
    whole, parts = (trained(network, tmp_path / name)[0].state_dict() for name in ("whole", "parts"))
    assert all(torch.equal(value, parts[name]) for name, value in whole.items())


def test_padding_of_a_batch_does_not_change_what_a_clip_is_called() -> None:
    network = NETWORKS["sound-cnn"]
    model, values = network.build().eval(), torch.randn(1, 40, 64)
    draws = np.random.default_rng(0)
    padded = torch.cat([values, torch.full((1, 30, 64), 5.0)], 1)
    with torch.no_grad():
        short = network.logits(model, Batch(values, torch.tensor([40]), torch.tensor([0])), -6.0, 4.0, draws)
        long = network.logits(model, Batch(padded, torch.tensor([40]), torch.tensor([0])), -6.0, 4.0, draws)
    assert torch.allclose(short, long, atol=1e-4)


def test_figures_tell_the_share_right_of_all_and_of_each_class_and_speaker() -> None:
    class Certain(torch.nn.Module):
        def forward(self, input_values: torch.Tensor) -> object:
            logits = torch.full((1, len(LABELS)), -20.0)
            logits[0, int(input_values[0, 0])] = 20.0
            return type("Output", (), {"logits": logits})()

    def extractor(samples: np.ndarray, **_more: object) -> dict[str, torch.Tensor]:
        return {"input_values": torch.from_numpy(samples)[None]}

    labels = (("zero", "a", 0.0), ("one", "a", 0.0), ("one", "b", 1.0), ("bell", "b", 10.0))
    heard = [Sound(label, group, "real", np.array([answer], np.float32)) for label, group, answer in labels]
    said = together([answered(Certain(), extractor, heard[:2]), answered(Certain(), extractor, heard[2:])])
    found = figures(said)
    assert found["accuracy"] == 0.75 and found["clips"] == 4
    assert found["classes"] == {"zero": 1.0, "one": 0.5, "bell": 1.0}
    assert by_group(said) == {"a": 0.5, "b": 1.0}
    assert found["calibration_error"] == pytest.approx(0.25)


def test_silence_around_a_synthetic_digit_is_cut_off() -> None:
    samples = np.zeros(RATE, np.float32)
    samples[6000:9000] = 0.5
    assert len(digits.trimmed(samples)) == 3000 - 1 + 2 * 320
