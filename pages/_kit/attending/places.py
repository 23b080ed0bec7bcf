"""Where the chosen part looks, piece by piece, as a list with bars."""

import streamlit as st

from core.text import _
from pages._kit.attending import answer, pieces
from pages._kit.attending.view import View

MOST = 8  # pieces listed, those that get most


def draw(view: View) -> None:
    """List the pieces that the chosen head looks at from the chosen part."""
    if view.region is None:
        st.caption(_("Drag over the strip, or click a word in it, to ask where this head looks from there."))
        return
    import pandas as pd

    layer, head = view.shown
    st.markdown(
        _("**From {asked}, head {head} of layer {layer} looks at**").format(
            asked=pieces.asked(view), head=head + 1, layer=layer + 1
        )
    )
    found = answer.most(view, view.asking(layer))[:MOST]
    where, share = _("where"), _("share of its attention")
    bar = st.column_config.ProgressColumn(format="percent", min_value=0.0, max_value=1.0)
    st.dataframe(
        pd.DataFrame(
            {where: [name.replace("*", "") for name, _share in found], share: [share for _name, share in found]}
        ),
        hide_index=True,
        width="stretch",
        column_config={share: bar},
        alt=_("What each piece gets of the attention of the chosen part"),
    )
