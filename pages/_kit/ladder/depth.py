"""The model's own last step at every layer: what it hears under the blank, from where on that is right, its doubt."""

from dataclasses import dataclass
from itertools import groupby

import numpy as np
import streamlit as st
from jaxtyping import UInt8

from core import lens as along
from core.figures.depths import Depths
from core.figures.settling import settling
from core.lens import NONE, Deepening
from core.text import _
from core.tiers import Interval
from core.timeline import TimeAxis
from pages._kit import engine, figure, present, session, strip
from pages._kit.ladder import rows
from pages._kit.layers import lens, pictures
from pages._kit.strip import Choice, Curve, Labels, Payload, Row, Strata

PALE = 0.35  # of its colour, for what is right here but lost again further on


@dataclass(frozen=True, eq=False)
class Deep:
    """The lens along the depth.

    spoken  it is known which phones are said; else what counts as right is what the last layer hears
    """

    found: Deepening
    time: TimeAxis
    spoken: bool


def now(read: lens.Lens) -> Deep | None:
    """Follow what the model hears through its layers; None where it has no lens, or not yet."""
    if not read:
        return None
    clip = present.clip()
    return engine.once(pictures.key("deepening", clip.tiers), lambda: _follow(read))


def _follow(read: lens.Lens) -> Deep:
    time, symbols = present.trace().symbol_time, present.card().symbols
    right = along.spoken(present.clip().tiers.spoken("phone"), symbols, time)
    known = bool((right != NONE).any())
    return Deep(along.deepening(read.readings, right if known else None), time, known)


def add(deep: Deep) -> None:
    """Put what is heard under the blank on the strip: at the chosen layer, and where it is right at all layers."""
    light = st.context.theme.type != "dark"
    trace, symbols = present.trace(), present.card().symbols
    depths = Depths(trace.layers, len(trace.convolutions))

    def pack() -> Payload:
        return strip.rows_payload([_hears(deep, depths, symbols), _doubt(deep, depths), _strata(deep, depths, light)])

    key = pictures.key("deepening rows", present.clip().tiers, light)
    strip.rows(engine.store().get(key, pack), key="ladder-depth", order=3)


def _hears(deep: Deep, depths: Depths, symbols: tuple[str, ...]) -> Choice:
    edges = np.append(deep.time.centres() - deep.time.step / 2, deep.time.centres()[-1] + deep.time.step / 2).clip(0)

    def row(stop: int) -> Row:
        spans: list[tuple[Interval, float]] = []
        if stop >= 0:
            frames = list(zip(deep.found.best[stop].tolist(), deep.found.probability[stop].tolist(), strict=True))
            first = 0
            for symbol, group in groupby(frames, key=lambda frame: frame[0]):
                run = [sure for _symbol, sure in group]
                interval = Interval(float(edges[first]), float(edges[first + len(run)]), symbols[symbol])
                spans.append((interval, float(np.mean(run))))
                first += len(run)
        return Labels(
            _("Heard under the blank"), tuple(one for one, _sure in spans), tuple(sure for _one, sure in spans),
            depths.colour(stop),
            help=_(
                "The likeliest symbol of the model's own last step at this layer, the blank left aside: deep layers "
                "are nearly always surest of the blank."
            ),
        )  # fmt: skip

    return rows.stack(depths, row)


def _doubt(deep: Deep, depths: Depths) -> Choice:
    def row(stop: int) -> Row:
        values = deep.found.entropy[stop] if stop >= 0 else np.full(deep.time.count, np.nan)
        return Curve(
            _("Doubt"), 100 * values, deep.time, "%", low=0.0, high=100.0, colour=depths.colour(stop),
            help=_("How undecided this layer is between all symbols, the blank with them: 0 % sure, 100 % all alike."),
        )  # fmt: skip

    return rows.stack(depths, row)


def _strata(deep: Deep, depths: Depths, light: bool) -> Row:
    layers = range(len(deep.found.best))
    shares = deep.found.shares()
    told = _("{name}, {share:.0%} right in this sound")
    return Strata(
        _("Right from here on"),
        np.stack([_line(deep, layer, depths.colour(layer), light) for layer in layers]),
        deep.time,
        tuple(told.format(name=depths.name(layer), share=shares[layer]) for layer in layers),
        tuple(layers),
        ticks=tuple((layer, depths.name(layer)) for layer in (0, depths.layers // 2, depths.layers)),
        help=_(
            "One line per layer. Full colour: the right symbol wins here and in every later layer. Pale: it wins here "
            "but is lost again. Empty: another symbol wins. Click a line to choose its layer."
        ),
    )


def _line(deep: Deep, layer: int, colour: str, light: bool) -> UInt8[np.ndarray, "frames 3"]:
    found = deep.found
    ground = np.array(rows.GROUNDS[light], dtype=float)
    full = np.array([int(colour[at : at + 2], 16) for at in (1, 3, 5)], dtype=float)
    right = (found.best[layer] == found.right) & found.known
    good = (found.layer != NONE) & (found.layer <= layer)
    share = np.where(good, 1.0, np.where(right, PALE, 0.0))
    return np.round(ground + share[:, None] * (full - ground)).astype(np.uint8)


def draw(read: lens.Lens, deep: Deep | None) -> None:
    """Draw how much of the sound each layer hears rightly, with the answer in a sentence."""
    st.header(
        _("Through the model's own last step"),
        anchor=False,
        help=_("No probe: the model's own last step, which was learned for the last layer, applied to every layer."),
    )
    if read.state == "loading":
        lens.wait()
    elif deep is None:
        st.markdown(_("This model does not write symbol by symbol: it has no last step that fits every layer."))
    else:
        _drawn(deep)


def _drawn(deep: Deep) -> None:
    found = deep.found
    shares = found.shares()
    good = np.array(
        [((found.layer != NONE) & (found.layer <= layer))[found.known].mean() for layer in range(len(shares))]
    )
    st.markdown(_said(deep, shares, good))
    left, right = st.columns([3, 2], gap="large")
    with left:
        drawn = settling(shares, good, found.entropy.mean(1).astype(float))
        figure.draw(drawn, "ladder", "settling", file=f"depth {session.chosen().clip}")
    right.caption(
        _(
            "Pale bars: the right symbol wins at this layer. Full bars: it wins here and in every later layer. Dashes: "
            "mean doubt. The blank is left aside, except in the doubt."
        )
    )


def _said(deep: Deep, shares: np.ndarray, good: np.ndarray) -> str:
    right = _("the phone that is said") if deep.spoken else _("what the last layer hears")
    last, settled = len(shares) - 1, deep.found.layer[deep.found.layer != NONE]
    if not settled.size:
        return _("Nowhere in this sound does the last layer hear {right}.").format(right=right)
    half = int(np.ceil(np.median(settled)))
    if deep.spoken:
        return _(
            "At layer {last} of {last}, {share:.0%} of the moments hold {right}; half of these hold it for good from "
            "layer {half} on. Here a phone counts over all of its length, though the model need write it only once."
        ).format(last=last, share=shares[-1], right=right, half=half)
    return _("Half of the moments hold {right} for good from layer {half} on.").format(right=right, half=half)
