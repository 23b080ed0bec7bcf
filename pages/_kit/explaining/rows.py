"""What the page adds to the strip: relevance over the spectrogram, each piece's part, what the model writes."""

from typing import TYPE_CHECKING

import numpy as np

from core.attribution import laid
from core.figures.palette import MATTERS, SPEAKS_AGAINST, SPEAKS_FOR
from core.segments import Segment
from core.text import _
from core.tiers import Interval
from pages._kit import engine, present, strip
from pages._kit.explaining import maps, places
from pages._kit.explaining.asking import Asked
from pages._kit.strip import Labels, Matrix, Payload, Row

if TYPE_CHECKING:
    from core.attribution.attribution import Attribution
    from pages._kit.explaining.finding import Wanted


def add(wanted: "Wanted", found: "Attribution", contributions: tuple[float, ...]) -> None:
    """Put the rows of an explanation on the strip."""
    asked = wanted.asked
    edges = present.picture().edges
    why = maps.over() == maps.WHY
    key = ("explain rows", wanted.key, asked.kind, asked.offered, why, edges.tobytes())

    def pack() -> Payload:
        rows: list[Row] = [over(found, wanted.method.signed, edges)] if why else []
        rows.append(pieces(asked.pieces, contributions, wanted.method.signed))
        return strip.rows_payload([*rows, *written(asked)])

    strip.rows(engine.store().get(key, pack), key="explain")


def over(found: "Attribution", signed: bool, edges: np.ndarray) -> Matrix:
    """Lay relevance over the spectrogram, in percent of its strongest cell."""
    values, time = laid.over(found, edges)
    return Matrix(
        _("Why"),
        100 * values,
        time,
        low=-100.0,
        high=100.0,
        unit="%",
        levels=256,
        over=True,
        colour=SPEAKS_FOR if signed else MATTERS,
        against=SPEAKS_AGAINST,
        help=_help(signed),
    )


def _help(signed: bool) -> str:
    if signed:
        return _("Orange speaks for what the model says, blue against it; the stronger the colour, the more.")
    return _("The stronger the purple, the more the answer hangs on that place; for or against is not told.")


def pieces(cut: tuple[Segment, ...], contributions: tuple[float, ...], signed: bool) -> Labels:
    """Show what each piece added to the score, as boxes in the same colours."""
    most, total = max(map(abs, contributions), default=0.0) or 1.0, sum(contributions) or 1.0
    numbers = places.added(contributions) if signed else tuple(f"{part / total:.0%}" for part in contributions)
    colours = tuple((SPEAKS_FOR if part >= 0 else SPEAKS_AGAINST) if signed else MATTERS for part in contributions)
    return Labels(
        _("Its part"),
        tuple(Interval(piece.start, piece.end, places.short(piece)) for piece in cut),
        tuple(abs(part) / most for part in contributions),
        colours=colours,
        values=numbers,
        help=_("What each piece of time adds to the score. Click one to hear it and to choose it."),
    )


def written(asked: Asked) -> list[Row]:
    """Show what the model writes, the symbol that is explained filled."""
    if not asked.card.speaks:
        return []
    return [
        Labels(
            _("The model writes"),
            tuple(Interval(item.start, item.end, item.label) for item in asked.offered),
            tuple(1.0 if item == asked.saying else 0.0 for item in asked.offered),
            values=tuple(f"{item.probability:.0%}" for item in asked.offered),
            help=_("What it writes when; the full one is what is explained."),
        )
    ]
