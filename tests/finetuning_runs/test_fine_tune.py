"""One call leads from sounds to a taught copy with its before and after, whatever interrupts it."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.dataset.division import Division
from core.dataset.prepared import PreparedSet
from core.dataset.splits import divide
from core.errors import CancelledError, MethodError, ModelError
from core.evaluation.compare import PRETRAINED, compare
from core.finetuning import keepsakes, loop, runs
from core.finetuning.befores import known_classes
from core.finetuning.fine_tune import fine_tune
from core.finetuning.history import History
from core.finetuning.outcome import Outcome
from core.finetuning.pupil import Pupil
from core.finetuning.runs import Asked, RunFolder
from core.finetuning.search import SearchSettings
from core.finetuning.settings import FineTuneSettings, SplitSettings
from core.loading import LoadedModel, load_model
from core.model_spec import ModelSpec
from core.progress import Report, Step, silent
from core.sources import parse
from tests.contracts.small_models import ONE_EACH, Pair, Small
from tests.finetuning.sounds import made
from tests.full_disk import full_disk

SETTINGS = FineTuneSettings(epochs=4, learning_rate=0.05)
SPLIT = SplitSettings(test=0.25, validation=0.34)
WAV2VEC2 = next(small for small in ONE_EACH if small.family.name == "wav2vec2")


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("STRATA_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture
def data(home: Path) -> PreparedSet:
    return made(home / "sets" / "tones", count=48)


@pytest.fixture
def model(paired: Callable[[Small], Pair]) -> LoadedModel:
    return paired(WAV2VEC2).model


def taught(
    model: LoadedModel,
    data: PreparedSet,
    report: Report = silent,
    run: RunFolder | None = None,
    split: SplitSettings = SPLIT,
    settings: FineTuneSettings = SETTINGS,
    search: SearchSettings | None = None,
) -> Outcome:
    run = run or runs.begin(Asked(model.spec, data.key, data.title, settings, split, 0))
    divisions = divide(data, split)
    watched = data.clip(0) if np.isfinite(data.samples(0)).all() else None
    return fine_tune(model, data, divisions, split, settings, run, report, watched, search)


def test_before_and_after_are_asked_about_the_same_held_out_sounds(model: LoadedModel, data: PreparedSet) -> None:
    outcome = taught(model, data)
    assert [said.name for said in outcome.before] == ["majority", "log-mel", "centroid"]
    for said in (*outcome.before, outcome.after):
        assert said.items.tolist() == list(outcome.divisions[0].test)
        np.testing.assert_allclose(said.probabilities.sum(1), 1, atol=1e-6)
    assert not {data.items[at].group for at in outcome.divisions[0].train} & set(outcome.after.groups)


def test_the_shared_model_is_only_read(model: LoadedModel, data: PreparedSet) -> None:
    before = {name: part.clone() for name, part in model.module.state_dict().items()}
    taught(model, data, settings=replace(SETTINGS, strategy="last_layers", epochs=1))
    after = model.module.state_dict()
    assert all(bool((after[name] == part).all()) for name, part in before.items())
    assert not any(part.requires_grad for part in model.module.parameters())


def test_what_was_taught_opens_like_any_other_model(model: LoadedModel, data: PreparedSet) -> None:
    outcome = taught(model, data)
    opened = load_model(parse(f"tuned@{outcome.run}"))
    assert opened.card.labels == data.labels
    row = outcome.after.items.tolist().index(outcome.divisions[0].test[0])
    with opened.exclusive() as module:
        logits = module(**opened.inputs(data.clip(outcome.divisions[0].test[0]))).logits[0]
    np.testing.assert_allclose(logits.softmax(0).numpy(), outcome.after.probabilities[row], atol=1e-3)
    assert "tones" in (outcome.tuned / "README.md").read_text("utf-8")


def test_one_sound_is_kept_before_the_first_epoch_and_after_each(model: LoadedModel, data: PreparedSet) -> None:
    outcome = taught(model, data)
    kept = keepsakes.read(runs.find(outcome.run).epochs)
    assert kept is not None
    assert kept.numbers == tuple(range(len(outcome.histories[0].epochs) + 1))
    np.testing.assert_allclose(kept.probabilities[0], 1 / 3, atol=1e-3)


def test_every_sound_is_tested_once_where_each_group_is_left_out_in_turn(model: LoadedModel, data: PreparedSet) -> None:
    outcome = taught(model, data, split=SplitSettings("leave-one-out"), settings=replace(SETTINGS, epochs=1))
    assert len(outcome.divisions) == len(outcome.histories) == 4
    assert sorted(outcome.after.items.tolist()) == list(range(48))
    assert outcome.after.speakers == 4


class Stopper:
    """Asks once to stop, where a note begins so."""

    def __init__(self, beginning: str) -> None:
        self.beginning = beginning
        self.done = False

    def __call__(self, step: Step) -> None:
        if not self.done and step.note.startswith(self.beginning):
            self.done = True
            raise CancelledError("stopped")


def test_cancelling_keeps_the_last_good_epoch_and_judges_it(model: LoadedModel, data: PreparedSet) -> None:
    outcome = taught(model, data, Stopper("Epoch 3"))
    assert outcome.histories[0].ended == "cancelled"
    assert len(outcome.histories[0].epochs) == 2
    assert len(outcome.after.items) == len(outcome.divisions[0].test)


def test_cancelling_before_the_first_epoch_leaves_nothing_to_judge(model: LoadedModel, data: PreparedSet) -> None:
    run = runs.begin(Asked(model.spec, data.key, data.title, SETTINGS, SPLIT))
    with pytest.raises(CancelledError):
        taught(model, data, Stopper("Epoch 1"), run)
    assert run.status == "interrupted"


def test_an_interrupted_run_goes_on_and_ends_as_if_nothing_had_been(model: LoadedModel, data: PreparedSet) -> None:
    class Killed(BaseException):
        pass

    def kill(step: Step) -> None:
        if step.note.startswith("Epoch 3"):
            raise Killed

    run = runs.begin(Asked(model.spec, data.key, data.title, SETTINGS, SPLIT))
    with pytest.raises(Killed):
        taught(model, data, kill, run)
    assert run.status == "interrupted"
    resumed, whole = taught(model, data, run=run), taught(model, data)
    np.testing.assert_array_equal(resumed.after.probabilities, whole.after.probabilities)
    assert [epoch.loss for epoch in resumed.histories[0].epochs] == [epoch.loss for epoch in whole.histories[0].epochs]


def test_labels_at_random_give_no_evidence_of_learning(model: LoadedModel, home: Path) -> None:
    plain = made(home / "sets" / "random", count=96)
    shuffled = np.random.default_rng(1).permutation([item.label for item in plain.items])
    items = tuple(replace(item, label=str(label)) for item, label in zip(plain.items, shuffled, strict=True))
    outcome = taught(model, replace(plain, items=items, key="f" * 32))
    said = compare(outcome.before, outcome.after)
    assert said.verdict == "nothing learned"
    assert "no evidence of learning" in said.sentence


def test_a_rate_that_diverges_is_said_and_written_down(model: LoadedModel, data: PreparedSet) -> None:
    run = runs.begin(Asked(model.spec, data.key, data.title, SETTINGS, SPLIT))
    broken = replace(data, items=tuple(data.items), key="e" * 32)
    broken.__dict__["_samples"] = np.full(sum(item.count for item in data.items), np.nan, np.float32)
    with pytest.raises(MethodError, match="no longer a number"):
        taught(model, broken, run=run)
    assert run.failure is not None
    assert "no longer a number" in run.failure.message


def test_a_model_that_knows_the_classes_is_its_own_before(paired: Callable[[Small], Pair], data: PreparedSet) -> None:
    small = next(one for one in ONE_EACH if one.family.name == "audio-spectrogram-transformer")
    model = paired(small).model
    model = replace(model, card=replace(model.card, labels=("Noise", "x", "LOW", "y", "high")))
    assert known_classes(model, data) == (4, 2, 0)
    outcome = taught(model, data, settings=replace(SETTINGS, epochs=1))
    assert outcome.before[0].name == PRETRAINED
    assert compare(outcome.before, outcome.after).partner.predictions.name == PRETRAINED


def test_settings_are_chosen_on_the_sounds_for_stopping_and_kept(model: LoadedModel, data: PreparedSet) -> None:
    search = SearchSettings("grid", rates=(1e-6, 0.05), steps=2, epochs=(3,))
    run = runs.begin(Asked(model.spec, data.key, data.title, SETTINGS, SPLIT, search=search))
    outcome = taught(model, data, run=run, search=search)
    tried = run.read_trials()
    assert tried is not None
    assert [trial.settings.learning_rate for trial in tried.trials] == pytest.approx([1e-6, 0.05])
    best = min(tried.trials, key=lambda trial: trial.value if trial.value is not None else np.inf)
    assert outcome.settings == best.settings
    assert outcome.settings.epochs == 3
    assert run.asked.search == search


def test_each_part_chooses_its_settings_by_itself_because_what_one_learns_from_tests_another(
    model: LoadedModel, data: PreparedSet, monkeypatch: pytest.MonkeyPatch
) -> None:
    search = SearchSettings("grid", rates=(1e-3, 0.05), steps=2, epochs=(1,))
    split = SplitSettings("leave-one-out", validation=0.34)
    tested = [set(division.test) for division in divide(data, split)]
    tried: list[tuple[str, set[int]]] = []
    teach = loop.teach

    def seen(pupil: Pupil, data: PreparedSet, division: Division, *rest: Any) -> History:
        tried.append((str(rest[1].parent.name), {*division.train, *division.validation}))
        return teach(pupil, data, division, *rest)

    monkeypatch.setattr(loop, "teach", seen)
    taught(model, data, split=split, search=search)
    searched = [(int(part), heard) for part, heard in tried if part.isdigit()]
    assert [part for part, _heard in searched] == sorted([*range(len(tested))] * 2)
    assert not any(heard & tested[part] for part, heard in searched)


def test_a_disk_that_is_full_at_the_end_is_said_and_the_run_goes_on_once_there_is_room(
    model: LoadedModel, data: PreparedSet
) -> None:
    run = runs.begin(Asked(model.spec, data.key, data.title, SETTINGS, SPLIT, 0))
    whole = (model.module.num_parameters() // 2) * 4  # bytes: no file that holds the model

    with full_disk() as fill:

        def filling(step: Step) -> None:
            if "saved" in step.note:
                fill(whole)

        with pytest.raises(ModelError, match="disk is full"):
            taught(model, data, filling, run)
    assert run.status == "interrupted"
    heard: list[str] = []
    taught(model, data, lambda step: heard.append(step.note), run)
    assert run.status == "ended"
    assert not any("Epoch" in note for note in heard)


def test_a_bundled_model_has_no_head_for_tones(data: PreparedSet) -> None:
    assert known_classes(load_model(ModelSpec("bundled", "speech-tiny")), data) == ()
