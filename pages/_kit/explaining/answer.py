"""The page's answer in a sentence: what the model says, mostly because of what, and what it says without it."""

from typing import TYPE_CHECKING

from core.text import _
from pages._kit.explaining import places
from pages._kit.explaining.asking import Asked
from pages._kit.plain import plain

if TYPE_CHECKING:
    from core.attribution.retelling import Told
    from core.segments import Segment

MOSTLY = 0.5  # share of what speaks for it from which one piece is called the main reason


def said(asked: Asked) -> str:
    """Say what is to be explained, which is known before anything is explained."""
    what, sure = plain(asked.saying.label), asked.saying.probability
    if not asked.card.speaks:
        return _("The model calls this sound *{what}* ({sure:.0%} sure). Why?").format(what=what, sure=sure)
    moment = (asked.saying.start + asked.saying.end) / 2
    return _("At {moment:.2f} s the model writes *{what}* ({sure:.0%} sure). Why?").format(
        moment=moment, what=what, sure=sure
    )


def sentence(asked: Asked, signed: bool, piece: "Segment | None", share: float, told: "Told | None") -> str:
    """Answer why.

    piece  the one that speaks most for it, and its ``share`` of all that does; None where nothing does
    told   what the model says without that piece
    """
    what = _what(asked)
    if piece is None or told is None:
        return _("{what}, but no part of the sound speaks for it by itself.").format(what=what)
    if not signed:
        because = _("{what}; how sure it is hangs most on {piece}").format(what=what, piece=places.named(piece))
    elif share >= MOSTLY:
        because = _("{what} mostly because of {piece}").format(what=what, piece=places.named(piece))
    else:
        because = _("{what} because of many parts of the sound, most of all {piece}").format(
            what=what, piece=places.named(piece)
        )
    return f"{because}; {_without(asked, told)}."


def _what(asked: Asked) -> str:
    what = plain(asked.saying.label)
    if asked.against is not None:
        return _("The model says *{what}* rather than *{other}*").format(what=what, other=plain(asked.against.label))
    if not asked.card.speaks:
        return _("The model says *{what}*").format(what=what)
    return _("The model writes *{what}* at {moment:.2f} s").format(
        what=what, moment=(asked.saying.start + asked.saying.end) / 2
    )


def _without(asked: Asked, told: "Told") -> str:
    what = plain(asked.saying.label)
    if told.still:
        return _("without it, it still says *{what}* ({share:.0%} sure instead of {before:.0%})").format(
            what=what, share=told.probability, before=asked.saying.probability
        )
    if told.label:
        return _("without it, it says *{other}*").format(other=plain(told.label))
    return _("without it, it writes nothing there")
