"""Kept runs that were tested on the same sounds answer together."""

import streamlit as st

from core.errors import DatasetError
from core.evaluation.intervals import Estimate, estimate
from core.evaluation.metrics import ACCURACY
from core.figures import judged as charts
from core.finetuning import ensemble
from core.finetuning.outcome import Outcome
from core.text import _, n_
from pages._kit import earlier, engine, figure
from pages._kit.earlier import Earlier
from pages._kit.outcome.judged import Judged

MOST = 8  # runs that answer together


def draw(found: Judged) -> None:
    """Draw how good the kept runs are together, beside each alone; say how to get there where there is one only."""
    st.header(
        _("Several runs together"),
        anchor=False,
        help=_("Each kept run gives its probabilities, and their average answers: single mistakes may cancel out."),
    )
    some = _alike(found)
    if len(some) < 2:
        st.caption(
            _("Keep at least two runs that were tested on the same sounds, for example with another seed or strategy: "
              "then they answer together here.")
        )  # fmt: skip
        return
    tokens = tuple(one.run.token for one, _outcome in some)
    rows = engine.once(("together", tokens), lambda: _rows(some))
    whole = _("all together")
    figure.draw(charts.estimates([*rows[:-1], (whole, rows[-1][1])], _(ACCURACY.title), whole), "outcome", "together")
    best = max(rows[:-1], key=lambda row: row[1].value)
    count = n_("{count} run", "{count} runs", len(some)).format(count=len(some))
    st.caption(
        _("{count} together are right in {share:.0%}; the best of them alone in {best:.0%}. Where the bars overlap "
          "widely, neither is shown to be better.").format(count=count, share=rows[-1][1].value, best=best[1].value)
    )  # fmt: skip


def _alike(found: Judged) -> list[tuple[Earlier, Outcome]]:
    """Find the kept runs that were tested on the same sounds as this one."""
    kept = []
    for one in earlier.ended():
        if one.asked.data != found.outcome.data or not one.run.kept:
            continue
        told = earlier.outcome(one.run)
        if told is not None and _same_test(found.outcome, told):
            kept.append((one, told))
    return kept[:MOST]


def _same_test(first: Outcome, second: Outcome) -> bool:
    try:
        ensemble.average((first, second))
    except DatasetError:
        return False
    return True


def _rows(some: list[tuple[Earlier, Outcome]]) -> list[tuple[str, Estimate]]:
    rows = [(f"{earlier.how(one)} ({one.run.token[:4]})", estimate(ACCURACY, told.after)) for one, told in some]
    joined = ensemble.average([told for _one, told in some])
    return [*rows, (ensemble.NAME, estimate(ACCURACY, joined))]
