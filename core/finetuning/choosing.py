"""Choose the settings of a run by trying some, on the sounds for stopping; what was tried is kept with the run."""

from pathlib import Path
from typing import TYPE_CHECKING

from core.dataset.division import Division
from core.dataset.prepared import PreparedSet
from core.errors import CancelledError, MethodError
from core.finetuning import loop, pupils
from core.finetuning.history import History
from core.finetuning.runs import RunFolder
from core.finetuning.search import Found, SearchSettings, search
from core.finetuning.settings import FineTuneSettings
from core.progress import Report, Step, silent
from core.text import _

if TYPE_CHECKING:
    from core.loading import LoadedModel


def best(
    model: "LoadedModel",
    data: PreparedSet,
    division: Division,
    settings: FineTuneSettings,
    wanted: SearchSettings | None,
    run: RunFolder,
    report: Report = silent,
    number: int = 0,
) -> FineTuneSettings:
    """Return the settings that did best on the sounds for stopping; ``settings`` themselves where nothing is searched.

    number  of the division: each is searched by itself, because what one learns from tests another

    What was chosen before an interruption is taken again. MethodError where no try gave a number.
    """
    if wanted is None:
        return settings
    kept = run.read_trials(number)
    if kept is None:
        kept = _tried(model, data, division, settings, wanted, run.state / str(number), report)
        run.write_trials(kept, number)
    if kept.best is None:
        raise MethodError(
            _("None of the settings that were tried led anywhere."), hint=_("Search among smaller learning rates.")
        )
    return kept.best.settings


def _tried(
    model: "LoadedModel",
    data: PreparedSet,
    division: Division,
    settings: FineTuneSettings,
    wanted: SearchSettings,
    state: Path,
    report: Report,
) -> Found:
    number = 0

    def teach(point: FineTuneSettings) -> History:
        nonlocal number
        number += 1
        note = _("Trying settings {number}: {note}")

        def told(step: Step, at: int = number) -> None:
            report(Step(step.done, step.total, note.format(number=at, note=step.note)))

        pupil = pupils.copy(model, data.labels, point)
        return loop.teach(pupil, data, division, point, state / f"try-{number}", told)

    found = search(wanted, settings, teach, report, len(division.validation))
    if found.trials and found.trials[-1].history.ended == "cancelled":
        raise CancelledError(_("Stopped while settings were tried."), hint=_("Start again when you like."))
    return found
