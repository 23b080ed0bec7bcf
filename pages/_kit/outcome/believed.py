"""Whether the probabilities can be believed, and how each class fares."""

import streamlit as st

from core.evaluation.metrics import PRECISION, RECALL
from core.figures import judged as charts
from core.text import _
from pages._kit import figure
from pages._kit.outcome.judged import Judged, per_class, reliable, who


def draw(found: Judged) -> None:
    """Draw the reliability plot beside the calibration error and its floor."""
    before, after, floor = reliable(found)
    error = found.whole["ECE"]["after"]
    st.header(
        _("Can its confidence be believed?"),
        anchor=False,
        help=_(
            "Answers are sorted by how sure it was. On the dashed line, of answers given with 80 %, 80 % are right."
        ),
    )
    names = (who(found.partner.name), who("after"))
    figure.draw(charts.reliability(before, after, floor, names), "outcome", "reliability")
    st.caption(
        _(
            "Calibration error after: {error:.3f} ({low:.3f} to {high:.3f}). With as few sounds as these even a "
            "perfectly honest model would show about {floor:.3f}, and up to {most:.3f} in 95 of 100 tests. {verdict}"
        ).format(
            error=error.value, low=error.low, high=error.high, floor=floor.mean, most=floor.high,
            verdict=_verdict(error.value, floor.high),
        )
    )  # fmt: skip


def _verdict(error: float, most: float) -> str:
    if error <= most:
        return _("So nothing here says that it is too sure or too unsure.")
    return _("It is more than that: do not take its percentages at their word.")


def classes(found: Judged) -> None:
    """Draw precision and recall per class, before and after."""
    st.header(_("Class by class"), anchor=False)
    for column, metric in zip(st.columns(2, gap="large"), (RECALL, PRECISION), strict=True):
        with column:
            st.markdown(f"**{_(metric.title)}**", help=_(metric.summary))
            numbers = per_class(found, metric.name)
            figure.draw(
                charts.classes(found.after.labels, numbers, _(metric.title)), "outcome", f"{metric.name} by class"
            )
    st.caption(
        _("The lines hold the true share in 95 of 100 such tests. A class never named has no mark on the right.")
    )
