"""BertViz: every head's attention as lines between words, phones or other pieces, in its own two views."""

import streamlit as st

from core import segments
from core.bertviz_view import bertviz_page
from core.segments import Segment
from core.text import _
from pages._kit import engine
from pages._kit.attending import pieces
from pages._kit.attending.view import View

WINDOWS = 20  # pieces where the clip is cut into equal ones
LAYERS_SHOWN = 3  # of the model view, before the visitor chooses others


def draw(view: View) -> None:
    """Draw the views once they are opened."""
    opened = st.expander(
        _("BertViz: lines between words"), icon=":material/polyline:", key="bertviz", on_change="rerun"
    )
    if not opened.open:
        return
    with opened:
        st.markdown(
            _(
                "At the left is what looks, at the right what is looked at; a line is the stronger the more attention "
                "goes that way. Point at a piece to see its lines alone."
            )
        )
        shown, kind = _controls(view)
        layers = _layers(view) if shown == "model" else tuple(range(1, view.blocks + 1))
        cut = pieces.limited(view, pieces.cut(view, kind, WINDOWS), segments.MOST)
        if len(cut) > 1 and layers:
            st.iframe(_page(view, shown, cut, layers), height="content", alt=_alt(shown))


def _controls(view: View) -> tuple[str, str]:
    left, right = st.columns(2)
    views = {"head": _("one layer, its heads"), "model": _("many layers, all heads")}
    shown = left.segmented_control(
        _("View"),
        list(views),
        format_func=views.get,
        default="head",
        required=True,
        wrap=True,
        key="bertviz-view",
        help=_("BertViz calls them head view and model view."),
    )
    names = pieces.kinds(view)
    kind = right.segmented_control(
        _("Pieces"),
        [name for name in names if name != pieces.SECONDS] + [pieces.SECONDS],
        format_func=names.get,
        default=pieces.finest(view),
        required=True,
        wrap=True,
        key=f"bertviz-pieces-{'-'.join(names)}",
        help=_("What the lines join. At most {most} pieces, those around the chosen part.").format(most=segments.MOST),
    )
    return shown, kind


def _layers(view: View) -> tuple[int, ...]:
    middle = min(max(view.layer, 2), max(view.blocks - 1, 1))
    near = [layer for layer in range(middle - 1, middle + LAYERS_SHOWN - 1) if 1 <= layer <= view.blocks]
    chosen = st.pills(
        _("Layers"),
        list(range(1, view.blocks + 1)),
        selection_mode="multi",
        default=near,
        key=f"bertviz-layers-{view.blocks}",
        help=_("Each layer is a row of pictures, one for each head. More layers take longer to draw."),
    )
    return tuple(sorted(chosen))


def _page(view: View, shown: str, cut: tuple[Segment, ...], layers: tuple[int, ...]) -> str:
    first = view.shown[0] + 1
    ordered = (first, *(layer for layer in layers if layer != first)) if shown == "head" else layers

    def build() -> str:
        found = pieces.pooled(view, cut)
        return bertviz_page("model" if shown == "model" else "head", found, [piece.label for piece in cut], ordered)

    return engine.once(("bertviz", view.key, shown, cut, ordered), build)


def _alt(shown: str) -> str:
    if shown == "model":
        return _("Model view: a picture of lines for every layer and head")
    return _("Head view: lines from each piece of the clip to the pieces that it looks at")
