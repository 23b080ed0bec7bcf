"""Which prepared sets have to stay, because a run still needs them."""

from contextlib import suppress
from pathlib import Path

from core.errors import ModelError
from core.finetuning.runs import runs


def needed_sets(home: Path) -> frozenset[str]:
    """Name the prepared sets of runs that are kept or worked on; a run whose files are damaged needs none."""
    found = set()
    for run in runs(home):
        with suppress(ModelError):
            if run.kept or run.status == "at work":
                found.add(run.asked.data)
    return frozenset(found)
