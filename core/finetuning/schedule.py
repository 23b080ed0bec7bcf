"""How the learning rate goes: up in a straight line, then down as half a cosine (Loshchilov & Hutter 2017)."""

from math import cos, pi


def factor(done: float, warm_up: float) -> float:
    """Share of the highest rate after a share ``done`` of all steps, of which the share ``warm_up`` is the rise."""
    if done < warm_up:
        return done / warm_up
    return 0.5 * (1 + cos(pi * (done - warm_up) / (1 - warm_up)))
