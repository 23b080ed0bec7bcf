"""The page's answer in a sentence: what the model says, mostly because of what, and what it says without it."""

from typing import TYPE_CHECKING

from core.text import _
from pages._kit.explaining import places
from pages._kit.explaining.asking import Asked
from pages._kit.explaining.result import Result
from pages._kit.plain import plain

if TYPE_CHECKING:
    from core.attribution.retelling import Told

MOSTLY = 0.5  # share of what speaks for it from which one piece is called the main reason
FIRM = 0.1  # fall of the probability up to which a piece whose loss changes no answer is called no reason for it


def said(asked: Asked) -> str:
    """Say what is to be explained, which is known before anything is explained."""
    what, sure = plain(asked.saying.label), asked.saying.probability
    if not asked.says:
        return _("What speaks for *{what}*, which the model gives {sure:.1%}?").format(what=what, sure=sure)
    if not asked.card.speaks:
        return _("The model calls this sound *{what}* ({sure:.0%} sure). Why?").format(what=what, sure=sure)
    moment = (asked.saying.start + asked.saying.end) / 2
    return _("At {moment:.2f} s the model writes *{what}* ({sure:.0%} sure). Why?").format(
        moment=moment, what=what, sure=sure
    )


def sentence(it: Result) -> str:
    """Answer why: what the method points at most, and what the model says without it."""
    asked, method = it.wanted.asked, it.wanted.method
    what = _what(asked)
    if it.leading is None or it.without is None:
        return _("{what}, but no part of the sound speaks for it by itself.").format(what=what)
    piece = places.named(it.leading)
    if method.kind != "pieces":
        said = _("{what}. {method} points most at {piece}").format(what=what, method=_(method.title), piece=piece)
    elif _firm(it, it.without):
        said = _("{what}, and no piece of the sound decides that by itself. Most for it speaks {piece}")
        said = said.format(what=what, piece=piece)
    elif it.share >= MOSTLY:
        said = _("{what} mostly because of {piece}").format(what=what, piece=piece)
    else:
        said = _("{what} because of many parts of the sound, most of all {piece}").format(what=what, piece=piece)
    return _without(asked, said, it.without)


def _firm(it: Result, without: "Told") -> bool:
    """Tell whether the model says it about as surely without the piece that speaks most for it."""
    asked = it.wanted.asked
    alone = asked.says and asked.against is None
    return alone and without.still and asked.saying.probability - without.probability <= FIRM


def _what(asked: Asked) -> str:
    what = plain(asked.saying.label)
    if asked.against is not None and not asked.says:
        said = _("As far as the model leans to *{what}* rather than *{other}*, it does so")
        return said.format(what=what, other=plain(asked.against.label))
    if not asked.says:
        return _("The model gives *{what}* {sure:.1%}").format(what=what, sure=asked.saying.probability)
    if asked.against is not None:
        return _("The model says *{what}* rather than *{other}*").format(what=what, other=plain(asked.against.label))
    if not asked.card.speaks:
        return _("The model says *{what}*").format(what=what)
    return _("The model writes *{what}* at {moment:.2f} s").format(
        what=what, moment=(asked.saying.start + asked.saying.end) / 2
    )


def _without(asked: Asked, said: str, told: "Told") -> str:
    what = plain(asked.saying.label)
    if not asked.says:
        return _("{said}; without it, *{what}* gets {share:.1%}.").format(said=said, what=what, share=told.probability)
    if asked.against is not None:
        return _rather(asked, said, told)
    if told.still:
        still = _("{said}, but without it the model still says *{what}* ({share:.0%} sure instead of {before:.0%}).")
        return still.format(said=said, what=what, share=told.probability, before=asked.saying.probability)
    if told.label:
        return _("{said}; without it, it says *{other}*.").format(said=said, other=plain(told.label))
    return _("{said}; without it, it writes nothing there.").format(said=said)


def _rather(asked: Asked, said: str, told: "Told") -> str:
    """Say which of two the model leans to without the piece: it may well say a third."""
    assert asked.against is not None
    words = {"said": said, "what": plain(asked.saying.label), "other": plain(asked.against.label)}
    if told.still:
        return _("{said}, but without it *{what}* is still likelier than *{other}*.").format(**words)
    return _("{said}; without it, *{other}* is likelier than *{what}*.").format(**words)
