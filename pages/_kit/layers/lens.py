"""What a CTC model would write if it stopped at a layer."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

import numpy as np
import streamlit as st
from jaxtyping import Float32

from core import ctc, stored_trace
from core.ctc import Reading, Settled, Symbol
from core.text import _
from core.timeline import TimeAxis
from core.trace import Trace, symbol_time
from pages._kit import engine, present
from pages._kit.layers import pictures

if TYPE_CHECKING:
    from core.loading import LoadedModel

Logits = tuple[Float32[np.ndarray, "frames symbols"], ...]
State = Literal["there", "loading", "none"]
LOOK_AGAIN = 1.0  # seconds between two looks at whether the model has come


@dataclass(frozen=True, eq=False)
class Lens:
    """Every layer read through the model's own head.

    state     "there", "loading" (the head is part of the model, which is on its way) or "none" (there is no such head)
    readings  what each layer would write, layer 0 first
    settled   from which layer on each symbol of the final text stands
    """

    state: State
    readings: tuple[Reading, ...] = ()
    settled: tuple[Settled, ...] = ()

    def __bool__(self) -> bool:
        return self.state == "there"


def now() -> Lens:
    """Read every layer of the chosen model on the chosen clip; never waits for a model."""
    if not present.card().speaks or present.trace().logits is None:
        return Lens("none")
    found, lens = engine.store().peek(pictures.key("lens"))
    if found:
        return lens
    path = present.stored()
    beside = stored_trace.lens_path(path) if path else None
    if (beside is None or not beside.is_file()) and not engine.model_ready(present.spec()):
        return Lens("loading")
    trace = present.trace()
    if beside and beside.is_file():
        return engine.once(pictures.key("lens"), lambda: _read(stored_trace.read_lens(beside, trace)))
    model = present.model()
    return engine.once(pictures.key("lens"), lambda: _read(_through(model, trace)))


def _through(model: "LoadedModel", trace: Trace) -> Logits:
    from core.lens import lens

    return lens(model, trace)


def _read(logits: Logits) -> Lens:
    card, trace = present.card(), present.trace()
    time = trace.symbol_time
    logits = tuple(_on_frames(layer, time, trace) for layer in logits)
    return Lens(
        "there",
        ctc.readings(logits, card.symbols, card.blank, time),
        ctc.settled(logits, card.symbols, card.blank, time),
    )


def _on_frames(logits: Float32[np.ndarray, "_frames symbols"], time: TimeAxis, trace: Trace) -> np.ndarray:
    """Read a layer at the frames of the final text, which an adapter makes fewer."""
    if len(logits) == time.count:
        return logits
    own = symbol_time(trace.time, len(logits))
    return logits[[own.nearest(second) for second in time.centres()]]


@st.fragment(run_every=LOOK_AGAIN)
def wait() -> None:
    """Say that the model is on its way, and draw the page anew when it has come."""
    if engine.model_ready(present.spec()):
        st.rerun()
    st.caption(_("What each layer would write appears here as soon as the model is loaded."))


def draw(lens: Lens) -> None:
    """List what every layer would write, with how far it is from what the model writes in the end."""
    st.header(_("What it would write if it stopped at a layer"), anchor=False)
    if lens.state == "none":
        _nothing_to_say()
        return
    if lens.state == "loading":
        wait()
        return
    st.dataframe(
        _table(lens),
        hide_index=True,
        width="stretch",
        row_height=32,
        column_config={
            _("layer"): st.column_config.TextColumn(width=60),
            _("it would write"): st.column_config.TextColumn(width="medium"),
            _("still to change"): st.column_config.NumberColumn(
                width=105,
                help=_("How many symbols have to be put in, left out or replaced to get to what the model writes."),
            ),
            _("mean doubt"): st.column_config.ProgressColumn(
                width=130,
                format="percent",
                min_value=0.0,
                max_value=1.0,
                help=_("How undecided the layer is between the symbols: 0 % is sure, 100 % takes all of them alike."),
            ),
        },
    )


def _table(lens: Lens) -> dict[str, list[object]]:
    final = [symbol.label for symbol in lens.readings[-1].symbols]
    rows = [(reading, [symbol.label for symbol in reading.symbols]) for reading in lens.readings]
    phones = any(len(label) > 1 and not ctc.is_special(label) for label in present.card().symbols)
    wrong = [ctc.errors(final, written) for _reading, written in rows]
    return {
        _("layer"): [_("input") if not reading.layer else str(reading.layer) for reading, _w in rows],
        _("it would write"): [_spelled(reading.symbols, phones) or _("(nothing)") for reading, _w in rows],
        _("still to change"): [found.insertions + found.deletions + found.substitutions for found in wrong],
        _("mean doubt"): [round(float(reading.entropy.mean()), 3) for reading, _w in rows],
    }


def _spelled(symbols: Sequence[Symbol], phones: bool) -> str:
    """Write phones apart also where each of them happens to be one letter."""
    return " ".join(symbol.label for symbol in symbols) if phones else ctc.spell(symbols)


def _nothing_to_say() -> None:
    card = present.card()
    reason = (
        _("This model names whole sounds and does not write symbol by symbol.")
        if card.classifies
        else _("This checkpoint has no head that writes: its layers are there, but no words.")
    )
    st.markdown(reason + " " + _("For what each layer would write, choose a model that says words or phones (CTC)."))
