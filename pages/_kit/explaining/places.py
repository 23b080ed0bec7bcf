"""How pieces of time are named, in sentences and where no markup is read."""

from core.segments import SILENCE, Segment
from core.text import _
from pages._kit.plain import plain


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


def _has_name(piece: Segment) -> bool:
    return piece.label != f"{(piece.start + piece.end) / 2:.2f} s"
