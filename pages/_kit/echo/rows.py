"""What the page adds to the strip: the picture recovered from every stop, and from the untaught network."""

from collections.abc import Mapping

import numpy as np

from core.figures.charts import NEUTRAL
from core.inversion.inversion import Echo
from core.inversion.picture import FLOOR, centres, picture
from core.text import _
from pages._kit import engine, strip
from pages._kit.echo.view import View
from pages._kit.strip import Choice, Matrix

TICKS_HZ = (250, 1000, 4000)
LEVELS = 64


def add(it: View) -> None:
    """Put the recovered pictures on the strip, all stops under the slider that every page shares."""
    said = _("The picture of the sound as a straight line reads it off this layer: guessed from what is left in it.")
    make = lambda: strip.rows_payload([_stack(it, it.pictures, _("Left at this layer"), said)])  # noqa: E731
    strip.rows(engine.store().get(it.name("row"), make), key="echo-layer", order=0)


def add_untaught(it: View, found: Mapping[int, Echo]) -> None:
    """Put the pictures of the untaught network below."""
    said = _("The same, from the same network with random weights: what its build alone lets through.")
    make = lambda: strip.rows_payload([_stack(it, found, _("Untaught network"), said)])  # noqa: E731
    strip.rows(engine.store().get(it.name("row untaught"), make), key="echo-untaught", order=1)


def _stack(it: View, found: Mapping[int, Echo], name: str, said: str) -> Choice:
    high = _high(it)
    return Choice(
        "layer",
        _("Layer"),
        tuple(matrix(found[stop.value], name, said, high) for stop in it.every),
        tuple(stop.label for stop in it.every),
        tuple(stop.colour for stop in it.every),
        first=1,
        base=it.every[0].value,
    )


def matrix(found: Echo, name: str, said: str, high: float, colour: str = NEUTRAL) -> Matrix:
    """Lay one picture out as a row of the strip."""
    hertz = centres()
    return Matrix(
        name,
        found.values.T,
        found.time,
        low=FLOOR,
        high=high,
        unit="dB",
        bands=tuple(f"{each:.0f} Hz" for each in hertz),
        ticks=tuple((float(np.interp(each, hertz, np.arange(len(hertz)))), _short(each)) for each in TICKS_HZ),
        levels=LEVELS,
        help=said,
        colour=colour,
    )


def _short(hertz: int) -> str:
    return f"{hertz / 1000:g} kHz" if hertz >= 1000 else f"{hertz} Hz"


def _high(it: View) -> float:
    """The loudest cell of the true picture: all pictures are drawn on its scale."""
    at = next(iter(it.pictures.values())).time
    return max(float(picture(it.clip, at).max()), FLOOR + 20)
