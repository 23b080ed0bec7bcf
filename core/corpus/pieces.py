"""Cut recordings of several sentences: a model hears one sentence at a time."""

from collections.abc import Iterator

from core.tiers import Tiers

LONGEST_SECONDS = 30.0  # of one utterance
MARGIN_SECONDS = 0.15  # kept around a sentence, as far as its neighbours leave room

Piece = tuple[float, float]
"""Start and end in seconds."""


def pieces(tiers: Tiers, seconds: float) -> tuple[Piece, ...]:
    """Return the stretches to be heard one at a time: the whole, or each sentence where there are several.

    Empty where the recording is too long to be heard at once and tells no sentences; sentences that are too long
    themselves are left out.
    """
    said = tiers.spoken("sentence")
    if len(said) < 2 and seconds <= LONGEST_SECONDS:
        return ((0.0, seconds),)
    return tuple(piece for piece in _around(tiers, seconds) if piece[1] - piece[0] <= LONGEST_SECONDS)


def _around(tiers: Tiers, seconds: float) -> Iterator[Piece]:
    said = tiers.spoken("sentence")
    ends = [0.0, *(item.end for item in said)]
    starts = [*(item.start for item in said), seconds]
    for place, item in enumerate(said):
        before, after = (ends[place] + item.start) / 2, (item.end + starts[place + 1]) / 2
        first = max(item.start - MARGIN_SECONDS, 0.0 if place == 0 else before)
        last = min(item.end + MARGIN_SECONDS, seconds if place == len(said) - 1 else after)
        yield first, last
