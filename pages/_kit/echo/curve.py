"""The curve: what share of the picture can be recovered from every stop, beside the untaught network."""

import streamlit as st

from core.figures import recovered
from core.text import N_, _
from pages._kit import figure, present, session
from pages._kit.echo.view import View

KINDS = {"r2": N_("all of it"), "loudness": N_("loudness"), "shape": N_("broad shape"), "detail": N_("fine stripes")}


def draw(it: View) -> None:
    """Draw the curve of the chosen kind of detail."""
    st.header(_("How much is left, layer by layer"), anchor=False, help=_help())
    kind = st.segmented_control(
        _("Of what"),
        list(KINDS),
        default=session.recall("echo-kind", "r2"),
        required=True,
        format_func=lambda name: _(KINDS[name]),
        key="echo-kind-control",
        help=_(
            "The picture is taken apart: how loud each moment is; its broad shape over pitch, which tells vowels and "
            "consonants apart; and what is finer, such as the stripes that a voice's own pitch draws."
        ),
    )
    session.remember("echo-kind", kind)
    found = recovered.curve(it.learned, kind, len(present.trace().convolutions), it.stop.value)
    figure.draw(found, "echo", f"curve-{kind}", file=f"recovered {it.learned.model} {kind}")


def _help() -> str:
    return _(
        "Share of the variance of the picture (held-out R²) that a fitted straight line recovers from each layer. "
        "100 % is all of it, 0 % what the average picture tells. The band holds the true value in 95 of 100 such tests."
    )
