"""Guided erasing masks what it is told to, and nothing else."""

from collections.abc import Callable

import numpy as np
import pytest
import torch

from core.attribution.method import attribute
from core.attribution.methods.input_x_gradient import METHOD
from core.attribution.target import Target
from core.errors import MethodError
from core.finetuning import pupils
from core.finetuning.augmentation import Batch, Leaning
from core.finetuning.augmentation.guided_erasing import GuidedErasingOptions, apply, kept
from core.finetuning.leaning import leaning
from core.finetuning.settings import FineTuneSettings
from core.timeline import TimeAxis
from tests.contracts.small_models import ONE_EACH, Pair, Small, noise

RATE = 16_000
LABELS = ("no", "yes", "perhaps")
EVERY = pytest.mark.parametrize("small", ONE_EACH, ids=str)


def two_tones() -> torch.Tensor:
    time = torch.arange(RATE) / RATE
    return (0.2 * torch.sin(2 * torch.pi * 500 * time) + 0.2 * torch.sin(2 * torch.pi * 3000 * time))[None]


def level(sound: torch.Tensor, hertz: float) -> float:
    """Strength in decibels of one frequency of 1 s, in its middle."""
    return 20 * float(torch.fft.rfft(sound * torch.hann_window(len(sound)))[round(hertz)].abs().clamp_min(1e-9).log10())


def chance() -> torch.Generator:
    return torch.Generator().manual_seed(0)


def test_a_band_is_masked_and_the_rest_stays() -> None:
    before = two_tones()
    options = GuidedErasingOptions(share=1.0, low_hz=2000.0, high_hz=4000.0, filling="silence")
    after = apply(before, options, Batch(RATE, (RATE,)), chance())
    assert level(before[0], 3000) - level(after[0], 3000) > 30
    assert level(after[0], 500) == pytest.approx(level(before[0], 500), abs=0.1)


def test_what_the_copy_leans_on_is_masked_and_nothing_else() -> None:
    sound = torch.from_numpy(np.random.default_rng(0).normal(0, 0.1, (1, RATE)).astype(np.float32))
    relevance = np.zeros((1, 100))
    relevance[0, 40:50] = 1.0
    found = Leaning(relevance, TimeAxis(0.005, 0.01, 0.01, 100))
    options = GuidedErasingOptions(share=1.0, part=0.1, filling="silence")
    after = apply(sound, options, Batch(RATE, (RATE,), lean=lambda _samples: found), chance())
    assert float(after[0, 6800:7600].square().mean() / sound[0, 6800:7600].square().mean()) < 1e-3
    away = torch.cat([after[0, :5800] - sound[0, :5800], after[0, 8600:] - sound[0, 8600:]])
    assert float(away.abs().max()) < 1e-5


def test_only_what_speaks_for_the_answer_is_masked() -> None:
    assert (kept(np.array([[-1.0, 0.0, 2.0, 1.0]]), 0.75) == [[1, 1, 0, 0]]).all()
    assert (kept(np.array([[-1.0, 0.0, 2.0, 1.0]]), 0.25) == [[1, 1, 0, 1]]).all()
    assert (kept(np.ones((2, 2)), 0.0) == 1).all()


def test_no_sound_is_masked_beyond_the_share() -> None:
    options = GuidedErasingOptions(share=0.0, low_hz=100.0, high_hz=7000.0)
    assert torch.equal(apply(two_tones(), options, Batch(RATE, (RATE,)), chance()), two_tones())


@EVERY
def test_leaning_is_input_times_gradient_of_what_the_copy_says(small: Small, paired: "Callable[[Small], Pair]") -> None:
    model = paired(small).model
    pupil = pupils.copy(model, LABELS, FineTuneSettings())
    torch.nn.init.normal_(pupil.module.head.classifier.weight, generator=chance())
    clip = noise(0.4, model.card.sample_rate)
    samples = model.samples(clip)
    before = {name: part.clone() for name, part in pupil.module.state_dict().items()}
    if model.family.plane is None:
        with pytest.raises(MethodError, match="no one place"):
            leaning(pupil, samples)
        return
    pupil.module.train()
    found = leaning(pupil, samples)
    assert pupil.module.training
    assert all(part.grad is None for part in pupil.module.parameters())
    assert all(torch.equal(part, before[name]) for name, part in pupil.module.state_dict().items())
    with pupils.shown(pupil, model) as shown:
        with torch.no_grad():
            strongest = int(pupil.module(**shown.inputs(clip)).logits.argmax())
        again = attribute(shown, clip, METHOD, Target(strongest))
    cells = again.cells(0.01)[0]
    inner = (slice(2, -2) if len(cells) > 5 else slice(None), slice(2, cells.shape[1] - 2))
    # the mean over 5 x 5 cells, or 5 columns of a waveform
    width = min(5, len(cells))
    windows = np.lib.stride_tricks.sliding_window_view(cells, (width, 5)).mean((2, 3))
    np.testing.assert_allclose(found.relevance[inner], windows, rtol=1e-3, atol=1e-4 * np.abs(windows).max())
