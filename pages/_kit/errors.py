"""Show expected failures in place, with what to do next; let bugs surface."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from core.errors import StrataError


@contextmanager
def shown() -> Iterator[None]:
    """Show a StrataError where it happened and go on after the block."""
    try:
        yield
    except StrataError as error:
        show(error)


def show(error: StrataError) -> None:
    """Draw what happened and what to do next; the text is shown as it is, never as markup."""
    with st.container(border=True):
        st.text(f"⚠ {error}")
        if error.hint:
            st.text(error.hint)
