"""How to read the Compare page, and what it does not mean."""

from core.text import _


def meaning() -> tuple[str, ...]:
    """Say how to read the page."""
    return (
        _(
            "Thousands of moments from many voices go through every layer. Two layers are alike where they find the "
            "same moments near to each other and the same ones far apart, however each writes that down."
        ),
        _(
            "A cell compares one layer, read at the left, with another, read below; going down or right you go deeper. "
            "With two models, rings mark the best match of each layer where it stands out; on the dashed line both lie "
            "at the same depth."
        ),
        _(
            "Dimensions count in how many directions the moments of a layer vary. The curves below say how much of the "
            "sound, and of the phones, straight-line combinations of a layer follow, tested on voices and sentences "
            "that were not fitted on."
        ),
    )


def caution() -> str:
    """Say what the page does not mean."""
    return _(
        "Alike is not the same: two layers can arrange the moments alike and still be used differently. Likeness does "
        "not change when a layer is turned or scaled, but it does when single directions are stretched; CCA takes even "
        "that as the same. Every unit counts alike here (z-scores), so that a few outsized units cannot decide. What a "
        "layer has in common with the phones can be read off it, which does not mean that the model uses it."
    )
