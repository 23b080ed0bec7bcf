"""Where the chosen part looks, piece by piece, as a list with bars."""

import streamlit as st

from core.text import _
from pages._kit.attending import answer, pieces
from pages._kit.attending.view import View

MOST = 8  # pieces listed, those that get most


def draw(view: View) -> None:
    """List the pieces that the chosen head looks at from the chosen part."""
    import pandas as pd

    st.header(_("Where it looks from {asked}").format(asked=pieces.asked(view)), anchor=False)
    st.caption(_hint(view))
    found = answer.most(view, view.asking(view.shown[0]))[:MOST]
    where, when, share = _("looked at"), _("at (s)"), _("share of its attention")
    bar = st.column_config.ProgressColumn(format="percent", min_value=0.0, max_value=1.0)
    table = {
        where: [pieces.label(piece) if piece else _("itself") for piece, _share in found],
        when: [f"{(piece.start + piece.end) / 2:.2f}" if piece else "" for piece, _share in found],
        share: [round(part, 3) for _piece, part in found],
    }
    st.dataframe(
        pd.DataFrame(table),
        hide_index=True,
        width="stretch",
        height="content",
        column_config={share: bar},
        alt=_("What each piece gets of the attention"),
    )


def _hint(view: View) -> str:
    layer, head = view.shown
    name = _("Head {head} of layer {layer}").format(head=head + 1, layer=layer + 1)
    if view.region:
        said = _("{name}: the pieces that get most of its attention; itself is the chosen part.")
    else:
        said = _("{name}: the pieces that get most. Click a word of the strip, or drag over it, to ask from there.")
    return said.format(name=name)
