"""How pieces of time are named, in sentences and where no markup is read."""

import math
from collections.abc import Sequence

from core.segments import SILENCE, Segment
from core.text import _
from pages._kit.plain import plain

FINEST = 6  # decimals of a score; what is smaller is noise of the computation


def seconds(piece: Segment) -> str:
    """Write where a piece lies."""
    return _("{start:.2f} to {end:.2f} s").format(start=piece.start, end=piece.end)


def named(piece: Segment) -> str:
    """Name a piece in a sentence: what is said in it, and where it lies."""
    if piece.label == SILENCE:
        return _("the pause from {place}").format(place=seconds(piece))
    return f"*{plain(piece.label)}* ({seconds(piece)})" if _has_name(piece) else seconds(piece)


def label(piece: Segment) -> str:
    """Write a piece in a table."""
    if piece.label == SILENCE:
        return _("pause")
    return piece.label if _has_name(piece) else seconds(piece)


def short(piece: Segment) -> str:
    """Write a piece in a box of the strip, where the ruler tells the rest."""
    return label(piece) if piece.label == SILENCE or _has_name(piece) else f"{piece.start:.2f}"


def place(piece: Segment) -> str:
    """Write where a piece lies, beside its label in a table; empty where that is its label."""
    return "" if label(piece) == seconds(piece) else seconds(piece)


def added(parts: Sequence[float]) -> tuple[str, ...]:
    """Write what pieces add to the score, all with as many decimals as tell three digits of the strongest."""
    most = max(map(abs, parts), default=0.0)
    decimals = min(max(2 - math.floor(math.log10(most)), 0), FINEST) if most > 0 else 0
    return tuple(f"{part:+.{decimals}f}" if round(part, decimals) else "0" for part in parts)


def _has_name(piece: Segment) -> bool:
    return piece.label != f"{(piece.start + piece.end) / 2:.2f} s"
