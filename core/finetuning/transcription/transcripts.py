"""From a recogniser and minutes of speech with transcripts to a taught copy, before and after: all in one call."""

import time
from dataclasses import dataclass
from pathlib import Path

from core.dataset.division import Division
from core.dataset.prepared import PreparedSet
from core.errors import CancelledError, MethodError
from core.finetuning.history import Epoch, History
from core.finetuning.loop import OnEpoch, go_through, unwatched
from core.finetuning.pupil import Pupil
from core.finetuning.resume import Keeper, key_of, sketch
from core.finetuning.settings import FineTuneSettings
from core.finetuning.transcription import export, recogniser, texts
from core.finetuning.transcription.card import card_of
from core.finetuning.transcription.decoding import write, write_before
from core.finetuning.transcription.front import heard
from core.finetuning.transcription.learning import Lesson, TranscriptCourse
from core.finetuning.transcription.options import TranscriptOptions
from core.finetuning.transcription.outcome import TranscriptOutcome
from core.finetuning.transcription.summary import Texts, summed_up
from core.finetuning.transcription.vocabulary import symbols_of
from core.loading import LoadedModel
from core.progress import Report, Step, silent
from core.text import _

PARTS = 1000  # steps that a whole run reports
HEARD, BEFORE = 0.03, 0.02  # share of them for the convolutions, and for what the pretrained model writes


@dataclass(frozen=True, eq=False)
class Task:
    """One run: who is taught what, where its state lies, and the sounds and texts as they are used."""

    model: LoadedModel
    data: PreparedSet
    division: Division
    settings: FineTuneSettings
    state: Path
    symbols: tuple[str, ...]
    pupil: Pupil
    lesson: Lesson
    test: tuple[int, ...]
    left_out: dict[int, str]


def teach_transcripts(
    model: LoadedModel,
    data: PreparedSet,
    division: Division,
    settings: FineTuneSettings,
    state: Path,
    tuned: Path,
    report: Report = silent,
    on_epoch: OnEpoch = unwatched,
) -> TranscriptOutcome:
    """Teach a copy of a recogniser to write ``data``'s transcripts, and compare before and after on held-out sounds.

    settings  ``options`` are those of ``TranscriptOptions``; class weights, smoothing, focal loss, ``augment``,
              ``unlabelled`` and ``adversarial`` mean nothing here
    state     folder for what a killed run goes on from; ``tuned``: where the taught copy is written to
    report    hears steps of the whole; may raise CancelledError: what was learned until then is judged, and where no
              epoch was finished CancelledError is raised

    Raises DatasetError where too few sounds have transcripts, MethodError where the model cannot be taught to write or
    the loss stops being a number in the first epoch, and ModelError where the taught copy cannot be written.
    """
    begun = time.monotonic()
    task = _begun(model, data, division, settings, state, part(report, 0.0, HEARD))
    before = write_before(model, data, task.test, part(report, HEARD, BEFORE))
    compare = TranscriptOptions(**dict(settings.options)).compare
    share = (1.0 - HEARD - BEFORE) / (2 if compare else 1)
    own = part(report, HEARD + BEFORE, share)
    history = _teach(task, task.pupil, "taught", own, on_epoch)
    _demand_learned(history)
    rival = _rival(task, part(report, 1.0 - share, share)) if compare and history.ended != "cancelled" else None
    written = Texts(before, write(task.pupil, task.lesson.sounds, task.test), rival)
    outcome = summed_up(task, history, written, tuned, time.monotonic() - begun)
    source = ", ".join(text for text in (data.source, data.licence) if text)
    export.save(task.pupil, tuned, card_of(outcome, model.card.licence, source))
    return outcome


def part(report: Report, first: float, share: float) -> Report:
    """Let a part of a run report its own steps as a share of the whole."""

    def hear(step: Step) -> None:
        report(Step(round(PARTS * (first + share * step.fraction)), PARTS, step.note))

    return hear


def _begun(
    model: LoadedModel, data: PreparedSet, division: Division, settings: FineTuneSettings, state: Path, report: Report
) -> Task:
    """Read the transcripts, make the copy, run the convolutions."""
    known = texts.read(data, division)
    texts.demand_enough(known, division)
    symbols = symbols_of(known.of[index] for index in known.among(division.train))
    afresh = TranscriptOptions(**dict(settings.options)).afresh
    pupil = recogniser.copy(model, symbols, afresh, settings.dropout, settings.seed)
    sounds, refused = heard(model, pupil.module, data, tuple(known.of), report)
    known = known.leave_out(refused)
    texts.demand_enough(known, division)
    lesson = Lesson(sounds, known.of, known.among(division.train), known.among(division.validation))
    test = known.among(division.test)
    return Task(model, data, division, settings, state, symbols, pupil, lesson, test, known.left_out)


def _teach(task: Task, pupil: Pupil, kind: str, report: Report, on_epoch: OnEpoch) -> History:
    """Teach one copy; the best of its epochs has the fewest wrong letters on the sounds for stopping."""
    course = TranscriptCourse(pupil, task.lesson, task.division, task.settings)
    known = task.model.spec, pupil.labels, pupil.parts, sketch(pupil.module)
    key = key_of(task.data.key, task.division, task.settings, *known)
    history = go_through(course, Keeper(task.state / kind, key), report, on_epoch, wrong_letters)
    pupil.module.requires_grad_(False)
    return history


def wrong_letters(epoch: Epoch) -> float:
    """What is lowest at the best epoch: the character error rate, 1 at most; of equal ones the lower loss."""
    return (1.0 - (epoch.validation_accuracy or 0.0)) + 1e-6 * (epoch.validation_loss or 0.0)


def _rival(task: Task, report: Report) -> tuple[str, ...] | None:
    """Teach the same model from random numbers; None where that was cancelled or came to nothing."""
    settings = task.settings
    pupil = recogniser.untrained(task.model, task.symbols, settings.dropout, settings.seed)
    history = _teach(task, pupil, "untrained", report, unwatched)
    return write(pupil, task.lesson.sounds, task.test) if history.ended in ("finished", "early") else None


def _demand_learned(history: History) -> None:
    if history.best:
        return
    if history.ended == "cancelled":
        raise CancelledError(_("The run was cancelled before the first epoch was finished."))
    raise MethodError(
        _("Nothing was learned: the loss was no longer a number in the first epoch."),
        hint=_("Choose a lower learning rate."),
    )
