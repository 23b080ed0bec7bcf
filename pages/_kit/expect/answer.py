"""The page's answer in a sentence, computed from the hole."""

import numpy as np

from core.text import _, n_
from pages._kit.expect import hole
from pages._kit.expect.hole import Found
from pages._kit.plain import plain


def sentence(found: Found) -> str:
    """Say how well the truth is expected, and what is most like what is expected."""
    it = found.expected
    place = _place(found, it.start, it.end)
    if not it.contrast.others:
        return _(
            "All of this sound has one and the same code in this model: there is nothing that the hole from {place} "
            "could be told from."
        ).format(place=place)
    return f"{_probability(found, place)} {_alike(found)}".strip()


def _probability(found: Found, place: str) -> str:
    told = found.expected.contrast
    mean, chance, count = float(told.probability.mean()), told.chance, len(told.frames)
    if mean > 2 * chance:
        said = _("Masked from {place}, the model gives what was really there {mean} on average; chance is {chance}.")
    else:
        said = _(
            "Masked from {place}, the model guesses what was there hardly better than chance: it gives it {mean} on "
            "average, chance is {chance}."
        )
    best = n_(
        "At {right} of {count} moment nothing else is more like what it expects.",
        "At {right} of {count} moments nothing else is more like what it expects.",
        count,
    ).format(right=int(told.right.sum()), count=count)
    return (
        said.format(place=place, mean=f"{mean:.0%}" if mean >= 0.1 else f"{mean:.1%}", chance=f"{chance:.1%}")
        + " "
        + best
    )


def _alike(found: Found) -> str:
    if not found.expected.alike:
        return ""
    best = found.expected.alike[0]
    return _("Of the rest of this sound, {place} is most like what it expects.").format(
        place=_place(found, best.start, best.end)
    )


def _place(found: Found, start: float, end: float) -> str:
    name = hole.named(found.clip, start, end)
    place = _("{start:.2f} to {end:.2f} s").format(start=max(start, 0.0), end=end)
    return f"{place} (*{plain(name)}*)" if name else place


def surprise(probability: np.ndarray) -> float:
    """Average what is a number; NaN where nothing is."""
    known = probability[np.isfinite(probability)]
    return float(known.mean()) if known.size else float("nan")
