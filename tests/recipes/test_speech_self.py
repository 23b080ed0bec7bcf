"""The recipe of speech-self masks, compares and learns as it says."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.audio_backend import transformers
from models.recipes.speech_self import network
from models.recipes.speech_self.batches import DISTRACTORS, BatchSettings, draw_distractors, draw_mask, made
from models.recipes.speech_self.export import export
from models.recipes.speech_self.measures import hits, measure, nearest_heard
from models.recipes.speech_self.network import Learner, configuration, quantise
from models.recipes.speech_self.report import loaded
from models.recipes.speech_self.training import Trainer, TrainingSettings

NOISE = [np.random.default_rng(at).normal(0, 0.1, 16_000).astype(np.float32) for at in range(2)]


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Make the network small: the recipe's own settings, less of everything."""

    def less() -> Any:
        config = configuration()
        config.update({"num_hidden_layers": 1, "hidden_size": 24, "num_attention_heads": 2, "intermediate_size": 24})
        config.update({"num_conv_pos_embedding_groups": 3, "num_conv_pos_embeddings": 16, "conv_dim": [16] * 7})
        return config

    monkeypatch.setattr(network, "configuration", less)
    torch.set_num_threads(1)


def test_the_loss_equals_that_of_transformers() -> None:
    torch.manual_seed(0)
    learner, batch = Learner().eval(), made(NOISE, 10, np.random.default_rng(0))
    flat = batch.distractors + 49 * torch.arange(2)[:, None, None]
    with torch.no_grad():
        there = learner.model(batch.values, mask_time_indices=batch.mask, sampled_negative_indices=flat)
        here = learner.losses(batch.values, batch.mask, batch.distractors, None)
    count = int(batch.mask.sum())
    assert float(here.contrastive) * count == pytest.approx(float(there.contrastive_loss), rel=1e-4)
    assert float(here.diversity) * count == pytest.approx(float(there.diversity_loss), rel=1e-4)
    assert here.perplexity == pytest.approx(float(there.codevector_perplexity), rel=1e-4)


def test_codes_are_those_of_transformers_quantiser() -> None:
    torch.manual_seed(0)
    quantiser = Learner().model.quantizer.eval()
    features, mask = torch.randn(2, 7, 16), torch.ones(2, 7, dtype=torch.bool)
    with torch.no_grad():
        vectors, perplexity = quantiser(features, mask)
        found = quantise(quantiser, features, mask, None)
    torch.testing.assert_close(found.vectors, vectors)
    torch.testing.assert_close(found.perplexity, perplexity)


@pytest.mark.parametrize("span", [4, 7, 10])
def test_about_half_of_every_clip_is_masked_in_spans(span: int) -> None:
    mask = draw_mask(50, 149, span, np.random.default_rng(1))
    assert 0.38 < mask.mean() < 0.55
    for row in mask:
        edges = np.flatnonzero(np.diff(np.r_[0, row.astype(int), 0]))
        assert (edges[1::2] - edges[::2]).min() >= span


def test_distractors_are_other_masked_frames_each_as_often() -> None:
    mask = draw_mask(1, 30, 4, np.random.default_rng(1))
    drawn = draw_distractors(mask, 4000, np.random.default_rng(2))[0]
    places = np.flatnonzero(mask[0])
    for frame in places:
        others = places[places != frame]
        counts = np.array([(drawn[frame] == other).sum() for other in others])
        assert counts.sum() == 4000, "never itself, never a frame that is heard"
        assert np.abs(counts / 4000 - 1 / len(others)).max() < 0.03
    assert made(NOISE, 10, np.random.default_rng(0)).distractors.shape == (2, 49, DISTRACTORS)


def test_the_copy_is_of_the_nearest_frame_that_is_heard() -> None:
    mask = np.array([False, True, True, True, False, True])
    assert nearest_heard(mask).tolist() == [0, 0, 0, 4, 4, 4]


def test_a_tie_counts_as_blind_luck() -> None:
    logits = torch.tensor([[1.0, 1.0, 0.0], [2.0, 1.0, 0.0], [0.0, 1.0, -torch.inf]])
    assert hits(logits) == pytest.approx(0.5 + 1 + 0)


def test_an_untaught_network_knows_no_more_than_a_few_percent() -> None:
    torch.manual_seed(3)
    found = measure(Learner(), NOISE * 4)
    assert found.clips == 8
    assert found.frames > 100
    assert found.accuracy < 0.15
    assert found.chance == pytest.approx(1 / (DISTRACTORS + 1), abs=0.05)


def test_it_learns_in_a_few_steps_and_goes_on_where_it_stopped(tmp_path: Path) -> None:
    settings = TrainingSettings(tmp_path, BatchSettings(tmp_path), warmup_steps=2, peak_rate=3e-3)
    trainer, batch = Trainer(settings), made(NOISE, 4, np.random.default_rng(0))
    before = trainer.learner.losses(batch.values, batch.mask, batch.distractors, None).contrastive.item()
    for _step in range(25):
        trainer.step(batch)
    after = trainer.learner.losses(batch.values, batch.mask, batch.distractors, None).contrastive.item()
    assert after < before - 0.1
    trainer.save(tmp_path / "state.pt")
    again = Trainer(settings)
    again.load(tmp_path / "state.pt")
    assert again.progress.steps == 25
    for one, other in zip(trainer.learner.parameters(), again.learner.parameters(), strict=True):
        torch.testing.assert_close(one, other)


def test_what_is_exported_opens_as_an_ordinary_pre_training_checkpoint(tmp_path: Path) -> None:
    torch.manual_seed(0)
    learner = Learner().eval()
    export(learner, tmp_path)
    plain = transformers.AutoModelForPreTraining.from_pretrained(tmp_path)
    assert isinstance(plain, transformers.Wav2Vec2ForPreTraining)
    for one, other in zip(learner.parameters(), loaded(tmp_path).parameters(), strict=True):
        torch.testing.assert_close(one, other, rtol=1e-3, atol=1e-3)
