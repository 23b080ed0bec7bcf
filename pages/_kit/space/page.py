"""The Space page under the strip: the map, the curves, the neighbours, the units."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.figures import space as figures
from core.figures.depths import Depths
from core.space.separation import separation
from core.text import _
from pages._kit import cloud, engine, errors, figure, session
from pages._kit.browser.payload import Payload
from pages._kit.layers import stops
from pages._kit.layers.stops import Stop
from pages._kit.space import answer, asking, banks, near, pieces, points, rows, units
from pages._kit.space.asking import Wanted

if TYPE_CHECKING:
    pass


def draw(place: DeltaGenerator) -> None:
    """Draw the page; ``place`` takes the answer."""
    every = stops.all_of_them()
    wanted = asking.draw()
    bank = banks.bank()
    if bank is None:
        place.markdown(answer.waiting())
        return
    every = tuple(one for one in every if one.value in bank.stops)
    stop = stops.chosen(every)
    found = engine.once(banks.key("separation", wanted.kind), lambda: separation(bank, wanted.kind))
    place.markdown(answer.sentence(found, stop, wanted))
    rows.add(bank, every, wanted)
    with errors.shown():
        _map(points.payload(bank, every, stop, wanted), wanted)
    depths = Depths(every[-1].value, -min(every[0].value, 0))
    light = st.context.theme.type != "dark"
    if found:
        st.header(_("How often the nearest is alike, layer by layer"), anchor=False)
        st.caption(
            _(
                "Broken lines: by chance. Dotted: if the mean spectrum alone decided, without any model. Thin: the "
                "same network with random weights. Bands: 95% intervals."
            )
        )
        figure.draw(
            figures.separation(found, depths, light, stop.value), "space", "separation",
            file=f"nearness {session.chosen().model} {wanted.shown}",
        )  # fmt: skip
    near.draw(bank, every, stop, wanted, depths)
    units.draw(bank, stop)


@st.fragment
def _map(packed: Payload, wanted: Wanted) -> None:
    """Show the map; a point that is to be heard is fetched without drawing the rest of the page anew."""
    cloud.mount(packed, lambda of, index: _sound(of, index, wanted))


def _sound(of: str, index: int, wanted: Wanted) -> Payload | None:
    """Decode the sound of one point, of the map that is shown."""
    found, bank = engine.store().peek(banks.key("bank"))
    if not found or of != points.identity(wanted):
        return None
    segments: Sequence[object] = bank.of(wanted.kind).rows
    if not 0 <= index < len(segments):
        return None

    def pack() -> Payload:
        samples, rate, _start, _end = pieces.sound(segments[index])  # type: ignore[arg-type]
        return cloud.sound_payload(of, index, samples, rate)

    return engine.store().get(banks.key("sound", wanted.kind, wanted.shown, index), pack)


__all__ = ["Stop", "draw"]
