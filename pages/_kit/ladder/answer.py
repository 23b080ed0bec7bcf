"""The page's answer in a sentence: where the chosen rung can be read best, and where others can."""

from collections.abc import Sequence

from core.figures.depths import Depths
from core.figures.ladder import percent, way
from core.probing.ladder import Curve, Ladder
from core.text import _, n_
from pages._kit.ladder import words
from pages._kit.ladder.view import View

ACOUSTIC = ("spectrum", "loudness", "pitch")
SAID_TOO = ("phone", "word")
MOSTLY = 0.9  # of the way from guessing to the best place


def sentence(view: View) -> str:
    """Say where the chosen rung can be read best, how well, and how much of that the sound itself gives."""
    found, depths = view.curve, view.depths
    best = found.at(found.best)
    if best.value <= found.majority:
        return _("{what} cannot be read off any layer: {score} at best, no more than by guessing{rest}.").format(
            what=words.can_be_read(view.rung), score=percent(best.value), rest=_rest(view)
        )
    if best.low <= found.majority:
        return _unsure(view)
    said = _("**{what}** can be read best at **{stop}**: {right} {unseen}, {gain}{rest}.")
    return said.format(
        what=words.can_be_read(view.rung), stop=place(depths, found.best), right=right(found),
        unseen=_(words.NEVER_MET[found.unseen]), gain=gain(found), rest=_rest(view),
    )  # fmt: skip


def _unsure(view: View) -> str:
    """Say that the best score might be guessing."""
    found = view.curve
    best = found.at(found.best)
    return _(
        "Whether it can be read off a layer is not certain. **{what}**: {right} at **{stop}** {unseen}, but with an "
        "interval from {low} to {high}, which includes guessing{rest}."
    ).format(
        what=words.can_be_read(view.rung), right=right(found), stop=place(view.depths, found.best),
        unseen=_(words.NEVER_MET[found.unseen]), low=percent(best.low), high=percent(best.high), rest=_rest(view),
    )  # fmt: skip


def place(depths: Depths, stop: int) -> str:
    """Name a stop, a layer with how many there are."""
    if stop > 0:
        return _("layer {layer} of {layers}").format(layer=stop, layers=depths.layers)
    return depths.name(stop)


def right(found: Curve) -> str:
    """Say the best score in words."""
    best = percent(found.at(found.best).value)
    if found.kind == "values":
        return _("{share} of how it varies is recovered").format(share=best)
    return _("{share} right").format(share=best)


def gain(found: Curve) -> str:
    """Say how much more that is than from the sound itself."""
    best, (_name, plain) = found.at(found.best), found.best_input
    points = round(100 * (best.value - plain.value))
    if best.low > plain.value and points > 0:
        return n_(
            "{points} point more than from the sound itself", "{points} points more than from the sound itself", points
        ).format(points=points)
    if best.high < plain.value and points < 0:
        return n_(
            "{points} point less than from the sound itself", "{points} points less than from the sound itself", -points
        ).format(points=-points)
    return _("no clear difference from the sound itself ({plain})").format(plain=percent(plain.value))


def _rest(view: View) -> str:
    """Say where phones and words can be read best, where one asks for something else."""
    others = [name for name in SAID_TOO if name != view.rung and name in view.ladder.curves]
    said = [
        _("{things} at {stop}").format(things=_(words.THEM[name]), stop=view.depths.name(view.ladder.curves[name].best))
        for name in others
    ]
    return "; " + ", ".join(said) if said else ""


def alike(view: View) -> str:
    """Say which stops cannot be told from the best one."""
    found = view.curve
    best = found.at(found.best)
    others = [stop for stop in found.stops if stop != found.best and found.at(stop).high >= best.low]
    interval = _("The interval at {stop} goes from {low} to {high}").format(
        stop=view.depths.name(found.best), low=percent(best.low), high=percent(best.high)
    )
    if not others:
        return _("{interval}, apart from those of all other places.").format(interval=interval)
    names = ", ".join(ranges(view.depths, others))
    return _("{interval} and overlaps with that of {places}: which of them is best is not certain.").format(
        interval=interval, places=names
    )


def ranges(depths: Depths, stops: Sequence[int]) -> list[str]:
    """Name stops, neighbours of one kind as from the first to the last."""
    runs: list[list[int]] = []
    for stop in stops:
        if runs and stop == runs[-1][-1] + 1 and (stop < 0) == (runs[-1][0] < 0):
            runs[-1].append(stop)
        else:
            runs.append([stop])
    return [
        depths.name(run[0])
        if len(run) == 1
        else _("{first} to {last}").format(first=depths.name(run[0]), last=depths.name(run[-1]))
        for run in runs
    ]


def order(ladder: Ladder) -> str:
    """Say whether the best places lie in the order of the ladder: sound, then phone, then word."""
    depths = Depths.of(ladder)
    sound = [ladder.curves[name].best for name in ACOUSTIC if name in ladder.curves]
    if not sound or "phone" not in ladder.curves or "word" not in ladder.curves:
        return ""
    heard = sorted(sound)[len(sound) // 2]
    phone, word = ladder.curves["phone"].best, ladder.curves["word"].best
    told = _("sound at {sound}, phones at {phone}, words at {word}").format(
        sound=depths.name(heard), phone=depths.name(phone), word=depths.name(word)
    )
    if heard < phone < word:
        return _("The order of the ladder holds: {places}.").format(places=told)
    if heard <= phone <= word:
        return _("The order of the ladder holds, though not every step is a layer of its own: {places}.").format(
            places=told
        )
    return _("The order of the ladder does not hold here: {places}.").format(places=told)


def reached(ladder: Ladder) -> str:
    """Say by which layer nearly all that can be read of each kind of thing can be read; peaks alone are often flat."""
    depths = Depths.of(ladder)
    said = []
    for name, things in words.THEM.items():
        if name in ladder.curves:
            found = ladder.curves[name]
            first = next((stop for stop in found.stops if way(found.at(stop), found) >= MOSTLY), None)
            if first is None:  # no place is better than guessing
                continue
            said.append(_("{things} by {stop}").format(things=_(things), stop=depths.name(first)))
    return _("Nine tenths of the way are done for {places}.").format(places=", ".join(said)) if said else ""


def unmeasured(title: str) -> str:
    """Say that nobody has asked the layers of this model."""
    return _("Nobody has asked the layers of {model} about this corpus yet: that takes the button below.").format(
        model=title
    )
