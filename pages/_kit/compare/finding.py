"""Find a comparison: stored for what ships, else worked out, as a job where it takes long."""

from collections.abc import Hashable
from typing import TYPE_CHECKING

import streamlit as st

from core.comparing import stored
from core.comparing.comparison import Comparison
from core.progress import Report
from core.sources import CHECKPOINTS
from core.text import _
from pages._kit import engine, present, session, waiting
from pages._kit.compare.other import UNTAUGHT, Other, called

if TYPE_CHECKING:
    from core.corpus.corpus import Corpus
    from core.loading import LoadedModel

SEED = 0  # of the untaught copy


def found(other: Other, corpus: "Corpus") -> Comparison | None:
    """Return the comparison; None while it waits for the visitor's word, or is being worked on."""
    spec = present.spec()
    own = session.owner() if corpus is session.recall("corpus-own") else ""  # what is the visitor's stays with them
    key: Hashable = ("compared", spec, other, corpus.fingerprint, own)
    if spec.source == "bundled" and spec.device == "cpu" and spec.dtype == "float32" and other.spec is None:
        shipped = engine.store().get(
            ("compared-shipped", spec.name, other.kind, corpus.fingerprint),
            lambda: stored.shipped(CHECKPOINTS / spec.name, other.kind, corpus.fingerprint),
        )
        if shipped is not None:
            return shipped

    def compute(report: Report) -> Comparison:
        from core.comparing.compare import compare

        first, second = _models(other)
        return compare(first, second, corpus, report=report, untaught=other.kind == UNTAUGHT)

    title = _("Comparing {first} with {second}").format(first=present.card().title, second=called(other.kind))
    seen, value = engine.store().peek(key)
    return value if seen else waiting.done(key, title, _seconds(other, corpus), compute, "compare", jobs=engine.probing)


def _models(other: Other) -> "tuple[LoadedModel, LoadedModel | None]":
    first = engine.shelf().get(present.spec())
    if other.kind == UNTAUGHT:
        from core.inversion.teaching import untaught

        return first, untaught(first, SEED)
    return first, None if other.spec is None else engine.shelf().get(other.spec)


def _seconds(other: Other, corpus: "Corpus") -> float:
    """Say how long it takes; measured once for each pair of models."""

    def measure() -> float:
        from core.comparing.compare import estimate

        first, second = _models(other)
        return estimate([first] if second is None else [first, second], corpus)

    key = ("compare-pace", present.spec(), other, corpus.fingerprint)
    with st.spinner(_("Loading the model…"), show_time=True):
        return engine.once(key, measure)
