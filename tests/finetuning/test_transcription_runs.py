"""Teaching on transcripts: planted tones are learned, runs go on and end as promised, and what is kept opens."""

import errno
import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from core.audio_backend import transformers
from core.errors import CancelledError, MethodError, ModelError
from core.finetuning.history import Epoch
from core.finetuning.resume import Keeper
from core.finetuning.settings import FineTuneSettings
from core.finetuning.transcription import recogniser, record
from core.finetuning.transcription.front import given, heard, logits, together
from core.finetuning.transcription.learning import TranscriptCourse
from core.finetuning.transcription.options import NAME, default_settings
from core.finetuning.transcription.outcome import TranscriptOutcome
from core.finetuning.transcription.transcripts import teach_transcripts
from core.lens import lens
from core.loading import LoadedModel, load_folder, load_model
from core.model_spec import ModelSpec
from core.progress import Step, silent
from core.trace import trace
from models import FAMILIES
from tests.contracts.small_models import ONE_EACH, SPEAKING, STABLE, Pair, Small
from tests.finetuning.tones import by_voice, written

TINY = Small(FAMILIES["wav2vec2"], "Wav2Vec2ForCTC", STABLE)
QUICK = FineTuneSettings(
    strategy=NAME, epochs=3, batch=8, dropout=0.1, patience=0, learning_rate=1e-3, options=(("masked", 0.1),)
)
# what holds padding apart from sound only to a degree: convolutions inside the blocks see across the border
LEAKING = ("sew", "wav2vec2-conformer", "data2vec-audio", "wav2vec2-bert")


@pytest.fixture(scope="module")
def bundled() -> LoadedModel:
    return load_model(ModelSpec("bundled", "speech-tiny"))


@pytest.fixture(scope="module")
def outcome(bundled: LoadedModel, tmp_path_factory: pytest.TempPathFactory) -> TranscriptOutcome:
    """Teach the bundled model tones, for a few seconds."""
    folder = tmp_path_factory.mktemp("tones")
    data = written(folder / "set")
    settings = replace(default_settings(), epochs=4, batch=4, learning_rate=2e-3)
    return teach_transcripts(bundled, data, by_voice(data), settings, folder / "state", folder / "model")


@pytest.fixture
def teach(paired: "Callable[[Small], Pair]", tmp_path: Path) -> "Callable[..., TranscriptOutcome]":
    """Teach a small random model, which learns little, quickly."""

    def run(settings: FineTuneSettings = QUICK, state: str = "state", small: Small = TINY, **more: Any) -> Any:
        data = written(tmp_path / "set", 24)
        model = paired(small).model
        return teach_transcripts(model, data, by_voice(data), settings, tmp_path / state, tmp_path / "model", **more)

    return run


def plain(outcome: TranscriptOutcome) -> Any:
    epochs = tuple(replace(epoch, seconds=0.0) for epoch in outcome.history.epochs)
    return replace(outcome.history, epochs=epochs), outcome.after


def test_planted_letters_are_learned_and_heard_from_voices_never_met(outcome: TranscriptOutcome) -> None:
    assert outcome.before is not None and outcome.gain is not None
    assert outcome.before.characters.rate.value > 0.5
    assert outcome.after.characters.rate.value < 0.2
    assert outcome.gain.high < 0
    assert outcome.new_voices
    assert "evidence" not in outcome.sentence()
    assert outcome.symbols == ("<pad>", "|", "a", "b")
    assert outcome.history.epochs[-1].loss < outcome.history.epochs[0].loss


def test_the_shared_model_is_left_as_it_was(bundled: LoadedModel, outcome: TranscriptOutcome) -> None:
    untouched = load_model(bundled.spec).module.state_dict()
    assert all(torch.equal(value, untouched[name]) for name, value in bundled.module.state_dict().items())
    assert not any(part.requires_grad for part in bundled.module.parameters())


def test_the_convolutions_stay_and_everything_else_moves(bundled: LoadedModel, outcome: TranscriptOutcome) -> None:
    taught = load_folder(outcome.tuned, ModelSpec("folder", str(outcome.tuned))).module.state_dict()
    for name, value in bundled.module.state_dict().items():
        if "feature_extractor" in name:
            assert torch.equal(value, taught[name]), name
        elif "lm_head" not in name and not name.endswith(("k_proj.bias", "masked_spec_embed")):
            assert not torch.equal(value, taught[name]), name


def test_the_result_opens_in_strata_and_in_transformers(outcome: TranscriptOutcome) -> None:
    model = load_folder(outcome.tuned, ModelSpec("folder", str(outcome.tuned)))
    assert model.card.speaks and model.card.symbols == outcome.symbols and model.card.blank == 0
    data = written(outcome.tuned.parent / "set")
    clip = data.clip(outcome.items[0])
    seen = trace(model, clip)
    assert seen.logits is not None
    np.testing.assert_allclose(lens(model, seen)[-1], seen.logits, atol=1e-4)
    theirs = transformers.AutoModelForCTC.from_pretrained(outcome.tuned)
    processor = transformers.Wav2Vec2Processor.from_pretrained(outcome.tuned)
    inputs = processor(clip.samples.copy(), sampling_rate=16_000, return_tensors="pt")
    with torch.no_grad():
        scores = theirs(input_values=inputs.input_values).logits
    np.testing.assert_allclose(scores[0].numpy(), seen.logits, atol=1e-4)
    assert processor.batch_decode(scores.argmax(-1)) == [outcome.after.texts[0]]


def test_the_card_tells_what_was_measured(outcome: TranscriptOutcome) -> None:
    card = (outcome.tuned / "README.md").read_text("utf-8")
    assert f"{100 * outcome.after.characters.rate.value:.1f} %" in card
    assert "2 voices, none of them learned from" in card
    assert "{" not in card


def test_an_outcome_is_read_as_it_was_written(outcome: TranscriptOutcome, tmp_path: Path) -> None:
    record.write_outcome(outcome, tmp_path)
    again = record.read_outcome(tmp_path, outcome.tuned)
    for name in record.TOLD:
        assert getattr(again, name) == getattr(outcome, name), name
    assert again.sentence() == outcome.sentence()
    assert again.lines == outcome.lines


@pytest.mark.parametrize(("name", "value"), [("said", []), ("seconds", "long"), ("format", 99), ("items", None)])
def test_a_damaged_record_is_refused(outcome: TranscriptOutcome, tmp_path: Path, name: str, value: object) -> None:
    record.write_outcome(outcome, tmp_path)
    path = tmp_path / record.FILE
    path.write_text(json.dumps({**json.loads(path.read_text("utf-8")), name: value}), "utf-8")
    with pytest.raises((ValueError, TypeError, KeyError)):
        record.read_outcome(tmp_path, outcome.tuned)


def test_side_by_side_tells_the_edits(outcome: TranscriptOutcome) -> None:
    for line in outcome.lines:
        assert "".join(piece.said for piece in line.after_pieces()) == line.said
        assert "".join(piece.written for piece in line.before_pieces()) == line.before


def test_the_same_seed_gives_the_same_run(teach: "Callable[..., TranscriptOutcome]") -> None:
    assert plain(teach(state="one")) == plain(teach(state="other"))


def test_a_run_that_was_stopped_goes_on_as_if_it_had_not_been(teach: "Callable[..., TranscriptOutcome]") -> None:
    whole = plain(teach(state="whole"))
    taught: list[int] = []

    def stop(pupil: object, epoch: Epoch) -> None:
        raise CancelledError("enough")

    stopped = teach(state="parts", on_epoch=stop)
    assert stopped.history.ended == "cancelled" and len(stopped.history.epochs) == 1
    again = teach(state="parts", on_epoch=lambda pupil, epoch: taught.append(epoch.number))
    assert taught == [2, 3]
    assert plain(again) == whole


def test_stopping_before_the_first_epoch_leaves_nothing(teach: "Callable[..., TranscriptOutcome]") -> None:
    def stop(step: Step) -> None:
        if step.fraction > 0.1:
            raise CancelledError("enough")

    with pytest.raises(CancelledError):
        teach(report=stop)


def test_steps_rise_to_the_whole(teach: "Callable[..., TranscriptOutcome]") -> None:
    steps: list[Step] = []
    teach(replace(QUICK, epochs=1, options=(("compare", True),)), report=steps.append)
    done = [step.fraction for step in steps]
    assert done == sorted(done)
    assert done[-1] == 1.0


def test_an_untrained_rival_is_taught_where_that_is_asked(teach: "Callable[..., TranscriptOutcome]") -> None:
    options = (("compare", True), ("masked", 0.1))
    found = teach(replace(QUICK, epochs=1, options=options))
    assert found.untrained is not None and found.untrained.name == "untrained"
    assert teach(replace(QUICK, epochs=1), state="alone").untrained is None


def test_a_loss_that_is_no_number_ends_the_run_with_the_best_epoch(
    teach: "Callable[..., TranscriptOutcome]", monkeypatch: pytest.MonkeyPatch
) -> None:
    plain_pass, seen = TranscriptCourse._pass, [0]

    def broken(self: TranscriptCourse, *arguments: Any) -> Any:
        loss, texts = plain_pass(self, *arguments)
        seen[0] += loss.requires_grad
        return (loss * float("nan") if seen[0] > 3 else loss), texts

    monkeypatch.setattr(TranscriptCourse, "_pass", broken)
    # 12 sounds for learning, 8 a step: two steps an epoch, and the fourth is the first without a number
    found = teach()
    assert found.history.ended == "diverged"
    assert found.history.best == 1
    seen[0] = 3
    with pytest.raises(MethodError, match="no longer a number"):
        teach(state="at once")


def test_a_full_disk_ends_the_run_with_what_was_learned(
    teach: "Callable[..., TranscriptOutcome]", monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(self: Keeper, state: object) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(Keeper, "save", full)
    found = teach()
    assert found.history.ended == "full disk"
    assert found.history.best == 1


def test_a_copy_that_cannot_be_written_is_told(
    teach: "Callable[..., TranscriptOutcome]", monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object, **_more: object) -> None:
        raise OSError(errno.ENOSPC, "no space left")

    monkeypatch.setattr(transformers.Wav2Vec2ForCTC, "save_pretrained", full)
    with pytest.raises(ModelError, match="could not be written"):
        teach(replace(QUICK, epochs=1))


@pytest.mark.parametrize("small", [one for one in SPEAKING if not one.settings.get("add_adapter")], ids=str)
def test_a_sound_beside_longer_ones_says_what_it_says_alone(
    paired: "Callable[[Small], Pair]", small: Small, tmp_path: Path
) -> None:
    """The convolutions ran beforehand and the rest is padded; alone, the whole model hears the sound itself."""
    data, model = written(tmp_path, 6), paired(small).model
    pupil = recogniser.copy(model, ("<pad>", "|", "a", "b"))
    sounds, refused = heard(model, pupil.module, data, range(6), silent)
    assert not refused
    with torch.no_grad(), given(pupil.module) as convolved:
        beside, counts = logits(pupil.module, together(list(sounds.values()), convolved))
        lone, _count = logits(pupil.module, together([sounds[0]], convolved))
    with torch.no_grad():
        direct = pupil.module(**model.inputs(data.clip(0))).logits
    np.testing.assert_allclose(lone[0, : direct.shape[1]].numpy(), direct[0].numpy(), atol=1e-4)
    if model.family.name not in LEAKING:
        np.testing.assert_allclose(beside[0, : int(counts[0])].numpy(), direct[0].numpy(), atol=1e-4)


def test_layers_can_start_anew(bundled: LoadedModel) -> None:
    plain_copy = recogniser.copy(bundled, ("<pad>", "|", "a")).module.state_dict()
    anew = recogniser.copy(bundled, ("<pad>", "|", "a"), afresh=2).module.state_dict()
    differing = {name.split(".")[3] for name, value in anew.items() if not torch.equal(value, plain_copy[name])}
    assert differing == {"6", "7"}, "the top two of eight"


@pytest.mark.parametrize("small", [one for one in ONE_EACH if not one.family.ctc], ids=str)
def test_what_writes_nothing_is_refused(paired: "Callable[[Small], Pair]", small: Small) -> None:
    with pytest.raises(MethodError, match="letter by letter"):
        recogniser.copy(paired(small).model, ("<pad>", "|", "a"))
