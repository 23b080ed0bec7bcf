"""What a run does in the background; nothing here touches the page."""

import shutil
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from core.dataset.prepared import PreparedSet
from core.errors import CancelledError, StrataError
from core.finetuning.history import Epoch
from core.finetuning.runs import Failure, RunFolder
from core.progress import Report
from core.shelf import Shelf

if TYPE_CHECKING:
    from core.finetuning.pupil import Pupil
    from core.loading import LoadedModel

Work = Callable[[Report], Any]


def of(run: RunFolder, data: PreparedSet, shelf: "Shelf[LoadedModel]") -> Work:
    """Make the work of a run, which is begun or gone on with alike."""
    return _transcripts(run, data, shelf) if data.task == "transcripts" else _classes(run, data, shelf)


def _classes(run: RunFolder, data: PreparedSet, shelf: "Shelf[LoadedModel]") -> Work:
    def task(report: Report) -> Any:
        from core.dataset.splits import divide
        from core.finetuning.fine_tune import fine_tune

        asked = run.asked
        model = shelf.get(asked.model)
        divisions = divide(data, asked.split)
        clip = data.clip(asked.clip) if asked.clip >= 0 else None
        return fine_tune(
            model, data, divisions, asked.split, asked.settings, run, report, clip=clip, search=asked.search
        )

    return task


def _transcripts(run: RunFolder, data: PreparedSet, shelf: "Shelf[LoadedModel]") -> Work:
    def task(report: Report) -> Any:
        from core.dataset.splits import divide
        from core.finetuning.transcription.record import write_outcome
        from core.finetuning.transcription.transcripts import teach_transcripts

        asked = run.asked
        division = divide(data, asked.split)[0]

        def on_epoch(pupil: "Pupil", epoch: Epoch) -> None:
            run.add_epoch(epoch)

        try:
            with run.at_work():
                model = shelf.get(asked.model)
                outcome = teach_transcripts(
                    model, data, division, asked.settings, run.state, run.tuned, report, on_epoch
                )
                write_outcome(outcome, run.path)
                shutil.rmtree(run.state, ignore_errors=True)
                return outcome
        except CancelledError:
            raise
        except StrataError as error:
            run.write_failure(Failure(str(error), error.hint))
            raise

    return task
