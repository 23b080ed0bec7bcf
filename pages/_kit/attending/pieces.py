"""Which pieces of the clip stand on the axes: seconds, words, phones, or the symbols that the model writes."""

from dataclasses import replace

import numpy as np
from jaxtyping import Float32
from numpy import ndarray

from core import ctc, segments
from core.attention import pool
from core.model_spec import ModelCard
from core.segments import SILENCE, Segment
from core.text import N_, _
from core.tiers import Interval
from core.trace import Trace
from pages._kit import engine, present
from pages._kit.attending.view import View

SECONDS = "seconds"
NAMES = {SECONDS: N_("seconds"), "word": N_("words"), "phone": N_("phones"), "symbol": N_("what the model writes")}
WINDOWS = 64  # pieces of equal length when the axes are in seconds


def kinds(view: View) -> dict[str, str]:
    """List the pieces that this clip and this model allow, with their names."""
    known = {SECONDS: True, "symbol": bool(_symbols(view))}
    known |= {name: bool(view.clip.tiers.spoken(name)) for name in ("word", "phone")}
    return {name: _(title) for name, title in NAMES.items() if known[name]}


def cut(view: View, kind: str, windows: int = WINDOWS, block: int = 0) -> tuple[Segment, ...]:
    """Cut the clip into pieces of one kind that together cover all frames of a layer, counted from 0."""
    time, seconds = view.time(block), view.clip.seconds
    if kind == SECONDS:
        return segments.windows(time, seconds, windows)
    if kind == "symbol":
        return segments.of_intervals(_symbols(view), time, seconds)
    return segments.of_tier(view.clip.tiers, kind, time, seconds)


def pooled(view: View, cut: tuple[Segment, ...]) -> list[Float32[ndarray, "heads pieces pieces"]]:
    """Gather every layer's attention into the pieces, which were cut for the first layer's frames."""
    same = [piece.frames for piece in cut]
    frames = view.time(0).count
    return [pool(_stretched(layer, frames), same) for layer in view.trace.attention]


def _stretched(layer: Float32[ndarray, "heads some some"], frames: int) -> Float32[ndarray, "heads frames frames"]:
    """Repeat the frames of a layer that has fewer; every row still sums to one."""
    count = layer.shape[-1]
    if count == frames:
        return layer
    at = np.arange(frames) * count // frames
    return layer[:, at][:, :, at] / np.bincount(at, minlength=count)[at].astype(np.float32)


def limited(view: View, cut: tuple[Segment, ...], most: int) -> tuple[Segment, ...]:
    """Keep at most ``most`` pieces, those around the chosen part, or around the middle of the clip."""
    start, end = view.region or (0.0, view.clip.seconds)
    return segments.limited(cut, (start + end) / 2, most)


def finest(view: View) -> str:
    """Name the pieces in which a sentence speaks of a moment."""
    known = kinds(view)
    return next(name for name in ("word", "phone", SECONDS) if name in known)


def _symbols(view: View) -> tuple[Interval, ...]:
    card, trace = present.card(), view.trace
    if not card.speaks or trace.logits is None:
        return ()
    return engine.store().get(("symbols", view.key), lambda: _written(trace, card))


def _written(trace: Trace, card: ModelCard) -> tuple[Interval, ...]:
    found = ctc.greedy(trace.logits, card.symbols, card.blank, trace.symbol_time)
    return tuple(Interval(item.start, item.end, item.label) for item in found if item.label.strip())


def name(piece: Segment, share: str = "") -> str:
    """Name a piece in a sentence, with the moment of its middle and, where given, its share."""
    moment = _("{second:.2f} s").format(second=(piece.start + piece.end) / 2)
    if piece.label == moment:
        return f"{moment} ({share})" if share else moment
    said = _("a pause") if piece.label == SILENCE else f"*{plain(piece.label)}*"
    return f"{said} ({'; '.join(filter(None, (moment, share)))})"


def label(piece: Segment) -> str:
    """Write a piece where no markup is read."""
    if piece.label == SILENCE:
        return _("pause")
    if piece.label == f"{(piece.start + piece.end) / 2:.2f} s":
        return _("{start:.2f} to {end:.2f} s").format(start=piece.start, end=piece.end)
    return piece.label


def rest(piece: Segment) -> Segment:
    """Name what is left of a piece of which a part is itself the part that asks."""
    return replace(piece, label=_("rest of {label}").format(label=label(piece)))


def plain(label: str) -> str:
    """Escape what Markdown would take for markup."""
    return "".join(f"\\{letter}" if letter in "\\`*_{}[]()#+!|<>$:~" else letter for letter in label)


def asked(view: View) -> str:
    """Name the chosen part: its words, else its phones, else its seconds; as in the strip's own line."""
    if view.region is None:
        return _("the whole sound")
    start, end = view.region
    for tier in ("word", "syllable", "phone"):
        inside = [item.label for item in view.clip.tiers.spoken(tier) if _mostly_in(item, start, end)]
        if inside:
            return f"*{plain(' '.join(inside))}*"
    return _("{start:.2f} to {end:.2f} s").format(start=start, end=end)


def _mostly_in(item: Interval, start: float, end: float) -> bool:
    return min(end, item.end) - max(start, item.start) >= item.seconds / 2
