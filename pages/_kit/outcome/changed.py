"""What the teaching changed inside the model."""

import streamlit as st

from core.figures import inside as charts
from core.text import _
from pages._kit.outcome import figure
from pages._kit.outcome.judged import Judged


def draw(found: Judged) -> None:
    """Draw how far each layer drifted, what the head reads, and over which distance heads look."""
    inside = found.outcome.inside
    st.header(_("What changed inside"), anchor=False)
    left, right = st.columns(2, gap="large")
    with left:
        if inside.drift.size:
            figure.draw(charts.drift(inside.drift, inside.frames), "drift")
            if inside.drift.min() > 0.9995:
                st.caption(_("Nothing: only the head on top learned, every layer says what it said before."))
        else:
            st.caption(_("There are too few held-out moments to compare the layers."))
    with right:
        if inside.layer_weights.size > 1:
            figure.draw(charts.layer_weights(inside.layer_weights), "layer weights")
            st.caption(_("What the head takes from a layer is what helped it here; other layers may hold the same."))
        else:
            st.caption(_("The head reads the last layer only."))
    if inside.span_after.size and inside.span_before.shape == inside.span_after.shape:
        with st.expander(_("Over which distance each head looks"), icon=":material/visibility:"):
            figure.draw(charts.spans(inside.span_before, inside.span_after), "spans")
