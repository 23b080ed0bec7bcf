"""How the model came to say what it says: one sound after every epoch, as rows of the strip with a slider."""

import numpy as np
import streamlit as st
from jaxtyping import Float32

from core.dataset.home import home
from core.figures import inside as charts
from core.figures.palette import depth
from core.finetuning import keepsakes, runs
from core.finetuning.keepsakes import Keepsakes
from core.text import _
from pages._kit import engine, figure, session, strip
from pages._kit.browser.payload import Payload
from pages._kit.outcome import spoke
from pages._kit.outcome.judged import Judged
from pages._kit.plain import plain
from pages._kit.sounds import shown
from pages._kit.strip import Choice, Matrix

SPREAD = (1, 99)  # percentiles of the activity that the darkest and the brightest stand for, alike in every epoch


def draw(found: Judged) -> None:
    """Put the way of the kept sound through the epochs on the strip, and draw its probabilities."""
    run = runs.find(found.outcome.run, home())
    place = run.asked.clip
    kept = engine.store().get(("keepsakes", run.token), lambda: keepsakes.read(run.epochs))
    data = found.data
    if data is None or kept is None or not 0 <= place < len(data.items):
        return
    st.header(
        _("Epoch by epoch"),
        anchor=False,
        help=_("Before the teaching and after every epoch this one sound was asked about, and what it gave was kept."),
    )
    item = data.items[place]
    st.markdown(
        _("The sound **{name}**, truly **{label}**, was asked about after every epoch.").format(
            name=plain(item.name), label=plain(item.label)
        )
    )
    labels = list(found.after.labels)
    figure.draw(charts.over_epochs(kept.numbers, kept.probabilities, labels, item.label), "outcome", "epochs")
    if session.chosen().clip == data.clip(place).fingerprint:
        _rows(run.token, kept)
        st.caption(
            _("Its rows stand on the strip above: move the slider there from epoch to epoch. Attention is where it "
              "looks, not why it decides.")
        )  # fmt: skip
        return
    st.button(
        _("Put this sound and its epochs on the strip"),
        key="outcome-epochs",
        on_click=lambda: shown.hear(data, str(place)),
        icon=":material/graphic_eq:",
        help=_("Then a slider on the strip leads from epoch to epoch."),
    )


def _rows(token: str, kept: Keepsakes) -> None:
    payload = engine.store().get(("epoch rows", token), lambda: _packed(kept))
    strip.rows(payload, key="epochs")


def _packed(kept: Keepsakes) -> Payload:
    low, high = (float(end) for end in np.percentile(kept.activity, SPREAD))
    rows = [_stack(kept, _("Activity of the layers"), kept.activity, low, max(high, low + 0.1))]
    if kept.received.shape[1]:
        # 1 is an even share
        even = kept.received * kept.time.count
        rows.append(_stack(kept, _("Where attention goes"), even, 0.0, max(2.0, float(even.max()) / 2)))
    if kept.relevance.shape[1]:
        rows.append(_spoke(kept))
    return strip.rows_payload(rows)


def _spoke(kept: Keepsakes) -> Choice:
    """One line that tells for every epoch which moments spoke for the true class, and which against it."""
    strongest = float(np.abs(kept.relevance).max())
    meaning = _("What each moment added to the score of the true class, or took from it.")
    options = tuple(spoke.row(_("What spoke for it"), line, kept.time, strongest, meaning) for line in kept.relevance)
    return _by_epoch(kept, options)


def _stack(
    kept: Keepsakes, name: str, values: Float32[np.ndarray, "epochs layers frames"], low: float, high: float
) -> Choice:
    layers = values.shape[1]
    first = kept.activity.shape[1] - layers
    options = tuple(
        Matrix(
            name,
            values[at],
            kept.time,
            low=low,
            high=high,
            unit=_("times the usual"),
            bands=tuple(_("layer {layer}").format(layer=layer + first) for layer in range(layers)),
            ticks=((0, str(first)), (layers - 1, str(layers - 1 + first))),
            help=_(
                "One line per layer, the first at the bottom; bright where it stands out from the rest of the sound."
            ),
        )
        for at in range(len(kept.numbers))
    )
    return _by_epoch(kept, options)


def _by_epoch(kept: Keepsakes, options: tuple[Matrix, ...]) -> Choice:
    colours = tuple(depth(at, max(len(options) - 1, 1)) for at in range(len(options)))
    return Choice(
        "epoch", _("Epoch"), options, tuple(map(str, kept.numbers)), colours, len(options) - 1, kept.numbers[0]
    )
