"""How to read the Layers page, and what it does not mean."""

from core.text import _


def meaning() -> tuple[str, ...]:
    """Say how to read the page."""
    return (
        _(
            "A model hears in steps. Its convolutions turn the wave into a few dozen descriptions a second; each layer "
            "then rewrites every description with what the others say."
        ),
        _(
            "Time runs left to right, as in the sound above. Moments of like colour are alike to that layer; going "
            "down the lines, you go deeper into the model."
        ),
        _(
            "The slider stops the model at a layer: its units, its activity and what it would write there change at "
            "once. σ is one standard deviation: 0 is a unit's own average, 3 is very unusual."
        ),
    )


def caution() -> str:
    """Say what the page does not mean."""
    return _(
        "Active is not important: a unit or a moment can stand out without mattering to what the model says. What can "
        "be read off a layer is not thereby used. Layers that are alike arrange the moments alike; that does not make "
        "them mean the same."
    )
