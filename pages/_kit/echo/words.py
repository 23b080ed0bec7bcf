"""How to read the Echo page, and what it does not mean."""

from core.text import _


def meaning() -> tuple[str, ...]:
    """Say how to read the page."""
    return (
        _(
            "At every layer a fitted straight line turns what the model holds at a moment back into a picture of the "
            "sound at that moment: 80 bands of pitch, a column every hundredth of a second. 100 % means that the "
            "picture of unknown voices saying unknown sentences comes back complete, 0 % that it is no better than the "
            "average picture."
        ),
        _(
            "That picture is then made into sound. It has no phase, which has to be made up: the rough, hollow tone "
            "comes from there. *The detour without a layer* goes the same way with the true picture: what you hear in "
            "it too is not the layer's doing."
        ),
        _(
            "Three controls always stand beside it: the same network with random weights (its build alone lets "
            "something through), the average picture (all that can be said without listening), and the detour without "
            "a layer. Everything plays as loud as the original."
        ),
    )


def caution() -> str:
    """Say what the page does not mean."""
    return _(
        "What a straight line cannot read may still be there in a form that only the next layers can read: that is why "
        "the share can rise with depth. What can be read is not thereby used by the model. And a decoder that has "
        "learned from many voices fills in what is usual: detail can be invented, which is why the numbers come from "
        "voices and sentences that it never met."
    )
