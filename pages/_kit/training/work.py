"""What a run does in the background; nothing here touches the page."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from core.dataset.prepared import PreparedSet
from core.finetuning.runs import RunFolder
from core.progress import Report
from core.shelf import Shelf

if TYPE_CHECKING:
    from core.loading import LoadedModel


def of(run: RunFolder, data: PreparedSet, shelf: "Shelf[LoadedModel]") -> Callable[[Report], Any]:
    """Make the work of a run, which is begun or gone on with alike."""

    def task(report: Report) -> Any:
        from core.finetuning.carrying_out import carry_out

        return carry_out(run, data, lambda: shelf.get(run.asked.model), report)

    return task
