"""How the learning rate goes: up in a straight line, then down as half a cosine (Loshchilov & Hutter 2017)."""

from math import cos, pi


def factor(step: int, total: int, warm_up: float) -> float:
    """Share of the highest rate at ``step``, counted from 1 to ``total``; ``warm_up`` is a share of all steps."""
    rising = warm_up * total
    if step < rising:
        return step / rising
    return 0.5 * (1 + cos(pi * (step - rising) / max(total - rising, 1)))
