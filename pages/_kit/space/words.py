"""How to read the Space page, and what it does not mean."""

from core.text import _


def meaning() -> tuple[str, ...]:
    """Say how to read the page."""
    return (
        _(
            "A layer describes every moment by a few hundred numbers. Two moments are near each other in the layer "
            "when these descriptions point the same way. The map flattens that to two dimensions: it shows a part."
        ),
        _(
            "Every point is a phone, a word or a whole recording of the corpus: point at it to read it, click to hear "
            "it. The line is your own sound, averaged over as long a stretch as a point stands for; the labels on it "
            "are what it says, and the playhead walks along. On maps other than main directions your sound lies where "
            "its five nearest points are on average."
        ),
        _(
            "The slider of layers moves the points. Each map is turned and mirrored as a whole so that points move as "
            "little as they can, and drawn at the same size: only who is near whom counts, not left, right, up or down."
        ),
        _(
            "The curves ask, for every stretch, whether the nearest one that is in another recording (and another "
            "sentence, where the corpus has enough of them) has the same label. Broken lines: by chance. Dotted: if "
            "the mean spectrum alone decided, without any model. Thin: the same network with random weights, which has "
            "learned nothing. Bands: 95 % intervals over recordings."
        ),
    )


def caution() -> str:
    """Say what the page does not mean."""
    return _(
        "What lies together can be told apart there; that does not show that the model uses it. A group that looks "
        "torn on the map may be whole in the layer, and the other way round: trust the numbers. A unit that a sound "
        "excites is a direction, not a detector. All numbers hold for this corpus; its voices may be few, or made by "
        "machines."
    )
