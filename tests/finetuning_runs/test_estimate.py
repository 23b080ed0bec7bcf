"""What a run will need, said before it starts."""

import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch

from core.errors import DatasetError, ModelError
from core.finetuning import estimate as module
from core.finetuning import loop, pupils
from core.finetuning.estimate import estimate
from core.finetuning.settings import FineTuneSettings
from models import FAMILIES
from tests.contracts.small_models import STABLE, Pair, Small
from tests.finetuning.sounds import LABELS, halves, made

TINY = Small(FAMILIES["wav2vec2"], "Wav2Vec2ForCTC", STABLE)
Lend = Callable[[Small], Pair]


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRATA_HOME", str(tmp_path / "home"))


@pytest.mark.parametrize("strategy", ["linear", "lora"])
def test_the_estimate_is_of_the_size_of_what_the_run_takes(strategy: str, paired: Lend, tmp_path: Path) -> None:
    torch.set_num_threads(1)
    data = made(tmp_path / "set", 60, (1.0,))
    settings = FineTuneSettings(strategy=strategy, epochs=3, batch=8, patience=0)
    division = halves(data, 12, 12)
    found = estimate(paired(TINY).model, data, [division], settings)
    pupil = pupils.copy(paired(TINY).model, LABELS, settings)
    started = time.perf_counter()
    loop.teach(pupil, data, division, settings, tmp_path / "state")
    loop.predict(pupil, data, division.test)
    took = time.perf_counter() - started
    said = sum(seconds for _part, seconds in found.parts[:2])
    assert 0.2 * took < said < 5 * took  # other programs run on the same machine
    assert found.seconds == pytest.approx(sum(seconds for _part, seconds in found.parts))
    assert found.measured == 4


def test_what_learns_is_counted(paired: Lend, tmp_path: Path) -> None:
    data, model = made(tmp_path / "set"), paired(TINY).model
    linear = estimate(model, data, [halves(data)], FineTuneSettings())
    # one weight per layer of 4, and 3 classes on 32 numbers with their offsets
    assert linear.parameters_learning == 4 + 3 * 32 + 3
    lora = estimate(model, data, [halves(data)], FineTuneSettings(strategy="lora", options=(("rank", 2),)))
    # rank 2 on queries and values of 3 blocks: 2 x (32 + 32) numbers each
    assert lora.parameters_learning == linear.parameters_learning + 3 * 2 * 2 * 64
    assert lora.bytes > linear.bytes


def test_more_sounds_at_once_need_more_memory_and_more_epochs_more_time(paired: Lend, tmp_path: Path) -> None:
    data, model = made(tmp_path / "set"), paired(TINY).model
    settings = FineTuneSettings(strategy="lora", batch=2, epochs=2)
    few = estimate(model, data, [halves(data)], settings)
    many = estimate(model, data, [halves(data)], replace(settings, batch=64))
    assert many.bytes > 1.5 * few.bytes
    assert estimate(model, data, [halves(data)], replace(settings, epochs=40)).seconds > 5 * few.seconds


def test_sounds_that_were_heard_before_cost_nothing(paired: Lend, tmp_path: Path) -> None:
    data, model, settings = made(tmp_path / "set"), paired(TINY).model, FineTuneSettings()
    first = estimate(model, data, [halves(data)], settings)
    assert first.parts[0][1] > 0
    assert first.disk == 24 * 4 * 32 * 4  # sounds, layers, numbers, bytes
    loop.predict(pupils.copy(model, LABELS, settings), data, range(24))
    assert estimate(model, data, [halves(data)], settings).parts[0][1] == 0


def test_nobody_else_notices_and_chance_goes_on_as_before(paired: Lend, tmp_path: Path) -> None:
    data, model = made(tmp_path / "set"), paired(TINY).model
    before = {name: value.clone() for name, value in model.module.state_dict().items()}
    torch.manual_seed(1)
    expected = torch.rand(1)
    torch.manual_seed(1)
    estimate(model, data, [halves(data)], FineTuneSettings(strategy="full"))
    assert torch.equal(torch.rand(1), expected)
    assert all(torch.equal(value, before[name]) for name, value in model.module.state_dict().items())


def test_what_cannot_be_is_refused_in_a_sentence(paired: Lend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    data, model = made(tmp_path / "set"), paired(TINY).model
    with pytest.raises(DatasetError, match="no sounds to learn from"):
        estimate(model, data, [replace(halves(data), train=())], FineTuneSettings())
    monkeypatch.setattr(module, "available_memory", lambda: 400_000)
    with pytest.raises(ModelError, match="of memory, and 400 kB are free"):
        estimate(model, data, [halves(data)], FineTuneSettings(strategy="full", batch=64))
