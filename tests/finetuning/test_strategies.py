"""Every way of fine-tuning, through the loop: it learns, on a copy, and goes on after a stop as if nothing had been."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch

from core.finetuning import loop, pupils
from core.finetuning.settings import FineTuneSettings
from core.finetuning.strategies import strategies
from tests.contracts.small_models import ONE_EACH, Pair, Small
from tests.finetuning.sounds import LABELS, halves, made
from tests.finetuning.stopping import goes_on

Lend = Callable[[Small], Pair]
PREFERRED = ("wav2vec2", "audio-spectrogram-transformer")
EVERY = pytest.mark.parametrize("name", list(strategies()))
# each learns enough in a few epochs with its own rate, but for those that suit models which know something
RATES = {"last_layers": 1e-3, "full": 1e-3}


def model_for(name: str) -> Small:
    """Take the first small model that the strategy fits."""
    smalls = [next(small for small in ONE_EACH if small.family.name == family) for family in PREFERRED]
    return next(small for small in smalls if not strategies()[name].misfit(small.family, small.family.base_config()))


def settings_for(name: str, epochs: int = 4) -> FineTuneSettings:
    return FineTuneSettings(strategy=name, epochs=epochs, batch=6, patience=0, learning_rate=RATES.get(name, 0.0))


@EVERY
def test_every_strategy_learns_tones_on_a_copy(name: str, paired: Lend, tmp_path: Path) -> None:
    model, settings, data = paired(model_for(name)).model, settings_for(name, epochs=8), made(tmp_path / "set")
    before = {key: value.clone() for key, value in model.module.state_dict().items()}
    pupil = pupils.copy(model, LABELS, settings)
    history = loop.teach(pupil, data, halves(data), settings, tmp_path / "state")
    assert history.ended == "finished"
    assert history.epochs[-1].loss < 0.95 * history.epochs[0].loss
    found = loop.predict(pupil, data, range(18, 24))
    np.testing.assert_allclose(found.sum(1), 1)
    assert all(torch.equal(value, before[key]) for key, value in model.module.state_dict().items())
    assert not any(part.requires_grad for part in model.module.parameters())


@EVERY
def test_every_strategy_goes_on_after_a_stop_as_if_nothing_had_been(name: str, paired: Lend, tmp_path: Path) -> None:
    model, settings, data = paired(model_for(name)).model, settings_for(name), made(tmp_path / "set")
    goes_on(model, settings, data, tmp_path)


@EVERY
def test_folding_every_strategy_changes_no_answer(name: str, paired: Lend, tmp_path: Path) -> None:
    model, settings, data = paired(model_for(name)).model, settings_for(name), made(tmp_path / "set")
    pupil = pupils.copy(model, LABELS, settings)
    loop.teach(pupil, data, halves(data), settings, tmp_path / "state")
    before = loop.predict(pupil, data, range(18, 24))
    plain = pupils.copy(model, LABELS, FineTuneSettings())
    folded = strategies()[name].fold(pupil)
    np.testing.assert_allclose(loop.predict(pupil, data, range(18, 24)), before, atol=1e-5)
    assert folded == (set(pupil.module.state_dict()) == set(plain.module.state_dict()))


@EVERY
def test_every_strategy_tells_what_it_is(name: str) -> None:
    strategy = strategies()[name]
    assert strategy.name == name
    assert strategy.summary.endswith(".")
    assert strategy.options() == strategy.chosen({})
    assert strategy.learning_rate > 0
