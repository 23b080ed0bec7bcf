"""From a prepared set and a model to a taught copy with its before and after: everything in one call."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version
from typing import TYPE_CHECKING

from core.clip import Clip
from core.dataset.division import Division
from core.dataset.prepared import PreparedSet
from core.errors import CancelledError, MethodError, StrataError
from core.evaluation.predictions import Predictions
from core.finetuning import befores, choosing, export, inside, loop, pupils
from core.finetuning.disk import in_words
from core.finetuning.history import Epoch, History
from core.finetuning.keepsakes import keep_epoch
from core.finetuning.outcome import Inside, Outcome
from core.finetuning.pupil import Pupil
from core.finetuning.runs import Failure, RunFolder
from core.finetuning.search import SearchSettings
from core.finetuning.settings import FineTuneSettings, SplitSettings
from core.finetuning.tensorboard import Board
from core.progress import Report, Step, silent
from core.text import _

if TYPE_CHECKING:
    from core.loading import LoadedModel

PACKAGES = ("torch", "transformers", "peft", "numpy", "scikit-learn")
LISTENED = 40  # held-out sounds on which the inside is compared, at most


@dataclass(frozen=True, eq=False)
class Lesson:
    """What one division gave: the copy that was taught on it, how that went, and what everyone said of its test."""

    settings: FineTuneSettings
    pupil: Pupil
    history: History
    before: tuple[Predictions, ...]
    after: Predictions


@dataclass(frozen=True, eq=False)
class Course:
    """What stays the same over all divisions of a run."""

    model: "LoadedModel"
    data: PreparedSet
    settings: FineTuneSettings
    run: RunFolder
    clip: Clip | None
    search: SearchSettings | None

    @property
    def truth(self) -> int | None:
        """Class of the clip that is watched; None where that is not known."""
        place = self.run.asked.clip
        label = self.data.items[place].label if 0 <= place < len(self.data.items) else ""
        return self.data.labels.index(label) if label in self.data.labels else None


def fine_tune(
    model: "LoadedModel",
    data: PreparedSet,
    divisions: Sequence[Division],
    split: SplitSettings,
    settings: FineTuneSettings,
    run: RunFolder,
    report: Report = silent,
    clip: Clip | None = None,
    search: SearchSettings | None = None,
) -> Outcome:
    """Teach a copy of a model on each division, test it beside honest baselines, and keep everything in the run.

    Where there are several divisions, what is said of their tests is put together, and the copy that was taught on the
    first is the one that is kept.

    clip    whose way through the epochs of the first division is kept
    search  settings are tried on each division and the best taken, by its own sounds for stopping

    A run that was interrupted goes on after its last finished epoch. Cancelling keeps what was finished; where nothing
    was, CancelledError. The shared model is only read. StrataError where the run cannot be done; it is written down.
    """
    begun, course = time.monotonic(), Course(model, data, settings, run, clip, search)
    try:
        with run.at_work():
            lessons = _lessons(course, divisions, report)
            changed = _inside(course, divisions[0], lessons[0].pupil, report)
            outcome = _outcome(course, divisions, split, lessons, changed, time.monotonic() - begun)
            report(Step(0, 1, _("The taught copy is saved")))
            export.save(lessons[0].pupil, run.tuned, model, data, outcome)
            run.write_outcome(outcome)
            return outcome
    except CancelledError:
        raise
    except OSError as cause:
        raise in_words(cause) from cause  # not written down as failed: the run can go on
    except StrataError as error:
        run.write_failure(Failure(str(error), error.hint))
        raise


def _lessons(course: Course, divisions: Sequence[Division], report: Report) -> list[Lesson]:
    found: list[Lesson] = []
    for number, division in enumerate(divisions):
        try:
            lesson = _lesson(course, division, number, _numbered(report, number, len(divisions)))
        except CancelledError:
            if not found:
                raise
            break
        if lesson is None:
            break
        found.append(lesson)
        if lesson.history.ended == "cancelled":
            break
    if not found:
        raise CancelledError(_("Stopped before the first epoch was over."), hint=_("Start again when you like."))
    return found


def _numbered(report: Report, number: int, count: int) -> Report:
    if count == 1:
        return report

    def told(step: Step) -> None:
        part = _("Part {number} of {count}: {note}").format(number=number + 1, count=count, note=step.note)
        report(Step(step.done, step.total, part))

    return told


def _lesson(course: Course, division: Division, number: int, report: Report) -> Lesson | None:
    """Teach on one division and ask everyone about its test; None where it was stopped before its first epoch."""
    data, run = course.data, course.run
    settings = choosing.best(course.model, data, division, course.settings, course.search, run, report, number)
    pupil = pupils.copy(course.model, data.labels, settings)
    watched = course.clip if number == 0 else None
    truth = course.truth
    if watched is not None:
        keep_epoch(run.epochs, pupil, course.model, watched, 0, truth)
    with Board(run.board / str(number)) as board:

        def on_epoch(taught: Pupil, epoch: Epoch) -> None:
            run.add_epoch(epoch, number)
            board.add(taught, epoch)
            if watched is not None:
                keep_epoch(run.epochs, taught, course.model, watched, epoch.number, truth)

        history = loop.teach(pupil, data, division, settings, run.state / str(number), report, on_epoch)
    if not history.best:
        if history.ended == "cancelled":
            return None
        raise MethodError(history.reason, hint=_("Try a smaller learning rate, or another way of teaching."))
    probabilities = loop.predict(pupil, data, division.test, report)
    after = Predictions.of_test("after", data, division, probabilities)
    return Lesson(settings, pupil, history, befores.asked(course.model, data, division, settings, report), after)


def _inside(course: Course, division: Division, pupil: Pupil, report: Report) -> Inside:
    clips = [course.data.clip(index) for index in division.test[:LISTENED]]
    return inside.measure(course.model, pupil, clips, report)


def _outcome(
    course: Course,
    divisions: Sequence[Division],
    split: SplitSettings,
    lessons: Sequence[Lesson],
    changed: Inside,
    seconds: float,
) -> Outcome:
    return Outcome(
        run=course.run.token,
        model=course.model.spec,
        data=course.data.key,
        title=course.data.title,
        settings=lessons[0].settings,
        split=split,
        divisions=tuple(divisions[: len(lessons)]),
        histories=tuple(lesson.history for lesson in lessons),
        before=tuple(befores.joined(said) for said in zip(*(lesson.before for lesson in lessons), strict=True)),
        after=befores.joined([lesson.after for lesson in lessons]),
        inside=changed,
        tuned=course.run.tuned,
        seconds=seconds,
        versions={name: version(name) for name in PACKAGES},
    )
