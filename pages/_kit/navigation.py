"""The one list of pages, and the guard that makes every page run inside app.py."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

import streamlit as st
from streamlit.navigation.page import StreamlitPage

from core.text import _

FOLDER = Path(__file__).resolve().parents[1]
ICON = FOLDER.parent / "assets" / "icon.png"

_inside: ContextVar[bool] = ContextVar("inside_app", default=False)


def pages() -> list[StreamlitPage]:
    """List the pages in the order of the menu; a file's name is its address."""
    return [
        st.Page(FOLDER / "listen.py", title=_("Listen"), icon=":material/hearing:", default=True),
        st.Page(FOLDER / "layers.py", title=_("Layers"), icon=":material/layers:"),
        st.Page(FOLDER / "ladder.py", title=_("Ladder"), icon=":material/stairs_2:"),
        st.Page(FOLDER / "echo.py", title=_("Echo"), icon=":material/graphic_eq:"),
        st.Page(FOLDER / "space.py", title=_("Space"), icon=":material/scatter_plot:"),
        st.Page(FOLDER / "compare.py", title=_("Compare"), icon=":material/compare:"),
        st.Page(FOLDER / "expect.py", title=_("Expect"), icon=":material/help_center:"),
        st.Page(FOLDER / "attention.py", title=_("Attention"), icon=":material/visibility:"),
        st.Page(FOLDER / "explain.py", title=_("Explain"), icon=":material/psychology_alt:"),
        st.Page(FOLDER / "fine_tune.py", title=_("Fine-tune"), icon=":material/school:"),
    ]


@contextmanager
def running() -> Iterator[None]:
    """Mark that a page now runs inside app.py."""
    token = _inside.set(True)
    try:
        yield
    finally:
        _inside.reset(token)


def inside_app() -> None:
    """Send a page that Streamlit runs alone through app.py; the first line of every page file.

    Streamlit runs a file of ``pages/`` by itself as long as nobody has called ``st.navigation`` in this process.
    """
    if not _inside.get():
        # without an icon of its own the browser would fetch the page's from a host of fonts
        st.set_page_config(page_title="Strata", page_icon=str(ICON), layout="wide")
        st.navigation(pages())
        st.rerun()
