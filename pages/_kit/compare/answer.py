"""The page's answer in a sentence, from what was measured."""

import numpy as np

from core.comparing.comparison import Comparison, Side
from core.text import _

MUCH = 0.15  # of the depth that best matches may lie off and still be called at the same depth
BREAK = 0.1  # by which the likeness of neighbours has to fall short of the average to be called a break


def sentence(found: Comparison | None) -> str:
    """Answer how alike the layers are; say what is missing where nothing was measured yet."""
    if found is None:
        return _("Nothing is measured yet for this pair of models. It takes a while: the cost stands below.")
    if found.itself:
        return _own(found)
    return _untaught(found) if found.second.untaught else _two(found)


def name(side: Side) -> str:
    """Write a model's name as plain text of a sentence."""
    return side.model.replace("*", "\\*").replace("_", "\\_")


def _own(found: Comparison) -> str:
    matrix, last = found.cka.matrix, found.first.layers
    steps = np.diag(matrix, 1)
    at = int(steps.argmin())
    neighbours = _("In {model}, neighbouring layers are {share:.0%} alike on average").format(
        model=name(found.first), share=float(steps.mean())
    )
    if steps.mean() - steps[at] >= BREAK:
        text = _("{neighbours}; the largest change lies between layers {a} and {b} ({share:.0%}).").format(
            neighbours=neighbours, a=at, b=at + 1, share=float(steps[at])
        )
    else:
        text = _("{neighbours}, without a break.").format(neighbours=neighbours)
    ends = _("What the first layer receives and what the last one says are {share:.0%} alike").format(
        share=max(0.0, float(matrix[0, last]))
    )
    return _("{text} {ends}, where chance gives {chance}.").format(text=text, ends=ends, chance=_chance(found))


def _two(found: Comparison) -> str:
    a, b = _most(found)
    text = _("Layer {a} of {first} and layer {b} of {second} are most alike, {share:.0%}; chance gives {chance}.")
    text = text.format(
        a=a, first=name(found.first), b=b, second=name(found.second),
        share=float(found.cka.matrix[a, b]), chance=_chance(found),
    )  # fmt: skip
    return f"{text} {_order(found)}"


def _untaught(found: Comparison) -> str:
    last, best = found.first.layers, int(found.cka.matrix[-1].argmax())
    return _(
        "What {model} learned shows: its last layer is at most {share:.0%} like any layer of the same network without "
        "learning (layer {best}), its input {first:.0%} like the other's input. Chance gives {chance}."
    ).format(
        model=name(found.first),
        share=max(0.0, float(found.cka.matrix[last, best])),
        best=best,
        first=max(0.0, float(found.cka.matrix[0, 0])),
        chance=_chance(found),
    )


def _most(found: Comparison) -> tuple[int, int]:
    a, b = np.unravel_index(found.cka.matrix.argmax(), found.cka.matrix.shape)
    return int(a), int(b)


def _order(found: Comparison) -> str:
    """Say whether layers are most like those at the same relative depth."""
    if not found.clear.any():
        return _("No layer stands out as the match of another.")
    if found.off <= MUCH:
        return _("Layers are most like those at about the same depth of the other model.")
    deeper = float((found.second.depths[found.best] - found.first.depths)[found.clear].mean())
    if abs(deeper) <= MUCH / 2:
        return _("Depth does not decide which layers are alike: the best matches lie {off:.0%} of it apart.").format(
            off=found.off
        )
    where = _("deeper in {second}") if deeper > 0 else _("nearer to the sound in {second}")
    return _("The best matches lie {where}, by {off:.0%} of its depth on average.").format(
        where=where.format(second=name(found.second)), off=abs(deeper)
    )


def _chance(found: Comparison) -> str:
    """Write how alike layers look by chance; it is never exactly nothing."""
    share = found.cka.chance
    return f"{share:.0%}" if share >= 0.005 else _("less than 1%")
