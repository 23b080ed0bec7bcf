"""What a run will cost, before it is begun."""

from core.dataset.division import Division
from core.dataset.prepared import PreparedSet


def draw(data: PreparedSet, divisions: tuple[Division, ...]) -> None:
    """Say how long it takes and how much memory it needs."""
