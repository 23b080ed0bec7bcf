"""BertViz: every head's attention as lines between words, phones or other pieces, in its own two views."""

import streamlit as st

from core import segments
from core.bertviz_view import bertviz_page, numbers
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
        layers = _layers(view) if shown == "model" else _alike(view)
        _show(view, shown, pieces.limited(view, pieces.cut(view, kind, WINDOWS), segments.MOST), layers)


def _show(view: View, shown: str, cut: tuple[Segment, ...], layers: tuple[int, ...]) -> None:
    if len(cut) < 2:
        st.text(_("The clip is one single piece: nothing can be joined. Choose other pieces."))
    elif not layers:
        st.text(_("No layer is chosen. Choose at least one above."))
    else:
        with st.spinner(_("Drawing…")):
            page = _page(view, shown, cut, layers)
        st.iframe(page, height="content", alt=_alt(shown))
        st.download_button(
            _("Save numbers"),
            lambda: numbers(pieces.pooled(view, cut), [piece.label for piece in cut], layers),
            "attention.csv",
            "text/csv",
            key="bertviz-numbers",
            on_click="ignore",
            help=_("Every share that is drawn, as a table (CSV)."),
        )


def _alike(view: View) -> tuple[int, ...]:
    """List the layers, from 1, with as many heads as the chosen one: BertViz lays heads out in columns."""
    heads = len(view.trace.attention[view.shown[0]])
    return tuple(at for at, layer in enumerate(view.trace.attention, start=1) if len(layer) == heads)


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
    offered, layer = _alike(view), view.shown[0] + 1
    nearest = sorted(offered, key=lambda other: abs(other - layer))[:LAYERS_SHOWN]
    chosen = st.pills(
        _("Layers"),
        offered,
        selection_mode="multi",
        default=sorted(nearest),
        key=f"bertviz-layers-{offered}",
        help=_("Each layer is a row of pictures, one for each head. More layers take longer to draw."),
    )
    return tuple(sorted(chosen))


def _page(view: View, shown: str, cut: tuple[Segment, ...], layers: tuple[int, ...]) -> str:
    first = view.shown[0] + 1
    ordered = (first, *(layer for layer in layers if layer != first)) if shown == "head" else layers
    return engine.once(("bertviz", view.key, shown, cut, ordered), lambda: page(view, shown, cut, ordered))


def page(view: View, shown: str, cut: tuple[Segment, ...], layers: tuple[int, ...]) -> str:
    """Build the head view (the first of ``layers`` is open) or the model view of layers that have as many heads."""
    found = pieces.pooled(view, cut)
    heads = found[layers[0] - 1]
    alike = [layer if len(layer) == len(heads) else heads for layer in found]  # those put in are never shown
    return bertviz_page("model" if shown == "model" else "head", alike, [piece.label for piece in cut], layers)


def _alt(shown: str) -> str:
    if shown == "model":
        return _("Model view: a picture of lines for every layer and head")
    return _("Head view: lines from each piece of the clip to the pieces that it looks at")
