"""One figure of before and after, with its numbers to take away."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from core.figures.figure import Figure
from core.text import _


def draw(figure: Figure, name: str, on_select: Callable[[], None] | None = None, selection: str = "") -> None:
    """Draw a chart, which can be saved from its corner; ``selection`` is told to ``on_select``."""
    more: dict[str, Any] = {"on_select": on_select, "selection_mode": selection} if on_select else {}
    st.vega_lite_chart(figure.spec, alt=figure.alt, width="stretch", key=f"outcome-{name}", **more)
    st.download_button(
        _("Numbers (CSV)"),
        figure.numbers,
        file_name=f"{name}.csv",
        mime="text/csv",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
        key=f"outcome-{name}-numbers",
    )
