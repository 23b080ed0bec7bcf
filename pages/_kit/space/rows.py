"""The row on the strip: what of the corpus lies nearest to each stretch of the clip, layer by layer."""

from collections.abc import Sequence
from itertools import pairwise
from typing import TYPE_CHECKING

import numpy as np

from core.space.nearness import Standard, cosines
from core.text import _
from core.tiers import Interval
from pages._kit import engine, present, strip
from pages._kit.browser.payload import Payload
from pages._kit.layers.stops import Stop
from pages._kit.space import banks, points
from pages._kit.space.asking import Wanted
from pages._kit.strip import Choice, Labels

if TYPE_CHECKING:
    from core.space.bank import Bank

PIECE = 0.08  # seconds of the pieces that a clip is cut into where nothing is written down: about a phone


def add(bank: "Bank", every: Sequence[Stop], wanted: Wanted) -> None:
    """Put the row on the strip, with the slider of layers."""
    key = banks.key("row", wanted.kind, present.clip().fingerprint)
    strip.rows(engine.store().get(key, lambda: _payload(bank, every, wanted)), key="space-nearest")


def _payload(bank: "Bank", every: Sequence[Stop], wanted: Wanted) -> Payload:
    parts = points.stretches(wanted.kind) or _pieces()
    shown = [stop for stop in every if stop.value in bank.stops]
    row = Choice(
        "layer",
        _("Layer"),
        tuple(_nearest(bank, stop, parts, wanted) for stop in shown),
        tuple(stop.label for stop in shown),
        tuple(stop.colour for stop in shown),
        first=1,
        base=shown[0].value,
    )
    return strip.rows_payload([row])


def _pieces() -> tuple[Interval, ...]:
    seconds = present.clip().seconds
    edges = np.linspace(0, seconds, max(2, round(seconds / PIECE) + 1))
    return tuple(Interval(float(start), float(end), "") for start, end in pairwise(edges))


def _nearest(bank: "Bank", stop: Stop, parts: Sequence[Interval], wanted: Wanted) -> Labels:
    """Name each stretch after the nearest one of another recording; its box is the fuller, the nearer that lies."""
    values, segments = bank.vectors(stop.value, wanted.kind), bank.of(wanted.kind)
    standard = Standard.of(values)
    asked = np.stack([stop.frames[stop.time.within(part.start, part.end)].mean(0) for part in parts])
    near = cosines(standard.scores(asked), standard.scores(values))
    own = present.clip().fingerprint
    near[:, [bank.heard[row.utterance].clip == own for row in segments.rows]] = -1.0
    best, labels = near.argmax(1), [points.name(row, wanted) for row in segments.rows]
    share = np.clip(np.nan_to_num(near.max(1)), 0.0, 1.0)
    return Labels(
        _("Nearest in the corpus"),
        tuple(Interval(part.start, part.end, labels[at]) for part, at in zip(parts, best.tolist(), strict=True)),
        confidence=tuple(round(float(value), 3) for value in share),
        colour=stop.colour,
        values=tuple(_("likeness {value:.2f} of 1").format(value=float(value)) for value in share),
        help=_(
            "What is said in that stretch of the corpus which lies nearest in this layer. Nearest is not the same as "
            "recognised: something is always nearest."
        ),
    )
