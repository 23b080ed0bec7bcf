"""A clip and a trace whose layers do what they were made to do."""

from dataclasses import replace

import numpy as np
from jaxtyping import Float32

from core.clip import Clip
from core.grid import TokenGrid
from core.model_spec import ModelCard
from core.tiers import Interval, Tiers
from core.timeline import TimeAxis
from core.trace import Trace

RATE = 16_000  # Hz
FRAMES, WIDTH, CHANNELS, LAYERS = 60, 12, 8, 3
TIME = TimeAxis(0.0125, 0.02, 0.025, FRAMES)
SYMBOLS = ("", "k", "ae", "t")
BLANK, K, AE, T = range(4)
CAT = {"k": (20, 25), "ae": (26, 33), "t": (34, 39)}  # frames, last not included
UNIT, PEAK = 5, 29  # of layer 2: what it is that excites this unit, and when
SURE = 8.0  # logit of what wins

Logits = tuple[Float32[np.ndarray, "frames symbols"], ...]


def clip(frames: int = FRAMES, spoken: bool = True) -> Clip:
    """Noise, with the word "cat" in its middle."""
    sound = 0.1 * np.random.default_rng(5).standard_normal(int(RATE * (0.02 * frames + 0.005)))
    return Clip.of("planted layers", sound.clip(-1, 1), RATE, tiers() if spoken else Tiers())


def tiers() -> Tiers:
    """One word of three phones."""
    phones = [Interval(0.02 * first, 0.02 * stop + 0.02, label) for label, (first, stop) in CAT.items()]
    return Tiers.of([("word", [Interval(phones[0].start, phones[-1].end, "cat")]), ("phone", phones)])


def logits() -> Logits:
    """Layer 1 hears a t where the final text has a k; layer 2 hears k and ae; only the last layer hears the t."""
    plans = ({}, {"k": T}, {"k": K, "ae": AE}, {"k": K, "ae": AE, "t": T})
    return tuple(_logits(plan) for plan in plans)


def _logits(plan: dict[str, int]) -> Float32[np.ndarray, "frames symbols"]:
    found = np.zeros((FRAMES, len(SYMBOLS)), dtype=np.float32)
    winners = np.full(FRAMES, BLANK)
    for label, symbol in plan.items():
        winners[slice(*CAT[label])] = symbol
    found[np.arange(FRAMES), winners] = SURE
    return found


def trace(of: Clip, frames: int = FRAMES, speaks: bool = True, convolutions: int = 2) -> Trace:
    """Layer 1 turns what it receives, layer 2 barely moves it and has one loud moment, layer 3 is something else."""
    noise = np.random.default_rng(11)
    first = noise.standard_normal((frames, WIDTH)).astype(np.float32)
    turn = np.linalg.qr(noise.standard_normal((WIDTH, WIDTH)))[0].astype(np.float32)
    second = first @ turn
    third = second + 0.01 * noise.standard_normal((frames, WIDTH)).astype(np.float32)
    third[min(PEAK, frames - 1), UNIT] = 20.0
    hidden = (first, second, third, noise.standard_normal((frames, WIDTH)).astype(np.float32))
    front = tuple(noise.standard_normal((frames, CHANNELS)).astype(np.float32) for _ in range(convolutions))
    grids = (TokenGrid(replace(TIME, count=frames)),) * (LAYERS + 1)
    return Trace("planted", of.fingerprint, of.seconds, hidden, grids, (), front, logits()[-1] if speaks else None)


def card(speaks: bool = True) -> ModelCard:
    """What the planted model says of itself."""
    symbols = SYMBOLS if speaks else ()
    return ModelCard(
        "planted", "planted", LAYERS, 1, WIDTH, 1000, RATE, symbols=symbols, blank=0 if speaks else -1, speaks=speaks
    )
