"""What the model itself says of the sounds that were recovered: does it still write, or name, the same?"""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import streamlit as st

from core import ctc
from core.clip import Clip
from core.inversion.picture import RATE
from core.model_spec import ModelCard
from core.progress import Report, Step
from core.text import _
from core.trace import Trace, trace
from pages._kit import engine, present, waiting
from pages._kit.echo import view
from pages._kit.echo.view import View

if TYPE_CHECKING:
    from core.loading import LoadedModel


@dataclass(frozen=True)
class Retold:
    """What the model says of one sound.

    title    of the sound
    said     symbols or the likeliest class
    wrong    symbols put in, left out or replaced, as a share of those of the original; for classes the probability of
             the class that the original is given
    """

    title: str
    said: str
    wrong: float


def draw(it: View) -> None:
    """List what the model says of every recovered sound, beside what it says of the original."""
    card = present.card()
    if not card.speaks and not card.classifies:
        return
    st.header(
        _("What the model says of these sounds"),
        anchor=False,
        help=_("Each recovered sound is given to the same model as if it were a recording."),
    )
    found = _found(it)
    if found is not None:
        share = _("symbols that differ") if card.speaks else _("sure of the original's class")
        st.dataframe(
            {
                _("sound"): [row.title for row in found],
                _("it says"): [row.said or _("(nothing)") for row in found],
                share: [100 * row.wrong for row in found],
            },
            hide_index=True,
            width="stretch",
            row_height=32,
            height="content",
            column_config={
                _("sound"): st.column_config.TextColumn(width="small"),
                _("it says"): st.column_config.TextColumn(width="medium"),
                share: st.column_config.ProgressColumn(width="small", format="%.0f%%", min_value=0.0, max_value=100.0),
            },
        )


def _found(it: View) -> tuple[Retold, ...] | None:
    name, each = it.name("retold"), it.name("retold lasts")
    found, value = engine.store().peek(name)
    if found:
        rows: tuple[Retold, ...] = value
        return rows
    # all of it before the work begins, which others wait for
    model, own, sounds = present.model(), present.trace(), _sounds(it)
    lasts: float = engine.once(each, lambda: _seconds(model, own, it.clip))

    def ask(report: Report) -> tuple[Retold, ...]:
        rows = []
        for done, (title, sound) in enumerate(sounds):
            rows.append(_asked(model, own, title, sound))
            report(Step(done + 1, len(sounds)))
        return tuple(rows)

    told: tuple[Retold, ...] | None = waiting.done(
        name, _("Asking the model about the recovered sounds"), lasts * len(sounds), ask, "echo-retold"
    )
    return told


def _sounds(it: View) -> list[tuple[str, Clip]]:
    last = it.every[-1].value
    layers = [(stop.name, "layer", stop.value) for stop in it.every if stop.value >= 0]
    made = [(_("detour without a layer"), "detour", last), *layers, (_("average picture"), "mean", last)]
    recovered = [(title, Clip.of(it.clip.name, view.heard(it, kind, stop), RATE)) for title, kind, stop in made]
    return [(_("original"), it.clip), *recovered]


def _seconds(model: "LoadedModel", own: Trace, clip: Clip) -> float:
    begun = time.perf_counter()
    _asked(model, own, "", clip)
    return time.perf_counter() - begun


def _asked(model: "LoadedModel", own: Trace, title: str, sound: Clip) -> Retold:
    card, found = model.card, trace(model, sound)
    if own.logits is None or found.logits is None:
        return Retold(title, "", float("nan"))
    if card.speaks:
        wanted, written = _written(card, own), _written(card, found)
        missed = ctc.errors(wanted, written)
        wrong = (missed.insertions + missed.deletions + missed.substitutions) / max(len(wanted), 1)
        return Retold(title, " ".join(written), min(wrong, 1.0))
    best = ctc.top(own.logits, card.labels, 1, card.multi_label)[0].label
    every = ctc.top(found.logits, card.labels, len(card.labels), card.multi_label)
    return Retold(title, every[0].label, next(one.probability for one in every if one.label == best))


def _written(card: ModelCard, heard: Trace) -> list[str]:
    if heard.logits is None:
        return []
    return [symbol.label for symbol in ctc.greedy(heard.logits, card.symbols, card.blank, heard.symbol_time)]
