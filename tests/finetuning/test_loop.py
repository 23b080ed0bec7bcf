"""Learning: it learns, stops when it should, survives everything, and comes out the same each time."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from math import log
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.errors import CancelledError
from core.finetuning import course, loop, pupils
from core.finetuning.history import Epoch, History
from core.finetuning.losses import balance, loss_of
from core.finetuning.pupil import Pupil
from core.finetuning.schedule import factor
from core.finetuning.settings import FineTuneSettings
from core.progress import Step
from models import FAMILIES
from tests.contracts.small_models import ONE_EACH, STABLE, Pair, Small
from tests.finetuning.sounds import LABELS, halves, made
from tests.full_disk import full_disk

TINY = Small(FAMILIES["wav2vec2"], "Wav2Vec2ForCTC", STABLE)
SETTINGS = FineTuneSettings(epochs=4, batch=4, patience=0)
Taught = tuple[Pupil, History]


@pytest.fixture
def teach(paired: "Callable[[Small], Pair]", tmp_path: Path) -> "Callable[..., Taught]":
    """Teach a small model tones."""

    def run(settings: FineTuneSettings = SETTINGS, state: str = "state", small: Small = TINY, **more: Any) -> Taught:
        data = made(tmp_path / "set")
        pupil = pupils.copy(paired(small).model, LABELS, settings)
        division = more.pop("division", halves(data))
        return pupil, loop.teach(pupil, data, division, settings, tmp_path / state, **more)

    return run


def plain(history: History) -> History:
    """Leave out what differs from run to run: the time it took."""
    return replace(history, epochs=tuple(replace(epoch, seconds=0.0) for epoch in history.epochs))


def same(one: Pupil, other: Pupil) -> bool:
    theirs = other.module.state_dict()
    return all(torch.equal(value, theirs[name]) for name, value in one.module.state_dict().items())


@pytest.mark.parametrize("small", ONE_EACH, ids=str)
def test_every_kind_of_model_learns_tones(teach: "Callable[..., Taught]", small: Small, tmp_path: Path) -> None:
    pupil, history = teach(replace(SETTINGS, epochs=12), small=small)
    assert history.ended == "finished"
    assert history.epochs[-1].loss < history.epochs[0].loss
    found = loop.predict(pupil, made(tmp_path / "set"), range(18, 24))
    assert found.dtype == np.float64
    np.testing.assert_allclose(found.sum(1), 1)


def test_a_run_is_the_same_each_time_and_another_with_another_seed(teach: "Callable[..., Taught]") -> None:
    one, history = teach(state="one")
    two, again = teach(state="two")
    assert plain(history) == plain(again)
    assert same(one, two)
    _other, different = teach(replace(SETTINGS, seed=1), state="three")
    assert plain(different) != plain(history)


@pytest.mark.parametrize("strategy", ["linear", "last_layers"])
def test_a_run_stopped_in_the_middle_goes_on_as_if_nothing_had_been(
    teach: "Callable[..., Taught]", strategy: str
) -> None:
    settings = replace(SETTINGS, strategy=strategy)
    whole, history = teach(settings, state="whole")

    def stop(_pupil: Pupil, epoch: Epoch) -> None:
        if epoch.number == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        teach(settings, on_epoch=stop)
    heard: list[int] = []
    resumed, again = teach(settings, on_epoch=lambda _pupil, epoch: heard.append(epoch.number))
    assert heard == [3, 4]
    assert plain(again) == plain(history)
    assert same(whole, resumed)


KILLED = """
import sys, time
from pathlib import Path
from dataclasses import replace
from core.finetuning import loop, pupils
from tests.contracts.small_models import load
from tests.finetuning.sounds import LABELS, halves, made
from tests.finetuning.test_loop import SETTINGS
import torch
torch.set_num_threads(1)
folder = Path(sys.argv[1])
data = made(folder / "set")
def wait(pupil, epoch):
    if epoch.number == 2 and sys.argv[2] == "wait":
        print("ready", flush=True)
        time.sleep(60)
pupil = pupils.copy(load(Path(sys.argv[3])), LABELS, SETTINGS)
history = loop.teach(pupil, data, halves(data), SETTINGS, folder / "killed", on_epoch=wait)
"""


def test_a_killed_process_loses_no_finished_epoch(
    teach: "Callable[..., Taught]", paired: "Callable[[Small], Pair]", tmp_path: Path
) -> None:
    arguments = [sys.executable, "-c", KILLED, str(tmp_path), "wait", str(paired(TINY).folder)]
    root = str(Path(__file__).parents[2])
    worker = subprocess.Popen(
        arguments, stdout=subprocess.PIPE, cwd=root, env=os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": root}
    )
    assert worker.stdout is not None
    assert worker.stdout.readline() == b"ready\n"
    os.kill(worker.pid, signal.SIGKILL)
    worker.wait()
    whole, history = teach(state="whole")
    heard: list[int] = []
    resumed, again = teach(state="killed", on_epoch=lambda _pupil, epoch: heard.append(epoch.number))
    assert heard == [3, 4]
    assert same(whole, resumed)
    assert plain(again) == plain(history)


def test_the_state_of_another_run_is_left_aside(teach: "Callable[..., Taught]") -> None:
    teach()
    heard: list[int] = []
    teach(replace(SETTINGS, learning_rate=0.5), on_epoch=lambda _pupil, epoch: heard.append(epoch.number))
    assert heard == [1, 2, 3, 4]


def test_the_state_of_a_run_on_another_version_of_the_model_is_left_aside(
    teach: "Callable[..., Taught]", paired: "Callable[[Small], Pair]", tmp_path: Path
) -> None:
    teach()
    other = pupils.copy(paired(TINY).model, LABELS, SETTINGS)
    with torch.no_grad():
        next(other.module.base.parameters()).add_(0.01)
    told: list[str] = []
    data = made(tmp_path / "set")
    loop.teach(other, data, halves(data), SETTINGS, tmp_path / "state", lambda step: told.append(step.note))
    assert any("Epoch 1 " in note for note in told)


def test_a_damaged_state_begins_anew(teach: "Callable[..., Taught]", tmp_path: Path) -> None:
    teach()
    for file in (tmp_path / "state").iterdir():
        file.write_bytes(b"not tensors at all")
    _pupil, history = teach()
    assert len(history.epochs) == 4


def test_cancelling_keeps_the_best_finished_epoch(teach: "Callable[..., Taught]") -> None:
    two, _history = teach(replace(SETTINGS, epochs=4), state="two", report=stopping(after=2 * 3 + 1))
    assert _history.ended == "cancelled"
    assert len(_history.epochs) == 2
    assert _history.best in {1, 2}
    weights: dict[int, dict[str, torch.Tensor]] = {}

    def keep(pupil: Pupil, epoch: Epoch) -> None:
        weights[epoch.number] = {name: part.clone() for name, part in pupil.module.state_dict().items()}

    teach(state="whole", on_epoch=keep)
    assert all(torch.equal(part, weights[_history.best][name]) for name, part in two.module.state_dict().items())


def stopping(after: int) -> "Callable[[Step], None]":
    """Stop at a step of learning; steps of hearing do not count."""
    steps: list[Step] = []

    def report(step: Step) -> None:
        if step.note.startswith("Epoch"):
            steps.append(step)
        if len(steps) >= after:
            raise CancelledError("stop")

    return report


def test_cancelling_at_once_leaves_a_pupil_that_learned_nothing(teach: "Callable[..., Taught]") -> None:
    _pupil, history = teach(report=stopping(after=0))
    assert (history.ended, history.best, history.epochs) == ("cancelled", 0, ())


def test_a_loss_that_is_no_number_ends_the_run_with_the_best_epoch(
    teach: "Callable[..., Taught]", monkeypatch: pytest.MonkeyPatch
) -> None:
    calls: list[int] = []
    plain_loss = loss_of(SETTINGS)

    def breaking(*arguments: Any) -> Any:
        def loss(logits: torch.Tensor, targets: torch.Tensor) -> torch.Tensor:
            calls.append(1)
            return plain_loss(logits, targets) * (float("nan") if len(calls) > 9 else 1.0)

        return loss

    monkeypatch.setattr(course, "loss_of", breaking)
    pupil, history = teach()
    assert history.ended == "diverged"
    assert "no longer a number" in history.reason
    assert len(history.epochs) == history.best == 2
    assert all(bool(part.isfinite().all()) for part in pupil.module.parameters())


def test_a_disk_that_fills_up_ends_the_run_with_the_epoch_that_was_kept(teach: "Callable[..., Taught]") -> None:
    with full_disk() as fill:
        _pupil, history = teach(on_epoch=lambda _pupil, _epoch: fill(1_000))
    assert history.ended == "full disk"
    assert [epoch.number for epoch in history.epochs] == [1, 2]
    assert history.best >= 1
    assert "disk" in history.reason


def test_a_last_step_that_breaks_the_weights_is_not_kept_though_nothing_validates_it(
    teach: "Callable[..., Taught]", tmp_path: Path
) -> None:
    pupils_seen: list[Any] = []

    def broken(step: Step) -> None:
        if pupils_seen and step.done == step.total:  # as a step does whose gradient is no number
            with torch.no_grad():
                pupils_seen[-1].module.head.classifier.weight.fill_(float("nan"))

    pupil, history = teach(
        division=replace(halves(made(tmp_path / "set")), validation=()),
        report=broken,
        on_epoch=lambda taught, _epoch: pupils_seen.append(taught),
    )
    assert history.ended == "diverged"
    assert history.best == SETTINGS.epochs - 1
    assert all(bool(part.isfinite().all()) for part in pupil.module.parameters())


def test_it_stops_early_and_keeps_the_epoch_of_the_lowest_validation_loss(teach: "Callable[..., Taught]") -> None:
    _pupil, history = teach(replace(SETTINGS, epochs=30, patience=2, learning_rate=0.3, warm_up=0.0))
    losses = [epoch.validation_loss or 0.0 for epoch in history.epochs]
    assert history.best == 1 + losses.index(min(losses))
    assert history.ended == "early"
    assert len(losses) == history.best + 2


def test_without_sounds_for_stopping_the_last_epoch_is_kept(teach: "Callable[..., Taught]", tmp_path: Path) -> None:
    data = made(tmp_path / "set")
    _pupil, history = teach(replace(SETTINGS, patience=1), division=halves(data, validation=0))
    assert history.best == 4
    assert history.epochs[0].validation_loss is None


def test_labels_of_the_test_are_never_looked_at(
    teach: "Callable[..., Taught]", paired: "Callable[[Small], Pair]", tmp_path: Path
) -> None:
    one, _history = teach(state="one")
    data = made(tmp_path / "set")
    items = tuple(
        replace(item, label="low") if place in halves(data).test else item for place, item in enumerate(data.items)
    )
    two = pupils.copy(paired(TINY).model, LABELS, SETTINGS)
    loop.teach(two, replace(data, items=items), halves(data), SETTINGS, tmp_path / "two")
    assert same(one, two)


@pytest.mark.parametrize(
    "more",
    [
        {"augment": ("mixup",)},
        {"augment": ("noise", "spec_augment", "mixup")},
        {"adversarial": 0.01},
        {"smoothing": 0.1, "focal": 2.0, "class_weights": False},
        {"precision": "bfloat16"},
    ],
    ids=str,
)
def test_other_ways_of_learning_still_learn(teach: "Callable[..., Taught]", more: dict[str, Any]) -> None:
    _pupil, history = teach(replace(SETTINGS, epochs=6, **more))
    assert history.ended == "finished"
    assert history.epochs[-1].loss < history.epochs[0].loss


@pytest.mark.parametrize("way", ["consistency", "pseudo-labels"])
def test_sounds_without_a_label_are_learned_from(paired: "Callable[[Small], Pair]", tmp_path: Path, way: str) -> None:
    data = made(tmp_path / "set", 36, unlabelled=12)
    settings = replace(SETTINGS, epochs=16, learning_rate=0.1, dropout=0.0, unlabelled=way)
    taught = {}
    for chosen in (settings, replace(settings, unlabelled="none")):
        pupil = pupils.copy(paired(TINY).model, LABELS, chosen)
        # without sounds for stopping the last epoch is kept, which has learned from what was guessed
        loop.teach(pupil, data, halves(data, validation=0), chosen, tmp_path / chosen.unlabelled)
        taught[chosen.unlabelled] = pupil
    assert not same(taught[way], taught["none"])


def test_steps_tell_how_far_it_is(teach: "Callable[..., Taught]") -> None:
    steps: list[Step] = []
    teach(report=steps.append)
    learning = [step for step in steps if step.note.startswith("Epoch")]
    assert [step.done for step in learning] == list(range(1, 13))  # 12 sounds in batches of 4, four times
    assert {step.total for step in learning} == {12}


def test_the_rate_rises_in_a_line_and_falls_as_a_cosine() -> None:
    assert [factor(done, 0.2) for done in (0.1, 0.2, 0.6, 1.0)] == pytest.approx([0.5, 1.0, 0.5, 0.0])


def test_losses_are_those_of_their_formulas() -> None:
    logits = torch.tensor([[0.0, 0.0], [log(3.0), 0.0]])
    targets = torch.tensor([[1.0, 0.0], [1.0, 0.0]])
    half, three = log(2.0), log(4.0 / 3.0)
    assert float(loss_of(FineTuneSettings())(logits, targets)) == pytest.approx((half + three) / 2)
    focal = loss_of(FineTuneSettings(focal=2.0))
    assert float(focal(logits, targets)) == pytest.approx((0.25 * half + 0.0625 * three) / 2)
    smooth = loss_of(FineTuneSettings(smoothing=0.2))
    assert float(smooth(logits[1:], targets[1:])) == pytest.approx(0.9 * three + 0.1 * log(4.0))
    weighted = loss_of(FineTuneSettings(), torch.tensor([2.0, 1.0]))
    assert float(weighted(logits, targets)) == pytest.approx(half + three)


def test_rare_classes_count_as_much_as_frequent_ones() -> None:
    weights = balance([0, 0, 0, 1], 3)
    assert float(3 * weights[0]) == pytest.approx(float(weights[1]))
    assert float(3 * weights[0] + weights[1]) == pytest.approx(4.0)
