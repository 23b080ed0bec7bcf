"""What a run keeps beside its weights: event files, a clip after every epoch, several runs together, a model card."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from core.attribution.method import attribute
from core.attribution.quick import quick
from core.attribution.target import Target
from core.dataset.prepared import Item, PreparedSet
from core.errors import DatasetError, ModelError
from core.finetuning import card, keepsakes, pupils
from core.finetuning.ensemble import average
from core.finetuning.export import logits, zip_of
from core.finetuning.settings import PrepareSettings
from core.finetuning.tensorboard import Board
from core.model_spec import ModelCard
from tests.contracts.small_models import ONE_EACH, Pair, Small, noise
from tests.finetuning.teaching import moved, pupil_of
from tests.finetuning_runs.made import EPOCHS, outcome, predictions

Lend = Callable[[Small], Pair]


def test_tensorboard_reads_what_was_written(paired: Lend, tmp_path: Path) -> None:
    pupil = moved(pupil_of(paired(ONE_EACH[0]).model, "linear"))
    with Board(tmp_path / "0") as board:
        for epoch in EPOCHS:
            board.add(pupil, epoch)
        # readable while the run still goes on
        assert len(EventAccumulator(str(tmp_path / "0")).Reload().Scalars("loss/learning")) == 2
    events = EventAccumulator(str(tmp_path / "0"), size_guidance={"histograms": 0}).Reload()
    losses = [(event.step, event.value) for event in events.Scalars("loss/learning")]
    assert losses == [(1, pytest.approx(1.2)), (2, pytest.approx(0.8))]
    assert [event.step for event in events.Scalars("accuracy/validation")] == [1]  # the second epoch has none
    assert events.Scalars("learning rate")[0].value == pytest.approx(1e-3)
    shares = [events.Scalars(f"layer weight/{layer}")[0].value for layer in pupil.module.head.reads]
    assert sum(shares) == pytest.approx(1.0)
    assert [event.step for event in events.Histograms("layer weights")] == [1, 2]
    assert len(zip_of(tmp_path)) > 500


@pytest.mark.parametrize("small", ONE_EACH, ids=str)
def test_a_clip_is_kept_after_every_epoch(small: Small, paired: Lend, tmp_path: Path) -> None:
    model = paired(small).model
    clip = noise(0.6, model.card.sample_rate)
    pupil = pupil_of(model, "linear")
    keepsakes.keep_epoch(tmp_path, pupil, model, clip, 1)
    moved(pupil)
    for number in (2, 10):
        keepsakes.keep_epoch(tmp_path, pupil, model, clip, number)
    kept = keepsakes.read(tmp_path)
    assert kept is not None
    assert kept.numbers == (1, 2, 10)
    frames, blocks = kept.time.count, model.card.layers if model.family.attends else 0
    assert kept.activity.shape == (3, model.card.layers + 1, frames)
    assert kept.received.shape == (3, blocks, frames)
    np.testing.assert_allclose(kept.received.sum(2), np.ones((3, blocks)), atol=2e-3)
    powers = np.exp(logits(pupil, clip).double().numpy())
    np.testing.assert_allclose(kept.probabilities[1], powers / powers.sum(), atol=2e-3)
    assert np.array_equal(kept.probabilities[1], kept.probabilities[2])
    assert not np.array_equal(kept.probabilities[0], kept.probabilities[1])


@pytest.mark.parametrize("small", ONE_EACH, ids=str)
def test_what_spoke_for_the_true_class_is_kept_after_every_epoch(small: Small, paired: Lend, tmp_path: Path) -> None:
    model = paired(small).model
    clip, pupil = noise(0.6, model.card.sample_rate), moved(pupil_of(model, "linear"))
    for number in (0, 1):
        keepsakes.keep_epoch(tmp_path, pupil, model, clip, number, truth=1)
    kept = keepsakes.read(tmp_path)
    assert kept is not None
    if model.family.plane is None:
        assert kept.relevance.shape == (2, 0)
        return
    assert kept.relevance.shape == (2, kept.time.count)
    with pupils.shown(pupil, model) as shown:
        method = quick(shown, Target(1), clip.seconds)
        assert method is not None
        found = attribute(shown, clip, method, Target(1))
    # half precision, added up: nothing is lost between the columns of the method and the frames of the model
    near = 0.02 * float(np.abs(kept.relevance).max())
    assert kept.relevance[0].sum() == pytest.approx(found.relevance.sum(), rel=0.02, abs=near)
    assert np.abs(kept.relevance).max() > 0


def test_runs_from_before_relevance_was_kept_still_open(paired: Lend, tmp_path: Path) -> None:
    model = paired(ONE_EACH[0]).model
    keepsakes.keep_epoch(tmp_path, pupil_of(model, "linear"), model, noise(0.5, model.card.sample_rate), 1)
    with np.load(tmp_path / "epoch-1.npz") as archive:
        older = {name: archive[name] for name in archive.files if name != "relevance"}
    np.savez(tmp_path / "epoch-1.npz", **older)
    kept = keepsakes.read(tmp_path)
    assert kept is not None
    assert kept.relevance.shape == (1, 0)


def test_a_long_clip_is_kept_in_part_only(paired: Lend, tmp_path: Path) -> None:
    model = paired(ONE_EACH[0]).model
    keepsakes.keep_epoch(tmp_path, pupil_of(model, "linear"), model, noise(12.0, model.card.sample_rate), 1)
    kept = keepsakes.read(tmp_path)
    assert kept is not None
    assert kept.time.centres()[-1] < 10.0
    assert sum(path.stat().st_size for path in tmp_path.iterdir()) < 50_000


def test_nothing_kept_is_no_mistake_but_a_damaged_file_is(paired: Lend, tmp_path: Path) -> None:
    assert keepsakes.read(tmp_path / "none") is None
    model = paired(ONE_EACH[0]).model
    keepsakes.keep_epoch(tmp_path, pupil_of(model, "linear"), model, noise(0.5, model.card.sample_rate), 1)
    (tmp_path / "notes.txt").write_text("left alone")
    assert keepsakes.read(tmp_path) is not None
    for damage in (b"", b"PK\x03\x04", (tmp_path / "epoch-1.npz").read_bytes()[:-30]):
        (tmp_path / "epoch-1.npz").write_bytes(damage)
        with pytest.raises(ModelError, match="is damaged"):
            keepsakes.read(tmp_path)


def test_runs_answer_together_by_their_mean() -> None:
    first, second = (outcome("a" * 32, Path(), predictions("after", right)) for right in (0.9, 0.3))
    together = average([first, second])
    assert together.name == "together"
    assert together.probabilities[0].tolist() == pytest.approx([0.6, 0.4])
    assert together.probabilities[1].tolist() == pytest.approx([0.4, 0.6])
    assert together.correct.all()


def test_runs_with_other_tests_never_answer_together() -> None:
    first = outcome("a" * 32, Path())
    others = [
        outcome("b" * 32, Path(), predictions("after", 0.9, (4, 2, 8))),
        outcome("b" * 32, Path(), predictions("after", 0.9, (4, 2))),
        replace(first, data="e" * 32),
        replace(first, after=replace(first.after, labels=("no", "maybe"))),
    ]
    for other in others:
        with pytest.raises(DatasetError, match="not tested on the same sounds"):
            average([first, other])
    with pytest.raises(DatasetError, match="One run alone"):
        average([first])


MODEL = ModelCard("speech-tiny", "wav2vec 2.0", 6, 4, 192, 1_000_000, 16_000, licence="mit")


def spoken() -> PreparedSet:
    items = tuple(Item(f"{n}.wav", "no", "ann", "", "", n * 10, 10, "0" * 16, -20.0, 0.0) for n in range(10))
    settings = PrepareSettings()
    title = "Digits\n# | by `ann`"
    return PreparedSet(Path(), "d" * 32, title, "classes", 16_000, settings, items, ("no", "ja"), "CC-BY-4.0", "a book")


def test_the_model_card_says_what_it_rests_on() -> None:
    text = card.text(outcome("a" * 32, Path()), spoken(), MODEL, native=False)
    for said in (
        'model_name: "Digits – speech-tiny"', "license: mit", "Licence: CC-BY-4.0", "Source: a book", "seed 3",
        "layers = last", "torch 2.13", "| the only one | 2 | 1 | 3 | no speaker or other group stands on both sides |",
        "| 1 | 2 | 2 | early | 0.800 | – | – |", "On 3 held-out sounds (2 speakers or other groups)",
        "| majority | 0.000",
        "| this model | 1.000 [", "only 3 sounds", "new speakers cannot be told", "strata.safetensors",
    ):  # fmt: skip
        assert said in text, said
    assert "AutoModelForAudioClassification" in card.text(outcome("a" * 32, Path()), spoken(), MODEL, native=True)


def test_what_others_wrote_cannot_break_the_model_card() -> None:
    made = outcome("a" * 32, Path())
    evil = replace(MODEL, title='x"\n---\nlicense: none', licence="mit\nevil: 1")
    text = card.text(replace(made, title="# a\n---"), spoken(), evil, native=True)
    head = text.split("---\n")[1]
    assert [line for line in head.splitlines() if line.startswith("license")] == ["license: other"]
    assert not [line for line in head.splitlines() if line.startswith("evil")]
    assert "# | by" not in text
    assert "`ann`" not in text
