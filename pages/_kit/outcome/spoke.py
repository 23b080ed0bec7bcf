"""One line of the strip that tells which moments spoke for a class, and which against it."""

import numpy as np
from jaxtyping import Float

from core.text import _
from core.timeline import TimeAxis
from pages._kit.strip import Matrix

LEAST = 1e-9  # keeps the scale apart from zero where nothing spoke


def row(name: str, line: Float[np.ndarray, " frames"], time: TimeAxis, strongest: float, meaning: str) -> Matrix:
    """Draw what each moment added to a score; ``strongest`` is the size that the deepest colours stand for."""
    strongest = max(strongest, LEAST)
    return Matrix(
        name,
        line[None].astype(np.float32),
        time,
        low=-strongest,
        high=strongest,
        colours="signed",
        unit=_("of the score"),
        bands=(_("for or against"),),
        help=meaning,
    )
