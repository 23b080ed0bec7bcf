"""What the page says of itself: how to read it, and what it does not mean."""

from core.text import _


def reminder() -> str:
    """Say in one sentence why attention is no explanation; always in sight."""
    return _(
        "Attention alone is not an explanation of what the model says: it shows where information may be taken from, "
        "not whether it was used."
    )


def meaning() -> tuple[str, ...]:
    """Say in a few sentences how to read the page."""
    return (
        _(
            "In every layer, each moment of the sound gathers something from other moments. A **head** decides from "
            "which, and how much from each: that is its **attention**."
        ),
        _(
            "In a picture of a head, each line is a moment that looks, each column a moment that is looked at; the "
            "stronger the colour, the more it takes from there. A strong diagonal means: each looks at itself. A "
            "strong column means: all look at the same moment."
        ),
        _(
            "On the strip, the height says how much the chosen head takes from each moment. Drag over the strip, or "
            "click a word, to ask from there."
        ),
    )


def caution() -> str:
    """Say what the page does not mean."""
    return _(
        "Much attention does not make a moment matter for the answer: a head may look at a pause because it has "
        "nothing to do. What matters is found by changing the sound and looking at what the model says then."
    )
