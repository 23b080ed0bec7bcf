"""How good the taught copy is, beside everything that it has to be compared with."""

import streamlit as st

from core.evaluation.calibration import METRICS
from core.figures import judged as charts
from core.text import _, n_
from pages._kit import figure, session
from pages._kit.outcome.judged import Judged, who


def draw(found: Judged) -> None:
    """Draw one metric for everyone who was asked, with intervals and what guessing gives."""
    st.header(_("How good is it, and beside what?"), anchor=False)
    metrics = {metric.name: metric for metric in METRICS}
    name = st.segmented_control(
        _("Measured by"),
        list(metrics),
        default=session.recall("outcome-metric", METRICS[0].name),
        required=True,
        format_func=lambda key: _(metrics[key].title),
        key="outcome-metric-control",
        help=" ".join(f"**{_(metric.title)}**: {_(metric.summary)}" for metric in METRICS),
    )
    session.remember("outcome-metric", name)
    metric, numbers = metrics[name], found.whole[name]
    share = metric.name in {"accuracy", "balanced accuracy", "macro F1"}
    learned = found.comparison.learned
    guessing = {"accuracy": learned.chance, "balanced accuracy": 1 / learned.classes}.get(name)
    line = None if guessing is None else (_("without listening"), guessing)
    rows = [(who(key), one) for key, one in numbers.items()]
    figure.draw(
        charts.estimates(rows, _(metric.title), who("after"), line, 1.0 if share else None, share),
        "outcome",
        f"compared {name}",
    )
    if guessing is not None:
        st.caption(_("Dashed: what can be had without listening."))
    st.caption(" ".join([_(metric.summary), _behind(found), found.comparison.partner.reason]))
    for caution in found.comparison.cautions:
        st.caption(f":material/warning: {caution}")


def _behind(found: Judged) -> str:
    sounds = n_("{count} held-out sound", "{count} held-out sounds", len(found.after.items)).format(
        count=len(found.after.items)
    )
    if not found.after.speakers:
        return _("Measured on {sounds}; the bars hold the true value in 95 of 100 such tests.").format(sounds=sounds)
    voices = n_("{count} voice or group", "{count} voices or groups", found.after.speakers).format(
        count=found.after.speakers
    )
    return _(
        "Measured on {sounds} of {voices}, drawn again group by group for the bars, which hold the true value in 95 of "
        "100 such tests."
    ).format(sounds=sounds, voices=voices)
