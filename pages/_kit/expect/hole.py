"""The hole that is asked about, and what was found in it; once for all visitors."""

from collections.abc import Hashable
from dataclasses import dataclass
from time import perf_counter
from typing import TYPE_CHECKING

from core.clip import Clip
from pages._kit import engine, present

if TYPE_CHECKING:
    from core.expectation.region import Expected
    from core.loading import LoadedModel

USUAL = 0.2  # seconds; the hole that wav2vec 2.0 learned with
LEAST = 0.1  # seconds; a shorter phone leaves too few frames to ask about


@dataclass(frozen=True, eq=False)
class Found:
    """What the model expects in the hole.

    chosen   whether the visitor chose the hole
    seconds  that one pass took, for estimates of more passes
    """

    key: Hashable
    clip: Clip
    chosen: bool
    expected: "Expected"
    seconds: float


def now() -> Found:
    """Ask the chosen model about the chosen part; ClipError, MethodError where it cannot be asked."""
    clip = present.clip()
    start, end = present.region() if present.has_region() else usual(clip)
    key = ("expected", present.spec(), clip.fingerprint, round(start, 4), round(end, 4))
    model = present.model()
    expected, seconds = engine.once(key, lambda: _ask(model, clip, start, end))
    return Found(key, clip, present.has_region(), expected, seconds)


def _ask(model: "LoadedModel", clip: Clip, start: float, end: float) -> "tuple[Expected, float]":
    from core.expectation.region import expect

    began = perf_counter()
    return expect(model, clip, start, end), perf_counter() - began


def usual(clip: Clip) -> tuple[float, float]:
    """Choose where nothing was chosen: the phone nearest to the middle, else 0.2 s there."""
    middle = clip.seconds / 2
    phones = [item for item in clip.tiers.spoken("phone") if LEAST <= item.seconds <= clip.seconds / 2]
    near = min(phones, key=lambda phone: abs((phone.start + phone.end) / 2 - middle), default=None)
    if near is not None:
        return near.start, near.end
    half = min(USUAL, clip.seconds / 2) / 2
    return middle - half, middle + half


def named(clip: Clip, start: float, end: float) -> str:
    """Name a stretch by what is said in it, finest first; empty where nothing is known."""
    for tier in ("phone", "word"):
        inside = [item.label for item in clip.tiers.spoken(tier) if start <= (item.start + item.end) / 2 < end]
        if inside:
            return " ".join(inside)
    at = clip.tiers.at((start + end) / 2)
    return at["phone"].label if "phone" in at else at["word"].label if "word" in at else ""
