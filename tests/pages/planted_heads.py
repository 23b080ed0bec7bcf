"""A clip and a trace whose heads do what they were made to do."""

import numpy as np
from jaxtyping import Float32

from core.clip import Clip
from core.grid import TokenGrid
from core.model_spec import ModelCard
from core.tiers import Interval, Tiers
from core.timeline import TimeAxis
from core.trace import Trace

RATE = 16_000  # Hz
WORDS = (("the", 0.2, 0.4), ("cat", 0.4, 0.9), ("sat", 0.9, 1.4), ("on", 1.4, 1.7), ("mats", 1.8, 2.4))
PHONES = (("dh", "ah"), ("k", "ae", "t"), ("s", "ae", "t"), ("aa", "n"), ("m", "ae", "t", "s"))
CLOSE, AHEAD, STARE, WIDE = "close", "ahead", "stare", "wide"
STARED_AT = (0.9, 1.4)  # seconds: the word "sat"
AHEAD_FRAMES = 5
SHARPNESS = 2.0  # frames


def clip(seconds: float = 2.6, spoken: bool = True) -> Clip:
    """Noise that is loud while a word is said."""
    time = np.arange(int(seconds * RATE)) / RATE
    loud = np.sum([(time >= start) & (time < end) for _word, start, end in WORDS], axis=0)
    sound = np.random.default_rng(3).standard_normal(time.size) * (0.002 + 0.1 * loud)
    return Clip.of("planted", sound.clip(-1, 1), RATE, tiers() if spoken else Tiers())


def tiers() -> Tiers:
    """Words, and phones that share their word evenly."""
    words = [Interval(start, end, word) for word, start, end in WORDS]
    phones = []
    for word, parts in zip(words, PHONES, strict=True):
        edges = np.linspace(word.start, word.end, len(parts) + 1)
        phones += [Interval(float(a), float(b), part) for a, b, part in zip(edges, edges[1:], parts, strict=False)]
    return Tiers.of([("word", words), ("phone", phones)])


def heads_of(layer: int, layers: int, heads: int) -> tuple[str, ...]:
    """What the heads of a layer do: the lower half stays close, the upper half stares and spreads."""
    low = (CLOSE, AHEAD, CLOSE, CLOSE, STARE, AHEAD)
    high = (STARE, WIDE, WIDE, CLOSE, STARE, WIDE)
    kinds = low if layer <= layers // 2 else high
    return tuple(kinds[head % len(kinds)] for head in range(heads))


def head(kind: str, time: TimeAxis, noise: np.random.Generator) -> Float32[np.ndarray, "frames frames"]:
    """Make one head; every row sums to one."""
    place = np.arange(time.count)
    if kind in (CLOSE, AHEAD):
        shift = AHEAD_FRAMES if kind == AHEAD else 0
        made = np.exp(-0.5 * ((place[None] - place[:, None] - shift) / SHARPNESS) ** 2) + 1e-6
    elif kind == STARE:
        inside = time.within(*STARED_AT)
        made = np.full((time.count, time.count), 0.002)
        made[:, inside] = 1.0
    else:
        made = np.ones((time.count, time.count))
    made = made * noise.uniform(0.9, 1.1, made.shape)
    return (made / made.sum(1, keepdims=True)).astype(np.float32)


def trace(of: Clip, layers: int = 8, heads: int = 6, width: int = 16) -> Trace:
    """A trace of ``of`` with planted heads; hidden states are noise."""
    noise = np.random.default_rng(layers)
    time = TimeAxis(0.0125, 0.02, 0.025, int((of.seconds - 0.025) / 0.02) + 1)
    hidden = tuple(noise.standard_normal((time.count, width)).astype(np.float32) for _layer in range(layers + 1))
    attention = tuple(
        np.stack([head(kind, time, noise) for kind in heads_of(layer, layers, heads)]) for layer in range(1, layers + 1)
    )
    return Trace("planted", of.fingerprint, of.seconds, hidden, (TokenGrid(time),) * (layers + 1), attention, (), None)


def card(layers: int = 8, heads: int = 6, attends: bool = True) -> ModelCard:
    """What the planted model would say of itself."""
    return ModelCard("planted", "planted", layers, heads, 16, 1000, RATE, attends=attends)
