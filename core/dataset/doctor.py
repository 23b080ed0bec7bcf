"""The training doctor: what would spoil or flatter a result, before a run and after it, each with what to do."""

from collections.abc import Iterable, Sequence

from core.dataset import _earlier_findings, _outcome_findings, _set_findings, _shortcut_findings, _side_findings
from core.dataset.division import Division
from core.dataset.findings import Finding
from core.dataset.prepared import PreparedSet
from core.evaluation.compare import Comparison, compare
from core.finetuning.outcome import Outcome
from core.progress import Report, silent
from core.text import _

__all__ = ["Finding", "after", "bad", "before"]

RANK = {"stop": 0, "warning": 1, "note": 2, "good": 3}


def before(data: PreparedSet, divisions: Sequence[Division], report: Report = silent) -> tuple[Finding, ...]:
    """Look at a prepared set and its split before anything is learned; what is worst comes first.

    Reads every sound once, to look for copies. A set of transcripts has no classes, and is not asked about them.
    """
    if not data.items:
        return (Finding("empty", "stop", _("There is no sound in this set."), _("Add sounds.")),)
    found = [*_set_findings.of_sounds(data), *_side_findings.of_groups(data, divisions)]
    found += _side_findings.of_copies(data, divisions, report)
    found += _side_findings.of_sizes(data, divisions)
    if data.task == "classes":
        labelled = list(_set_findings.of_labels(data))
        found += labelled
        if not any(finding.severity == "stop" for finding in (*found, *labelled)):
            found += _side_findings.of_confounding(data)
            found += _shortcut_findings.of_shortcuts(data, divisions)
    return _ordered(found)


def after(data: PreparedSet, outcome: Outcome, compared: Comparison | None = None) -> tuple[Finding, ...]:
    """Look at a finished run on ``data``; what is worst comes first.

    compared  its comparison with the fair partner, where that was made already
    """
    compared = compared or compare(outcome.before, outcome.after)
    return _ordered(
        [
            *_outcome_findings.of_learning(outcome, compared),
            *_outcome_findings.of_test_size(compared),
            *_outcome_findings.of_histories(outcome),
            *_outcome_findings.of_split(data, outcome),
            *_earlier_findings.of_earlier_runs(data, outcome),
        ]
    )


def bad(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    """Keep what would mislead or makes a run senseless."""
    return tuple(finding for finding in findings if finding.severity in ("stop", "warning"))


def _ordered(findings: Iterable[Finding]) -> tuple[Finding, ...]:
    return tuple(sorted(findings, key=lambda finding: RANK[finding.severity]))
