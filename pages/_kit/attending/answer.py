"""The page's answer in a sentence: what the chosen head does, and what it does from the chosen part."""

import numpy as np

from core.attention import KINDS, lead, looks_at
from core.segments import Segment
from core.text import _, n_
from pages._kit.attending import pieces
from pages._kit.attending.view import View

NEAR = 0.2  # seconds on average: about a syllable
NEAR_SHARE = 0.5  # of the distance of a head that looks at all moments alike, for clips of a syllable or less
FEW = 0.5  # a head looks at few moments where half of the frames, spread evenly, would hold its attention
WIDE = 0.5  # of the spread of a head that looks at all moments alike
ONE_WAY = 0.5  # |mean signed distance| over mean distance from which a head looks mostly one way
WINDOWS = 20  # pieces where nothing is written under the clip
WORTH_NAMING = 0.05  # share of the attention from which a second place is named


Place = tuple[Segment | None, float]  # a piece of the clip and its share of the attention


def sentence(view: View) -> str:
    """Say where the chosen head looks."""
    if view.layer == 0:
        return _("This is what goes into the first layer: heads begin at layer 1. {rest}").format(rest=_near(view))
    rest = _from_region(view) if view.region else _near(view)
    return f"{_head(view)} {rest}"


def _head(view: View) -> str:
    layer, head = view.shown
    name = _("Head {head} of layer {layer}").format(head=head + 1, layer=layer + 1)
    span = float(view.measures.span[layer, head])
    if span <= near_seconds(view):
        return _("{name} looks {span:.2f} s away on average, {way}.").format(name=name, span=span, way=_way(view, span))
    kind = KINDS[view.measures.kind[layer, head]][0]
    if kind == "vertical":
        return _vertical(view, name)
    if kind == "global" and view.measures.entropy[layer, head] >= WIDE:
        return _("{name} looks all over the sound, {span:.2f} s away on average.").format(name=name, span=span)
    if kind == "diagonal" and span < np.nanmedian(view.measures.span):
        said = _("{name} looks {span:.2f} s away on average, closer by than most heads.")
        return said.format(name=name, span=span)
    return _("{name} looks {span:.2f} s away on average.").format(name=name, span=span)


def _vertical(view: View, name: str) -> str:
    layer, head = view.shown
    count, first = view.time(layer).count, most(view, slice(0, view.time(layer).count))[0]
    if np.exp(-view.measures.verticality[layer, head]) <= FEW * count:
        said = _("{name} looks at the same few moments from everywhere, most of all at {moment}.")
    else:
        said = _("{name} looks at much the same moments from everywhere, most of all at {moment}.")
    return said.format(name=name, moment=_named(first))


def _way(view: View, span: float) -> str:
    layer, head = view.shown
    time = view.time(layer)
    ahead = lead(view.trace.attention[layer][head], time.step)
    if span <= time.step / 2:
        return _("straight at its own moment")
    if abs(ahead) < ONE_WAY * span:
        return _("to both sides of its own moment")
    return _("mostly at what comes next") if ahead > 0 else _("mostly at what came just before")


def near_seconds(view: View) -> float:
    """Say up to which mean distance a head counts as staying close by, in seconds."""
    alike = view.trace.time.count * view.trace.time.step / 3
    return min(NEAR, NEAR_SHARE * alike)


def _near(view: View) -> str:
    near = near_seconds(view)
    layers = [at + 1 for at, spans in enumerate(view.measures.span) if (spans <= near).mean() > 0.5]
    if not layers:
        return _("In no layer do most heads stay within {near:.2g} s of their own moment.").format(near=near)
    if len(layers) == view.blocks:
        return _("Most heads of every layer stay within {near:.2g} s of their own moment.").format(near=near)
    return n_(
        "Most heads of layer {layers} stay within {near:.2g} s of their own moment.",
        "Most heads of layers {layers} stay within {near:.2g} s of their own moment.",
        len(layers),
    ).format(layers=_listed(layers), near=near)


def _listed(numbers: list[int]) -> str:
    *first, last = map(str, numbers)
    return _("{first} and {last}").format(first=", ".join(first), last=last) if first else last


def _from_region(view: View) -> str:
    first, *others = most(view, view.asking(view.shown[0]))
    said = _("For {asked} it looks most at {first}").format(
        asked=pieces.asked(view), first=_named(first, _("{share:.0%} of its attention").format(share=first[1]))
    )
    if not others or others[0][1] < WORTH_NAMING:
        return f"{said}."
    second = _named(others[0], f"{others[0][1]:.0%}")
    return _("{said}, then at {second}.").format(said=said, second=second)


def _named(place: Place, share: str = "") -> str:
    if place[0]:
        return pieces.name(place[0], share)
    return f"{_('itself')} ({share})"


def most(view: View, asking: slice) -> list[Place]:
    """List what each piece of the clip gets of the attention of the frames that ask, most first.

    The part that asks stands as None, and other pieces without it; where all ask there is no such part.
    """
    layer, head = view.shown
    looks = looks_at(view.trace.attention[layer][head : head + 1], asking)[0]
    whole = asking == slice(0, len(looks))
    found: list[Place] = [] if whole else [(None, float(looks[asking].sum()))]
    for piece in pieces.cut(view, pieces.finest(view), WINDOWS, layer):
        inside = np.zeros(len(looks), dtype=bool)
        inside[piece.frames] = True
        if not whole:
            inside[asking] = False
        if inside.any():
            cut = inside.sum() < piece.stop - piece.first
            found.append((pieces.rest(piece) if cut else piece, float(looks[inside].sum())))
    return sorted(found, key=lambda place: -place[1])
