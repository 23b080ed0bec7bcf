"""All heads at a glance and the chosen one large: attention gathered into pieces of the clip."""

import numpy as np
import streamlit as st
from jaxtyping import Float32

from core.attention import KINDS, MEASURES, pool
from core.segments import Segment
from core.text import _
from pages._kit import engine, heads
from pages._kit.attending import pieces
from pages._kit.attending.view import View
from pages._kit.browser.payload import Payload
from pages._kit.heads import Heads, Measure

FINEST = 250  # pieces of the chosen head, queries and keys alike
CELLS = 180_000  # of all maps together: with the rows of the strip, what travels stays within 300 KB
Maps = list[Float32[np.ndarray, "heads pieces pieces"]]
SHOWN = ("span", "entropy", "globality", "verticality", "diagonality")


def draw(view: View) -> None:
    """Draw all heads and the chosen one, and the control of what stands on their axes."""
    kind = _kind(view)
    heads.mount(_payload(view, kind), fine=_fine(view) if kind == pieces.SECONDS else None)


def _kind(view: View) -> str:
    names = pieces.kinds(view)
    return st.segmented_control(
        _("Axes in"),
        list(names),
        format_func=names.get,
        default=pieces.SECONDS,
        required=True,
        wrap=True,
        key=f"axes-{'-'.join(names)}",
        help=_("What a line and a column of the pictures stand for: equal pieces of time, or what is said."),
    )


def _payload(view: View, kind: str) -> Payload:
    most = int((CELLS / (view.blocks * view.heads)) ** 0.5)
    cut = pieces.limited(view, pieces.cut(view, kind, min(pieces.WINDOWS, most)), most)
    return engine.once(("heads payload", view.key, kind, cut), lambda: _packed(view, kind, cut))


def _fine(view: View) -> Payload:
    """Pack the chosen head frame by frame, or as finely as is worth sending."""
    layer, head = view.shown
    cut = pieces.cut(view, pieces.SECONDS, FINEST, layer)
    spans = np.array([(piece.start, piece.end) for piece in cut])
    frames = [piece.frames for piece in cut]

    def pack() -> Payload:
        fine = pool(view.trace.attention[layer][head], frames)
        return heads.fine_payload(layer, head, view.blocks, fine, spans)

    return engine.store().get(("fine head", view.key, layer, head), pack)


def _packed(view: View, kind: str, cut: tuple[Segment, ...]) -> Payload:
    found = view.measures
    return heads.heads_payload(
        Heads(
            maps=_stacked(pieces.pooled(view, cut), view.heads),
            spans=np.array([(piece.start, piece.end) for piece in cut]),
            labels=() if kind == pieces.SECONDS else tuple(piece.label for piece in cut),
            measures=tuple(
                Measure(_(title), getattr(found, name), unit, _(meaning))
                for name, (title, unit, meaning) in MEASURES.items()
                if name in SHOWN
            ),
            kinds=[[_(KINDS[kind][1]) if kind >= 0 else "" for kind in row] for row in found.kind],
        )
    )


def _stacked(layers: Maps, heads: int) -> Float32[np.ndarray, "layers heads pieces pieces"]:
    """Lay layers upon each other; one with fewer heads than another leaves their places empty."""
    return np.stack([np.pad(layer, ((0, heads - len(layer)), (0, 0), (0, 0))) for layer in layers])
