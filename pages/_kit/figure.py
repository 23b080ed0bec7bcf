"""One figure, which can be saved from its corner, with its numbers to take away."""

from collections.abc import Callable
from typing import Any

import streamlit as st

from core.figures.figure import Figure
from core.text import _


def draw(
    figure: Figure,
    part: str,
    name: str,
    on_select: Callable[[], None] | None = None,
    selection: str = "",
    *,
    file: str = "",
    about: str | None = None,
) -> None:
    """Draw a chart with its numbers below.

    part, name  of the page, and of the figure within it: together its key
    selection   what is told to ``on_select``
    file        name of the numbers without its ending; that of the figure where empty
    about       help of the numbers
    """
    key = f"{part}-{name}"
    chart(figure, key, on_select, selection)
    numbers(figure.numbers, key, file or name, about)


def chart(figure: Figure, key: str, on_select: Callable[[], None] | None = None, selection: str = "") -> None:
    """Draw a chart alone."""
    more: dict[str, Any] = {"on_select": on_select, "selection_mode": selection} if on_select else {}
    st.vega_lite_chart(figure.spec, alt=figure.alt, width="stretch", key=key, **more)


def numbers(written: Callable[[], str], key: str, file: str, about: str | None = None) -> None:
    """Offer the numbers of the chart with this key; they are written when they are asked for."""
    st.download_button(
        _("Numbers (CSV)"),
        written,
        file_name=f"{file}.csv",
        mime="text/csv",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
        key=f"{key}-numbers",
        help=about,
    )
