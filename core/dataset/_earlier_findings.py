"""What the doctor sees in a run that began from a copy that was taught before: sounds of the test it knows already."""

from collections.abc import Iterator

from core.dataset import preparing
from core.dataset.findings import Finding
from core.dataset.home import home
from core.dataset.prepared import PreparedSet
from core.dataset.splits import divide
from core.errors import StrataError
from core.finetuning import runs
from core.finetuning.outcome import Outcome
from core.model_spec import ModelSpec
from core.text import _

DEEPEST = 20  # copies of copies that are followed back


def of_earlier_runs(data: PreparedSet, outcome: Outcome) -> Iterator[Finding]:
    """Say where tested sounds are among those that the model had learned from before this run, or that this is open."""
    learned, whole = _learned_before(outcome.model)
    tested = [index for division in outcome.divisions for index in division.test]
    known = tuple(index for index in tested if data.items[index].fingerprint in learned)
    if known:
        yield Finding(
            "learned before",
            "warning",
            _(
                "{count} of {tested} tested sounds are among those that this model learned from in an earlier run: the "
                "result does not tell how it does with new ones."
            ).format(count=len(known), tested=len(tested)),
            _("Divide the sounds as in the earlier run, with the same seed, or start from the model as it came."),
            known,
        )
    elif not whole:
        yield Finding(
            "learned before unknown",
            "note",
            _("Which sounds this model learned from in an earlier run cannot be told any more."),
            _("If they were the same sounds, start from the model as it came."),
        )


def _learned_before(model: ModelSpec) -> tuple[set[str], bool]:
    """Collect the fingerprints of what a model learned from in all runs behind it; False where one of them is gone."""
    found: set[str] = set()
    for _run in range(DEEPEST):
        if model.source != "tuned":
            return found, True
        try:
            asked = runs.find(model.name).asked
            data = preparing.find(asked.data, home())
            division = divide(data, asked.split)[0]
        except StrataError:
            return found, False
        heard = (*division.train, *division.validation, *division.unlabelled)
        found |= {data.items[index].fingerprint for index in heard}
        model = asked.model
    return found, False
