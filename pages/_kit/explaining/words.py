"""What the page says of itself: how to read it, and what it does not mean."""

from core.text import _


def meaning() -> tuple[str, ...]:
    """Say in a few sentences how to read the page."""
    return (
        _(
            "The **score** is what the model gives to one answer. A method asks how much each part of the sound moved "
            "it, and lays the answer over the sound: orange moved it up, blue moved it down."
        ),
        _(
            "Methods that take pieces away ask the model again without each piece. Methods that look inside ask how "
            "the score hangs on each number that the model was given."
        ),
        _(
            "The row under the words adds up what each piece of time did. Play only the part that the model used, and "
            "hear whether it would be enough for you as well."
        ),
    )


def caution() -> str:
    """Say what the page does not mean."""
    return _(
        "A coloured map is not a proof. It shows what moved this one answer of this one model, not what is true of the "
        "sound; methods contradict each other, and some draw the same map for a model that has learned nothing. The "
        "checks on this page say how far to trust this one. Layer-wise relevance propagation (LRP) is patented; "
        "commercial use may need a licence."
    )
