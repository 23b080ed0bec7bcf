"""Which model: the card of the chosen one, and the way to another, with its cost before it is loaded."""

from dataclasses import replace
from typing import TYPE_CHECKING, Literal

import streamlit as st

from core import catalogue, device, sources
from core.errors import StrataError
from core.model_spec import ModelCard, ModelSpec
from core.progress import Step
from core.text import _, n_
from pages._kit import engine, errors, present, session
from pages._kit.plain import plain
from pages._kit.policy import policy

if TYPE_CHECKING:
    from core.cost import Cost

EXAMPLE = "facebook/wav2vec2-base-960h"


def draw() -> None:
    """Draw the card of the chosen model and the button that leads to others."""
    with st.container(border=True, key="model-card"):
        with errors.shown():
            _card(present.card())
        if st.button(
            _("Choose another model"),
            key="choose-model",
            width="stretch",
            icon=":material/swap_horiz:",
            help=_("Shipped ones, suggestions, any of the hub, or a folder; the cost is said first."),
        ):
            _choose()


def _card(card: ModelCard) -> None:
    ready = engine.model_ready(present.spec())
    st.markdown(f"**{plain(card.title)}**")
    told = _("{layers} layers, {heads} heads in each, {parameters} learned numbers")
    if not card.heads:
        told = _("{layers} layers, no attention, {parameters} learned numbers")
    shape = told.format(layers=card.layers, heads=card.heads, parameters=_count(card.parameters))
    st.caption(f"{plain(card.family_title)} · {shape}")
    st.caption(_can(card))
    if card.licence:
        st.caption(_("Licence: {licence}").format(licence=plain(card.licence)))
    st.caption(_("In memory, ready for any sound.") if ready else _("Not in memory yet; it is loaded when needed."))


def _can(card: ModelCard) -> str:
    if card.speaks:
        return _("Writes what it hears, in {count} symbols.").format(count=len(card.symbols))
    if card.classifies:
        return n_(
            "Names what it hears: {count} class.", "Names what it hears: {count} classes.", len(card.labels)
        ).format(count=len(card.labels))
    if card.expects:
        return _("Learned without labels: says what it expects where it hears nothing.")
    if not card.heads:
        return _("Has no words to say: its layers can be looked at.")
    return _("Has no words to say: its layers and heads can be looked at.")


def _count(number: int) -> str:
    return _("{count} million").format(count=f"{number / 1e6:.3g}") if number >= 1e6 else f"{number:,}"


@st.dialog(" ", width="medium")
def _choose() -> None:
    st.header(_("Choose a model"), anchor=False)
    ways = {
        "shipped": _("Shipped with Strata"),
        "suggested": _("Suggested"),
        "hub": _("Any of the hub"),
        "folder": _("A folder"),
    }
    allowed = policy()
    if not allowed.local_folders:
        ways.pop("folder")
    if allowed.hub != "any":
        ways.pop("hub")
    if allowed.hub == "none":
        ways.pop("suggested")
    way = st.segmented_control(
        _("From"),
        list(ways),
        format_func=ways.get,
        default="shipped",
        required=True,
        key="way",
        label_visibility="collapsed",
    )
    half = _half_precision()
    with errors.shown():
        _offer(asked(way), "bfloat16" if half else "float32")


def _half_precision() -> bool:
    possible = device.has_bfloat16()
    half = st.toggle(
        _("Half precision"),
        possible and session.recall("half", False),
        key="half",
        disabled=not possible,
        help=_("Computes with 16-bit numbers: about half the memory, rounded to three digits.")
        if possible
        else _("This processor does not compute with 16-bit numbers."),
    )
    session.remember("half", half)
    return half


def asked(way: str) -> str:
    """Ask which model of one kind; empty where nothing was named yet."""
    if way == "shipped":
        return st.selectbox(
            _("Model"), sources.bundled(), key="model-shipped", help=_("Here already: nothing to download.")
        )
    if way == "suggested":
        rows = {f"{row.name}@{row.revision}" if row.revision else row.name: row for row in catalogue.suggestions()}
        name = st.selectbox(
            _("Model"),
            list(rows),
            format_func=lambda key: f"{rows[key].title} · {rows[key].name}",
            key="model-suggested",
        )
        row = rows[name]
        size = _("{count} MB").format(count=row.megabytes) if row.megabytes else _("size not known here")
        licence = row.licence or _("licence not known here")
        st.caption(f"{_(row.purpose)} {size}, {licence}.")
        return name
    if way == "hub":
        return st.text_input(
            _("Name on the Hugging Face hub, or its link"),
            placeholder=EXAMPLE,
            key="model-hub",
            help=_("Written owner/name. Models without safetensors are refused."),
        )
    return st.text_input(
        _("Folder on this computer"), key="model-folder", help=_("It must hold config.json and model.safetensors.")
    )


def _offer(name: str, dtype: Literal["float32", "bfloat16"]) -> None:
    """Say what a model costs and load it when asked."""
    if not name:
        return
    spec = replace(sources.parse(name, policy()), dtype=dtype, device=device.best_device())
    if not st.button(
        _("What does it cost?"), key="cost", help=_("Looks up its size; nothing is loaded yet.")
    ) and session.recall("priced") != (name, dtype):
        return
    session.remember("priced", (name, dtype))
    cost = price(spec)
    if st.button(_("Load it"), key="load", type="primary", width="stretch"):
        load(cost.spec)
        session.choose(
            model=name if spec.source != "hub" else f"{spec.name}@{cost.spec.revision}",
            precision=dtype,
            device=spec.device,
        )
        st.rerun()


def price(spec: ModelSpec) -> "Cost":
    """Say what a model would cost, and refuse what cannot fit; ModelError where it cannot be had."""
    from core.cost import estimate, plain_size, refuse

    with st.spinner(_("Looking it up…")):
        cost = engine.store().get(("cost", spec, policy()), lambda: estimate(spec, policy()))
    st.markdown(f"**{plain(spec.name)}** · {plain(cost.family_title)}")
    told = _("{layers} layers, {heads} heads, {parameters} learned numbers. Licence: {licence}.")
    if not cost.heads:
        told = _("{layers} layers, no attention, {parameters} learned numbers. Licence: {licence}.")
    numbers, licence = _count(cost.parameters), cost.licence or _("not named")
    st.text(told.format(layers=cost.layers, heads=cost.heads, parameters=numbers, licence=licence))
    st.text(
        _("To download: {download}. Memory: about {weights}, and {work} more for 10 s of sound.").format(
            download=plain_size(cost.download_bytes) if cost.download_bytes else _("nothing, it is on this computer"),
            weights=plain_size(cost.memory_bytes),
            work=plain_size(cost.working_memory_bytes),
        )
    )
    refuse(cost)
    return cost


def load(spec: ModelSpec) -> None:
    """Download and load a model behind a bar; ModelError leaves everything as it was."""
    bar = st.progress(0.0, _("Starting…"))

    def tell(step: Step) -> None:
        bar.progress(min(step.fraction, 1.0), f"{step.note} {step.fraction:.0%}")

    try:
        engine.shelf().get(spec, tell)
    finally:
        bar.empty()


def ensure() -> bool:
    """Make sure that a page may go on: a model that would first have to be downloaded is offered with its cost."""
    spec = present.spec()
    if spec.source != "hub" or engine.model_ready(spec):
        return True
    st.text(_("This link speaks of the model {name}, which is not loaded here.").format(name=spec.name))
    try:
        cost = price(spec)
        if not cost.download_bytes:
            load(spec)
            return True
        if st.button(_("Download and load it"), key="load-linked", type="primary"):
            load(spec)
            st.rerun()
    except StrataError as error:
        errors.show(error)
    if st.button(_("Go on with the model that ships with Strata"), key="back-to-shipped"):
        session.choose(model=session.DEFAULT_MODEL)
        st.rerun()
    return False
