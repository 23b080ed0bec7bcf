"""The heavy machinery behind the pages: models lent from a shelf, results computed once, one at a time."""

import gc
import threading
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TypeVar

import streamlit as st

from core.jobs import Jobs
from core.model_spec import ModelSpec
from core.progress import Report
from core.results import ResultStore
from core.shelf import Shelf

if TYPE_CHECKING:
    from core.loading import LoadedModel

T = TypeVar("T")
RESULT_BUDGET = 224 * 1024**2  # bytes, for all sessions together
MODELS_KEPT = 2
WAIT = 0.05  # seconds between two looks at whether a newer run has replaced this one


def _load(spec: Hashable, report: Report) -> "LoadedModel":
    from core.loading import load_model

    model = load_model(spec, report)
    # Streamlit collects garbage after every run; what never dies need not be walked again (256 ms each time).
    gc.collect()
    gc.freeze()
    return model


@st.cache_resource(show_spinner=False)
def shelf() -> Shelf:
    """The models in memory, shared by all sessions."""
    return Shelf(_load, capacity=MODELS_KEPT)


@st.cache_resource(show_spinner=False)
def store() -> ResultStore:
    """The results in memory, keyed by content, shared by all sessions."""
    return ResultStore(RESULT_BUDGET)


@st.cache_resource(show_spinner=False)
def preparing() -> Jobs:
    """The sets of sounds that are being fetched or prepared, one at a time for all sessions."""
    return Jobs()


@st.cache_resource(show_spinner=False)
def training() -> Jobs:
    """The copies that are being taught, one at a time for all sessions; nobody's sounds wait behind them."""
    return Jobs()


@st.cache_resource(show_spinner=False)
def explaining() -> Jobs:
    """Explanations that take long, one at a time for all sessions."""
    return Jobs()


@st.cache_resource(show_spinner=False)
def probing() -> Jobs:
    """Probes that are taught on what the layers of a model say of a whole corpus, one at a time for all sessions."""
    return Jobs()


@st.cache_resource(show_spinner=False)
def _gate() -> threading.BoundedSemaphore:
    return threading.BoundedSemaphore(1)


@contextmanager
def turn() -> Iterator[None]:
    """Wait for the processor; a run that its visitor has already replaced by a newer one ends while it waits."""
    gate = _gate()
    while not gate.acquire(timeout=WAIT):
        _yield_point()
    try:
        _yield_point()
        yield
    finally:
        gate.release()


def once(key: Hashable, compute: Callable[[], T]) -> T:
    """Return the result of ``key``; compute it, in turn, where nobody has yet."""
    found, value = store().peek(key)
    if found:
        return value
    with turn():
        return store().get(key, compute)


def _yield_point() -> Any:
    # Reading the session state is where Streamlit may end a run that has been replaced.
    return "any" in st.session_state


def model_ready(spec: ModelSpec) -> bool:
    """Tell whether a model can be used without waiting."""
    return shelf().ready(spec)
