"""Which layers resemble which, and how much each of them changes what it receives."""

import streamlit as st

from core import similarity
from core.errors import MethodError
from core.figures import charts
from core.figures.figure import Figure
from core.similarity import Likeness, Steps
from core.text import N_, _
from pages._kit import engine, errors, figure, present, session
from pages._kit.layers import pictures
from pages._kit.layers.stops import Stop

CHANGES = {"difference": N_("what it finds alike"), "step": N_("how far it moves it")}


def measured() -> tuple[Likeness, Steps]:
    """Compare all layers of the chosen model on the chosen clip; MethodError where the clip is too short."""
    trace = present.trace()

    def compare() -> tuple[Likeness, Steps]:
        found = similarity.likeness(similarity.shared_frames(trace))
        return found, similarity.steps(trace, found)

    return engine.once(pictures.key("alike"), compare)


def draw(stop: Stop) -> None:
    """Draw the likeness of all layers beside the change from layer to layer."""
    try:
        likeness, steps = measured()
    except MethodError as error:
        st.header(_("Which layers resemble which"), anchor=False)
        errors.show(error)
        return
    left, right = st.columns(2, gap="large")
    with left:
        st.header(_("Which layers resemble which"), anchor=False, help=_(similarity.MEANING))
        chosen = None if stop.is_convolution else stop.value
        _figure(charts.likeness(likeness, chosen, light=st.context.theme.type != "dark"), "likeness")
    with right:
        st.header(_("What each layer changes"), anchor=False, help=_(similarity.STEP_MEANING))
        _change(likeness, steps)
    if likeness.caution:
        chance = _("Here chance gives a likeness of {chance:.2f}.").format(chance=round(likeness.chance, 2) + 0.0)
        st.caption(f"{likeness.caution} {chance}")


def _change(likeness: Likeness, steps: Steps) -> None:
    shown = st.segmented_control(
        _("Measured by"),
        list(CHANGES),
        default=session.recall("layers-change", "difference"),
        required=True,
        format_func=lambda name: _(CHANGES[name]),
        key="layers-change-control",
        help=_(
            "What it finds alike: 0 means the same moments stay alike, 1 means nothing of that is left. How far it "
            "moves it: the length of the change as a share of what came in."
        ),
    )
    session.remember("layers-change", shown)
    found = charts.difference(steps, likeness.chance) if shown == "difference" else charts.step(steps)
    _figure(found, f"change-{shown}")


def _figure(found: Figure, name: str) -> None:
    figure.draw(found, "layers", name, file=f"{name} {session.chosen().clip}")
