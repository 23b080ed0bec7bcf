"""What the model itself says of the sounds that were recovered: does it still write, or name, the same?"""

from dataclasses import dataclass

import streamlit as st

from core import ctc
from core.clip import Clip
from core.inversion.picture import RATE
from core.progress import Report, Step
from core.text import _
from pages._kit import engine, present, waiting
from pages._kit.echo import view
from pages._kit.echo.view import View


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
                share: [row.wrong for row in found],
            },
            hide_index=True,
            width="stretch",
            row_height=32,
            column_config={
                _("sound"): st.column_config.TextColumn(width="small"),
                _("it says"): st.column_config.TextColumn(width="medium"),
                share: st.column_config.ProgressColumn(width="small", format="percent", min_value=0.0, max_value=1.0),
            },
        )


def _found(it: View) -> tuple[Retold, ...] | None:
    name, each = it.name("retold"), it.name("retold lasts")
    found, value = engine.store().peek(name)
    if found:
        rows: tuple[Retold, ...] = value
        return rows
    present.model()
    sounds = _sounds(it)
    lasts: float = engine.once(each, lambda: _seconds(it))

    def ask(report: Report) -> tuple[Retold, ...]:
        rows = []
        for done, (title, kind, stop) in enumerate(sounds):
            rows.append(_asked(it, title, kind, stop))
            report(Step(done + 1, len(sounds)))
        return tuple(rows)

    told: tuple[Retold, ...] | None = waiting.done(
        name, _("Asking the model about the recovered sounds"), lasts * len(sounds), ask, "echo-retold"
    )
    return told


def _sounds(it: View) -> list[tuple[str, str, int]]:
    last = it.every[-1].value
    layers = [(stop.name, "layer", stop.value) for stop in it.every if stop.value >= 0]
    around = [(_("original"), "original", 0), (_("detour without a layer"), "detour", last)]
    return [*around, *layers, (_("average picture"), "mean", last)]


def _seconds(it: View) -> float:
    import time

    begun = time.perf_counter()
    _asked(it, "", "original", 0)
    return time.perf_counter() - begun


def _asked(it: View, title: str, kind: str, stop: int) -> Retold:
    from core.trace import trace

    card, own = present.card(), present.trace()
    sound = it.clip if kind == "original" else Clip.of(it.clip.name, view.heard(it, kind, stop), RATE)
    found = trace(present.model(), sound)
    if own.logits is None or found.logits is None:
        return Retold(title, "", float("nan"))
    if card.speaks:
        labels = (card.symbols, card.blank)
        wanted = [symbol.label for symbol in ctc.greedy(own.logits, *labels, own.symbol_time)]
        written = [symbol.label for symbol in ctc.greedy(found.logits, *labels, found.symbol_time)]
        missed = ctc.errors(wanted, written)
        wrong = (missed.insertions + missed.deletions + missed.substitutions) / max(len(wanted), 1)
        return Retold(title, " ".join(written), min(wrong, 1.0))
    best = ctc.top(own.logits, card.labels, 1, card.multi_label)[0].label
    scores = {
        one.label: one.probability for one in ctc.top(found.logits, card.labels, len(card.labels), card.multi_label)
    }
    return Retold(title, max(scores, key=lambda label: scores[label]), scores[best])
