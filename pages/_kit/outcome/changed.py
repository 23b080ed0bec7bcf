"""What the teaching changed inside the model."""

import streamlit as st

from core.figures import inside as charts
from core.text import _
from pages._kit import figure
from pages._kit.outcome.judged import Judged

UNCHANGED = 0.9995  # likeness from which a layer counts as untouched


def draw(found: Judged) -> None:
    """Draw how far each layer drifted, what the head reads, and over which distance heads look."""
    st.header(_("What changed inside"), anchor=False)
    left, right = st.columns(2, gap="large")
    with left:
        _drift(found)
    with right:
        _weights(found)
    _spans(found)


def _drift(found: Judged) -> None:
    inside = found.outcome.inside
    st.subheader(
        _("Does each layer still say the same?"),
        anchor=False,
        help=_(
            "What each layer gives for held-out sounds, before against after: one minus their likeness (unbiased "
            "linear CKA). At 0 it says the same as before; the higher, the more it was rebuilt."
        ),
    )
    if not inside.drift.size:
        st.caption(_("There are too few held-out moments to compare the layers."))
    elif inside.drift.min() > UNCHANGED:
        st.markdown(_("Yes, every one of them: only the head on top learned."))
    else:
        figure.draw(charts.drift(inside.drift, inside.frames), "outcome", "drift")
        st.caption(
            _("Measured on {frames:,} moments of sounds that it did not learn from.").format(frames=inside.frames)
        )


def _weights(found: Judged) -> None:
    inside = found.outcome.inside
    st.subheader(
        _("Which layers does the new head read?"),
        anchor=False,
        help=_("The head learns how much of each layer to take. The shares add up to 100 %."),
    )
    if inside.layer_weights.size > 1:
        figure.draw(charts.layer_weights(inside.layer_weights), "outcome", "layer weights")
        st.caption(
            _("Dashed: an even share. What it takes from a layer is what helped it here; others may hold the same.")
        )
    else:
        st.markdown(_("The last layer only."))


def _spans(found: Judged) -> None:
    inside = found.outcome.inside
    same_shape = inside.span_before.shape == inside.span_after.shape
    untouched = not inside.drift.size or inside.drift.min() > UNCHANGED
    if not inside.span_after.size or not same_shape or untouched:
        return
    st.subheader(
        _("Over which distance does each head look?"),
        anchor=False,
        help=_("Mean distance in seconds between a moment and those that a head draws on. Each dot is one head."),
    )
    figure.draw(charts.spans(inside.span_before, inside.span_after), "outcome", "spans")
    st.caption(_("On the dashed line nothing changed; above it a head looks further than before."))
