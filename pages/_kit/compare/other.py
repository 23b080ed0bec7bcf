"""Which model the chosen one is compared with: itself, the same shape without learning, or another."""

from dataclasses import dataclass, replace

import streamlit as st

from core import sources
from core.errors import StrataError
from core.model_spec import ModelSpec
from core.text import _
from pages._kit import present, session
from pages._kit.policy import policy

ITSELF, UNTAUGHT = "itself", "untaught"
KEPT = "compare-with"


@dataclass(frozen=True)
class Other:
    """What the chosen model is compared with.

    kind  "itself", "untaught" or the name of another model
    spec  of the other model; None where it is the chosen one, or its shape
    """

    kind: str
    spec: ModelSpec | None = None


def draw() -> Other:
    """Ask what the chosen model is compared with."""
    options = {ITSELF: None, UNTAUGHT: None, **_others()}
    kept = session.recall(KEPT, ITSELF)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = st.selectbox(
            _("Compare {model} with").format(model=present.card().title),
            list(options),
            index=list(options).index(kept) if kept in options else 0,
            format_func=called,
            key=f"compare-with-{present.spec().name}",
            width=420,
            help=_(
                "Another model of yours is offered here when it was chosen on the left before this one. An untaught "
                "copy has the same shape, but random numbers in place of what was learned."
            ),
        )
    st.caption(
        _("Measured on many sentences, those of the corpus chosen at the end of the page, not on the sound above.")
    )
    session.remember(KEPT, kind)
    return Other(kind, options[kind])


def called(kind: str) -> str:
    """Name what the model is compared with, for people."""
    if kind == ITSELF:
        return _("itself, layer with layer")
    return _("its untaught copy") if kind == UNTAUGHT else kind


def _others() -> dict[str, ModelSpec]:
    """List the models that ship, and the one that was chosen before."""
    now, found = present.spec(), dict[str, ModelSpec]()
    for name in (*sources.bundled(), session.recall("model-before", "")):
        try:
            spec = replace(sources.parse(name, policy()), dtype=now.dtype, device=now.device) if name else now
        except StrataError:  # a model that is not here any more is not offered
            continue
        if spec != now:
            found[spec.name] = spec
    return found
