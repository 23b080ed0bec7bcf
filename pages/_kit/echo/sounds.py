"""The sounds of the page: what is left at a layer, its controls, all layers for the walk; and their buttons."""

from collections.abc import Iterable
from pathlib import Path

import numpy as np
import streamlit as st

from core.inversion.picture import RATE
from core.resample import resampled
from core.text import _
from pages._kit import engine
from pages._kit.browser.feed import feed
from pages._kit.browser.files import joined, text
from pages._kit.browser.payload import Packer, Payload, pack, placed, small
from pages._kit.echo import view
from pages._kit.echo.view import Sound, View

FOLDER = Path(__file__).parent
FULL_SCALE = 32767  # of 16-bit sound
WALK_MOST = 200.0  # seconds of sound that are made for the walk

_echo = st.components.v2.component(
    "strata_echo",
    css=text(FOLDER, "echo.css"),
    js=joined(FOLDER, "registry.js", "codec.js", "elements.js", "echo.js"),
)


def buttons(it: View, untaught: "dict[int, float] | None" = None) -> None:
    """Show the buttons; they become alive as their sounds arrive.

    untaught  share that the untaught network gives back, per stop, where that is known already
    """
    told = {
        "name": _("What is left of the sound, and the controls"),
        "about": _about(it),
        "words": _words(),
        "stops": [
            {
                "value": stop.value,
                "name": stop.name,
                "colour": stop.colour,
                "said": _of_this_clip(it.shares[stop.value]),
                "untaught": _of_this_clip(untaught[stop.value]) if untaught else "",
            }
            for stop in it.every
        ],
    }
    _echo(key="echo", data=small(told))


def _about(it: View) -> str:
    return f"{it.clip.fingerprint} {it.learned.model} {it.learned.lesson.fingerprint}"


def _words() -> dict[str, object]:
    return {
        "original": {"title": _("Original"), "said": _("the sound as it is")},
        "layer": {"title": _("Left at {stop}"), "said": ""},
        "untaught": {"title": _("Untaught, {stop}"), "said": ""},
        "mean": {"title": _("Average picture"), "said": _("without listening at all")},
        "detour": {"title": _("Detour without a layer"), "said": _("what the way back to sound does by itself")},
        "walk": {"title": _("Walk up the layers"), "said": _("one after the other, from the input to the last")},
        "wait": _("being made…"),
    }


def _of_this_clip(share: float) -> str:
    if not np.isfinite(share):
        return _("this sound is silent")
    return _("{share} of this sound's picture").format(share=f"{max(share, 0.0):.0%}")


def near(it: View) -> None:
    """Send the sounds that are there for every layer, and that of the chosen one."""
    stop = it.stop.value

    def common() -> Payload:
        original = resampled(it.clip, RATE)
        mean, detour = (view.heard(it, kind, it.every[-1].value) for kind in ("mean", "detour"))
        return _packed(it, (("original", original), ("mean", mean), ("detour", detour)))

    def chosen() -> Payload:
        return _packed(it, ((f"layer:{stop}", view.heard(it, "layer", stop)),))

    feed(placed(engine.store().get(it.name("layer sound", stop), chosen), key="layer", order=0))
    feed(placed(engine.store().get(it.name("common sounds"), common), key="common", order=0))


def untaught(it: View) -> None:
    """Send the sound of the chosen layer of the untaught network."""
    stop = it.stop.value

    def chosen() -> Payload:
        return _packed(it, ((f"untaught:{stop}", view.heard(it, "untaught", stop)),))

    feed(placed(engine.store().get(it.name("untaught sound", stop), chosen), key="untaught", order=0))


def walk(it: View) -> None:
    """Send the sounds of all layers; of long clips only as many as are bearable, spread over the depth."""
    layers = [stop.value for stop in it.every if stop.value >= 0]
    most = max(2, int(WALK_MOST / it.clip.seconds))
    if len(layers) > most:
        layers = [layers[round(at)] for at in np.linspace(0, len(layers) - 1, most)]

    def every() -> Payload:
        return _packed(it, ((f"layer:{stop}", view.heard(it, "layer", stop)) for stop in layers))

    feed(placed(engine.store().get(it.name("walk"), every), key="walk", order=1))


def _packed(it: View, sounds: Iterable[tuple[str, Sound]]) -> Payload:
    packer = Packer()
    listed = [{"name": name, "rate": RATE, "pcm": packer.array(_pcm(values))} for name, values in sounds]
    return pack("echo", {"about": _about(it), "sounds": listed}, packer)


def _pcm(samples: Sound) -> np.ndarray:
    return np.round(np.clip(samples, -1.0, 1.0) * FULL_SCALE).astype(np.int16)
