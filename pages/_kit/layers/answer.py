"""The page's answer in a sentence: when the model first hears something, or which layers change most."""

import numpy as np

from core.ctc import Settled
from core.errors import MethodError
from core.similarity import Likeness, Steps
from core.text import _
from pages._kit import present
from pages._kit.layers import alike
from pages._kit.layers.lens import Lens

SILENCE = {"sil", "SIL", "|", ""}
ALIKE = 0.9  # likeness from which two layers are called nearly the same
MANY = 4  # symbols from which on it is said when half of them stand
PARTED = 0.5  # likeness to the input below which the picture has parted from it


def sentence(lens: Lens) -> str:
    """Answer what each layer makes of the sound, from what was measured on it."""
    if lens and lens.settled:
        return _heard(lens)
    if lens:
        return _("In the end the model writes nothing for this sound. {rest}").format(rest=_changed())
    return _changed()


def _heard(lens: Lens) -> str:
    start, end = present.region()
    inside = [found for found in lens.settled if start <= found.symbol.peak < end]
    if present.has_region():
        if not inside:
            return _("In the chosen part the model writes nothing. {rest}").format(rest=_changed())
        return _one(inside[0])
    late = max(inside or lens.settled, key=lambda found: found.layer)
    if len(lens.settled) < MANY:
        return _one(late)
    half = int(np.ceil(np.median([found.layer for found in lens.settled])))
    return _("{one} Half of the {count} symbols it writes stand by layer {half}.").format(
        one=_one(late), count=len(lens.settled), half=half
    )


def _one(found: Settled) -> str:
    """Say when one symbol is first heard, and what was heard in its place before."""
    layers, what = present.card().layers, _named(found)
    if found.layer == 0:
        return _("Even without any layer the model would hear {what}.").format(what=what)
    before = _("it hears silence") if found.before in SILENCE else _("it hears *{label}*").format(label=found.before)
    return _("At layer {layer} of {layers} the model first hears {what}; before that {before}.").format(
        layer=found.layer, layers=layers, what=what, before=before
    )


def _named(found: Settled) -> str:
    label = found.symbol.label.replace("*", "\\*")
    word = present.clip().tiers.at(found.symbol.peak).get("word")
    if word is None:
        return _("the *{label}* at {second:.2f} s").format(label=label, second=found.symbol.peak)
    return _("the *{label}* of *{word}*").format(label=label, word=word.label.replace("*", "\\*"))


def _changed() -> str:
    """Say which layer changes most, and where the picture parts from the input."""
    try:
        likeness, steps = alike.measured()
    except MethodError:
        return _("This sound is too short to compare the layers with each other; each is drawn below on its own.")
    return f"{_most(steps)} {_parting(likeness)}"


def _most(steps: Steps) -> str:
    block = int(steps.difference.argmax()) + 1
    value = float(steps.difference[block - 1])
    if value < 1 - ALIKE:
        return _("No single layer changes much: each stays over {percent} % like the one before it.").format(
            percent=min(99, int(100 * (1 - value)))
        )
    return _("Layer {layer} of {layers} changes most: it is {share:.0%} like the one before it.").format(
        layer=block, layers=len(steps.difference), share=max(0.0, 1 - value)
    )


def _parting(likeness: Likeness) -> str:
    below = np.flatnonzero(likeness.matrix[0] < PARTED)
    if not below.size:
        return _("Even the last layer stays {share:.0%} like what the first one receives.").format(
            share=float(likeness.matrix[0, -1])
        )
    return _("From layer {layer} on, the picture has more that is new than is left of what came in.").format(
        layer=int(below[0])
    )
