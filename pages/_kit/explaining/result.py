"""An explanation with what is read off it for the sentence, the strip and the table."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from core.attribution import laid
from core.segments import Segment
from pages._kit import engine
from pages._kit.explaining.finding import Wanted

if TYPE_CHECKING:
    from core.attribution.attribution import Attribution
    from core.attribution.retelling import Told


@dataclass(frozen=True, eq=False)
class Result:
    """What a method found.

    contributions  of each of the question's pieces, to the score
    leading        the piece that speaks most for it, and its share of all that does
    without        what the model says without that piece; None where no piece speaks for it
    """

    wanted: Wanted
    found: "Attribution"
    contributions: tuple[float, ...]
    leading: Segment | None
    share: float
    without: "Told | None"


def of(wanted: Wanted, found: "Attribution") -> Result:
    """Add an explanation up over the pieces, and ask the model once more without the one that matters most."""
    pieces = wanted.asked.pieces
    contributions = laid.per_piece(found, pieces)
    best, share = laid.leading(contributions)
    leading = pieces[best] if best >= 0 else None
    return Result(wanted, found, contributions, leading, share, _without(wanted, leading) if leading else None)


def _without(wanted: Wanted, piece: Segment) -> "Told":
    def ask() -> "Told":
        from core.attribution.question import asked
        from core.attribution.retelling import without_pieces

        with asked(wanted.model, wanted.asked.clip, wanted.target) as question:
            return without_pieces(question, [piece])

    return engine.once(("without", wanted.asked.key, wanted.target, piece), ask)
