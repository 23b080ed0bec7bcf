"""Do what a run was asked for, whether its sounds have classes or transcripts."""

import shutil
from collections.abc import Callable
from typing import TYPE_CHECKING

from core.dataset.prepared import PreparedSet
from core.errors import CancelledError, StrataError
from core.finetuning.history import Epoch
from core.finetuning.outcome import Outcome
from core.finetuning.runs import Failure, RunFolder
from core.progress import Report, silent
from core.room import use

if TYPE_CHECKING:
    from core.finetuning.pupil import Pupil
    from core.finetuning.transcription.outcome import TranscriptOutcome
    from core.loading import LoadedModel

Lend = Callable[[], "LoadedModel"]


def carry_out(run: RunFolder, data: PreparedSet, lend: Lend, report: Report = silent) -> "Outcome | TranscriptOutcome":
    """Begin a run, or go on with it after an interruption, and leave its outcome in its folder.

    lend  gives the model that the run speaks of

    CancelledError where nothing was finished before it was stopped; StrataError where it cannot be done, written down.
    """
    use(data.folder)
    return _transcripts(run, data, lend, report) if data.task == "transcripts" else _classes(run, data, lend, report)


def _classes(run: RunFolder, data: PreparedSet, lend: Lend, report: Report) -> Outcome:
    from core.dataset.splits import divide
    from core.finetuning.fine_tune import fine_tune

    asked = run.asked
    clip = data.clip(asked.clip) if 0 <= asked.clip < len(data.items) else None
    divisions = divide(data, asked.split)
    return fine_tune(lend(), data, divisions, asked.split, asked.settings, run, report, clip, asked.search)


def _transcripts(run: RunFolder, data: PreparedSet, lend: Lend, report: Report) -> "TranscriptOutcome":
    from core.dataset.splits import divide
    from core.finetuning.disk import in_words
    from core.finetuning.transcription.record import write_outcome
    from core.finetuning.transcription.transcripts import teach_transcripts

    asked = run.asked
    division = divide(data, asked.split)[0]

    def on_epoch(pupil: "Pupil", epoch: Epoch) -> None:
        run.add_epoch(epoch)

    try:
        with run.at_work():
            settings = asked.settings
            outcome = teach_transcripts(lend(), data, division, settings, run.state, run.tuned, report, on_epoch)
            write_outcome(outcome, run.path)
            shutil.rmtree(run.state, ignore_errors=True)
            return outcome
    except CancelledError:
        raise
    except OSError as cause:
        # not written down as failed: the run can go on
        raise in_words(cause) from cause
    except StrataError as error:
        run.write_failure(Failure(str(error), error.hint))
        raise
