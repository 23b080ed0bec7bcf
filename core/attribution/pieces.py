"""Choose the pieces of time that a person would ask about: words, phones, what the model writes, equal windows."""

from collections.abc import Sequence
from itertools import groupby, pairwise

from core import ctc
from core.clip import Clip
from core.ctc import Symbol
from core.loading import LoadedModel
from core.segments import Segment, of_intervals, of_tier
from core.text import N_, _
from core.tiers import Interval
from core.timeline import TimeAxis
from core.trace import symbol_time, told

ROWS = {"word": N_("words"), "syllable": N_("syllables"), "phone": N_("phones")}
WRITTEN = {"written-word": N_("words that the model writes"), "written": N_("what the model writes")}
WINDOWS = {f"window-{ms}": ms for ms in (35, 70, 140, 280, 560, 1120)}  # milliseconds
BORDERS = frozenset({"|", "", " "})  # symbols that stand between words
COLUMN = 0.01  # seconds; borders are where they are, but a gap shorter than this is no pause
FEWEST, MOST = 2, 250  # windows worth offering
USUAL = 40  # windows that are still heard one by one in good time
PAUSE = 0.3  # seconds of blank between two written symbols that are more than their beginnings and ends
REACH = 0.1  # seconds by which a symbol reaches into a pause


def available(clip: Clip, symbols: Sequence[Symbol] = ()) -> dict[str, str]:
    """List the kinds of pieces that a clip allows, with their names, finest meaning first.

    symbols  what a model wrote of the clip, from ``written`` or a trace; empty for a classifier
    """
    found = {name: _(title) for name, title in ROWS.items() if clip.tiers.spoken(name)}
    said = [symbol for symbol in symbols if symbol.label.strip() not in BORDERS]
    if said and len(said) < len(symbols):
        found["written-word"] = _(WRITTEN["written-word"])
    if said:
        found["written"] = _(WRITTEN["written"])
    for name, length in WINDOWS.items():
        if FEWEST <= clip.seconds * 1000 / length <= MOST:
            found[name] = _("equal windows of {ms} ms").format(ms=length)
    return found or {"whole": _("the whole sound")}


def usual(clip: Clip, symbols: Sequence[Symbol] = ()) -> str:
    """Name the kind to begin with: from the tiers, else what the model writes, else windows of 70 ms or longer."""
    known = available(clip, symbols)
    few = [name for name in known if WINDOWS.get(name, 0) >= 70 and clip.seconds * 1000 / WINDOWS[name] <= USUAL]
    return next((name for name in known if name not in WINDOWS), next(iter(few), next(reversed(known))))


def cut(clip: Clip, kind: str, symbols: Sequence[Symbol] = ()) -> tuple[Segment, ...]:
    """Cut a clip into pieces that cover it from end to end; silences between become pieces of their own.

    Their frames are columns of 10 ms. Raises MethodError where a row of the tiers says nothing.
    """
    if kind in WINDOWS:
        return _windows(clip, WINDOWS[kind] / 1000)
    if kind == "whole":
        return of_intervals([Interval(0.0, clip.seconds, clip.name)], _columns(clip), clip.seconds)
    if kind == "written":
        spoken = [item for item in _reaching(symbols, clip.seconds) if item.label not in BORDERS]
        return of_intervals(spoken, _columns(clip), clip.seconds)
    if kind == "written-word":
        return of_intervals(_words(symbols, clip.seconds), _columns(clip), clip.seconds)
    return of_tier(clip.tiers, kind, _columns(clip), clip.seconds)


def written(model: LoadedModel, clip: Clip) -> tuple[Symbol, ...]:
    """Ask a model once what it writes and when; nothing for one that does not write."""
    import torch

    if not model.card.speaks:
        return ()
    samples, family = model.samples(clip), model.family
    with told(model.card.title):
        inputs = model.placed(family.encode(model.extractor, samples))
    with model.exclusive() as module, torch.no_grad(), family.around(module), told(model.card.title):
        time = family.grids(module, model.extractor, samples.size)[0].time
        logits = module(**inputs, **family.call).logits[0].float().cpu().numpy()
    return ctc.greedy(logits, model.card.symbols, model.card.blank, symbol_time(time, len(logits)))


def _columns(clip: Clip) -> TimeAxis:
    return TimeAxis(COLUMN / 2, COLUMN, COLUMN, max(round(clip.seconds / COLUMN), 1))


def _windows(clip: Clip, length: float) -> tuple[Segment, ...]:
    """Cut windows of one length; what is left at the end goes with the last where it is less than half of one."""
    count = max(round(clip.seconds / length), 1)
    starts = [length * at for at in range(count)]
    ends = [*starts[1:], max(clip.seconds, starts[-1] + COLUMN)]
    found = [Interval(*edges, f"{sum(edges) / 2:.2f} s") for edges in zip(starts, ends, strict=True)]
    return of_intervals(found, _columns(clip), clip.seconds)


def _reaching(symbols: Sequence[Symbol], seconds: float) -> list[Interval]:
    """Give the blank around symbols to them, for a CTC head writes a symbol in a few frames of the sound it stands for.

    Neighbours share what lies between them, unless it is long enough for a pause. One interval per symbol.
    """
    gaps = [right.start - left.end for left, right in pairwise(symbols)]
    shares = [gap / 2 if gap <= PAUSE else REACH for gap in gaps]
    return [
        Interval(max(symbol.start - before, 0.0), min(symbol.end + after, seconds), symbol.label.strip())
        for symbol, before, after in zip(symbols, [REACH, *shares], [*shares, REACH], strict=bool(symbols))
    ]


def _words(symbols: Sequence[Symbol], seconds: float) -> list[Interval]:
    """Join the symbols between two borders of words."""
    stretches = zip(symbols, _reaching(symbols, seconds), strict=True)
    found = []
    for border, group in groupby(stretches, lambda pair: pair[1].label in BORDERS):
        if not border:
            letters, spoken = zip(*group, strict=True)
            found.append(Interval(spoken[0].start, spoken[-1].end, ctc.spell(letters)))
    return found
