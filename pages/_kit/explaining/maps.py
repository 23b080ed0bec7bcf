"""What a layer, or one of its channels, answers to: a map over the spectrogram, at the spectrogram's own scale."""

from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from core import activation_maps
from core.activation_maps import LayerActivation, Maps, Ranked, Region
from core.figures.palette import SPEAKS_AGAINST, SPEAKS_FOR, depth
from core.text import N_, _
from pages._kit import engine, errors, present, session, strip
from pages._kit.explaining.result import Result
from pages._kit.strip import Matrix

if TYPE_CHECKING:
    from core.attribution.layer_maps import LayerView

WHY, LAYER, CHANNEL = "why", "layer", "channel"
OVER = {WHY: N_("why the model said it"), LAYER: N_("a layer"), CHANNEL: N_("a channel of it")}
ACTIVE, SPECIFIC, CARRYING = "active", "specific", "carrying"
RANKED = {
    ACTIVE: N_("most active here"),
    SPECIFIC: N_("most special to the chosen part"),
    CARRYING: N_("add most to the answer"),
}
GREY = "#7d8590"  # of convolutions, which come before the first layer
OFFERED = 8


def over() -> str:
    """Name what lies over the spectrogram now."""
    return session.recall("explain-over", WHY)


def draw(it: Result) -> None:
    """Draw the controls, and lay the chosen map over the spectrogram."""
    st.header(_("What the layers answer to"), anchor=False, help=_(activation_maps.MEANING))
    left, middle, right = st.columns([5, 4, 3], gap="medium", vertical_alignment="bottom")
    with left:
        shown = _over()
    if shown == WHY:
        return
    with middle:
        layer = _layer()
    with errors.shown():
        if shown == LAYER:
            maps = engine.once(_key("layer map", layer), lambda: activation_maps.whole(_activation(layer)))
            strip.rows([_row(maps, layer, _name(layer))], key="explain-map", order=3)
            return
        with right:
            by = _ranked_by()
        _channel(it, layer, by)


def _over() -> str:
    before = over()
    shown = st.segmented_control(
        _("Over the spectrogram"),
        list(OVER),
        default=before,
        required=True,
        wrap=True,
        format_func=lambda name: _(OVER[name]),
        key="explain-over-control",
        help=_("The strip shows one map at a time over the sound that it comes from."),
    )
    session.remember("explain-over", shown)
    if shown != before:
        st.rerun()
    return shown


def _layer() -> int:
    trace, now = present.trace(), session.chosen().layer
    every = list(range(-len(trace.convolutions), trace.layers + 1))
    now = min(max(now, every[0]), every[-1])
    key = f"explain-layer-{every[0]}-{every[-1]}-{now}"
    st.select_slider(
        _("Layer"),
        every,
        now,
        format_func=_name,
        key=key,
        on_change=lambda: session.choose(layer=session.widget(key), unit=None),
        help=_("The same layer as on all pages."),
    )
    return now


def _name(layer: int) -> str:
    if layer < 0:
        return _("convolution {number}").format(number=layer + len(present.trace().convolutions) + 1)
    return _("what layer 1 receives") if layer == 0 else _("layer {layer}").format(layer=layer)


def _key(what: str, layer: int, *more: Any) -> tuple[Any, ...]:
    return (what, present.spec(), present.clip().fingerprint, layer, *more)


def _activation(layer: int) -> LayerActivation:
    trace = present.trace()
    if layer < 0:
        return activation_maps.convolution(trace, layer + len(trace.convolutions) + 1)
    return activation_maps.layer(trace, layer)


def _ranked_by() -> str:
    offered = [name for name in RANKED if name != SPECIFIC or present.has_region()]
    before = session.recall("explain-ranked", ACTIVE)
    by = st.selectbox(
        _("Channels that"),
        offered,
        index=offered.index(before) if before in offered else 0,
        format_func=lambda name: _(RANKED[name]),
        key=f"explain-ranked-{'-'.join(offered)}",
        help=_("Choose a part of the sound on the strip to find channels that are special to it."),
    )
    session.remember("explain-ranked", by)
    return by


def _channel(it: Result, layer: int, by: str) -> None:
    """Offer the first channels of the order, and draw the chosen one; a link may name one that the layer has not."""
    view = _view(it, layer) if by == CARRYING else None
    ranked = _ranked(it, layer, by, view)
    offered = [int(channel) for channel in ranked.channels]
    unit = session.chosen().unit
    unit = None if unit is not None and unit >= _activation(layer).flat.shape[1] else unit
    if unit is not None and unit not in offered:
        offered = [unit, *offered]
    now = offered[0] if unit is None else unit
    key = f"explain-channel-{layer}-{by}-{'-'.join(map(str, offered))}-{now}"
    st.pills(
        _("Channel"),
        offered,
        default=now,
        required=True,
        wrap=True,
        key=key,
        on_change=lambda: session.choose(unit=session.widget(key)),
        help=_(activation_maps.CARRIES) if view else _("One of the numbers that the layer keeps of every place."),
    )
    title = _("channel {channel} of {layer}").format(channel=now, layer=_name(layer))
    if view is not None:
        strip.rows([_row(activation_maps.carried(view, [now]), layer, title, True)], key="explain-map", order=3)
    else:
        maps = activation_maps.of_channels(_activation(layer), [now])
        strip.rows([_row(maps, layer, title)], key="explain-map", order=3)


def _ranked(it: Result, layer: int, by: str, view: "LayerView | None") -> Ranked:
    if view is not None:
        return activation_maps.most_carrying(view, OFFERED)
    region = present.region() if by == SPECIFIC else None

    def rank() -> Ranked:
        if region:
            return activation_maps.most_specific(_activation(layer), Region(*region), OFFERED)
        return activation_maps.most_active(_activation(layer), OFFERED)

    return engine.once(_key("ranked", layer, by, region), rank)


def _view(it: Result, layer: int) -> "LayerView":
    """Take the layer and how the score depends on it, in one live pass; kept for every channel."""
    wanted = it.wanted
    convolution = layer + len(present.trace().convolutions) + 1 if layer < 0 else 0

    def look() -> "LayerView":
        from core.attribution.layer_maps import AtLayer, view
        from core.attribution.question import asked
        from core.progress import silent

        with asked(wanted.model, wanted.asked.clip, wanted.target) as question:
            return view(question, AtLayer(max(layer, 0), convolution), silent)

    return engine.once(_key("layer view", layer, wanted.target), look)


def _row(maps: Maps, layer: int, name: str, signed: bool = False) -> Matrix:
    """Lay one map over the spectrogram, in the colour of its layer; signed ones in orange and blue."""
    levels: np.ndarray = maps.over(present.picture().edges)[0] if maps.edges else maps.levels[0]
    own = GREY if layer < 0 else depth(layer, present.trace().layers)
    return Matrix(
        name, levels, maps.time, low=maps.low, high=maps.high, unit="" if signed else "σ", over=True,
        colour=SPEAKS_FOR if signed else own, against=SPEAKS_AGAINST if signed else "",
    )  # fmt: skip
