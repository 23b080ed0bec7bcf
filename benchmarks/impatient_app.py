"""A slider whose every value costs a second, through the machinery of the pages."""

import json
import os
import time
from pathlib import Path

import streamlit as st

from pages._kit import engine


def note(what: str) -> None:
    """Add a line to the log."""
    with Path(os.environ["STRATA_BENCH_LOG"]).open("a", encoding="utf-8") as file:
        file.write(json.dumps({"what": what}) + "\n")


def slow(value: int) -> int:
    """Take a second."""
    note("begin")
    time.sleep(1.0)
    note("end")
    return value


chosen = st.slider("Value", 0, 20, 0)
st.text(f"result {engine.once(('slow', chosen), lambda: slow(chosen))}")
