"""What the model says of the clip: symbols with their times, or classes with their probabilities."""

from dataclasses import dataclass

import streamlit as st

from core import ctc
from core.ctc import Score, Symbol
from core.text import _
from core.tiers import Interval
from pages._kit import figure, present
from pages._kit.strip import Labels, Row

CLASSES = 8


@dataclass(frozen=True)
class Hearing:
    """What a page shows of it: one sentence, rows for the strip, and what they were made of.

    region   whether a stretch of the clip is chosen
    symbols  what a CTC model wrote in the region
    scores   what a classifier says of the whole clip, likeliest first
    part     what it says of the chosen part when it hears nothing else
    spoken   phones that are known to be in the region; empty where they are not known or other symbols are written
    """

    sentence: str
    rows: tuple[Row, ...]
    region: bool
    symbols: tuple[Symbol, ...] = ()
    scores: tuple[Score, ...] = ()
    part: tuple[Score, ...] = ()
    spoken: tuple[str, ...] = ()


def now() -> Hearing:
    """Ask the chosen model about the chosen clip and region."""
    card, trace = present.card(), present.trace()
    start, end = present.region()
    chosen = present.has_region()
    if card.speaks and trace.logits is not None:
        every = ctc.greedy(trace.logits, card.symbols, card.blank, trace.symbol_time)
        inside = ctc.between(every, start, end) if chosen else every
        spoken = _spoken(card.symbols, start, end)
        return Hearing(_wrote(inside, spoken, chosen), (_row(every),), chosen, symbols=inside, spoken=spoken)
    if card.classifies and trace.logits is not None:
        scores = ctc.top(trace.logits, card.labels, CLASSES, multi_label=card.multi_label)
        part = _of_part(start, end) if chosen else ()
        return Hearing(_named(scores[0], part), (), chosen, scores=scores, part=part)
    return Hearing(_("This model has no words to say. Its layers and its attention can be looked at."), (), chosen)


def _spoken(symbols: tuple[str, ...], start: float, end: float) -> tuple[str, ...]:
    phones = present.clip().tiers.spoken("phone")
    known = tuple(item.label for item in phones if start <= (item.start + item.end) / 2 < end)
    return known if set(known) <= set(symbols) else ()


def _row(symbols: tuple[Symbol, ...]) -> Labels:
    return Labels(
        _("The model writes"),
        tuple(Interval(item.start, item.end, item.label) for item in symbols),
        tuple(item.probability for item in symbols),
        help=_(
            "Each symbol stands where the model is surest of it; the fuller the box, the surer. Gaps mean: nothing new."
        ),
    )


def _wrote(symbols: tuple[Symbol, ...], spoken: tuple[str, ...], chosen: bool) -> str:
    place = _("In the chosen part") if chosen else _("In this sound")
    if not symbols:
        return _("{place} the model writes nothing.").format(place=place)
    text = ctc.spell(symbols)
    said = _("{place} the model writes **{text}**.").format(place=place, text=text.replace("*", "\\*"))
    if not spoken:
        return said
    found = ctc.errors(spoken, [item.label for item in symbols])
    wrong = found.insertions + found.deletions + found.substitutions
    if wrong == 0:
        return said + " " + _("That is every one of the {count} phones that were spoken.").format(count=len(spoken))
    return (
        said
        + " "
        + _("{count} phones were spoken; {wrong} changes lead from what was spoken to what it wrote.").format(
            count=len(spoken), wrong=wrong
        )
    )


def _of_part(start: float, end: float) -> tuple[Score, ...]:
    """Ask a classifier about the chosen part alone; nothing where the part is too short for it."""
    card = present.card()
    if end - start < card.shortest:
        return ()
    logits = present.trace_of(present.clip().cut(start, end)).logits
    return () if logits is None else ctc.top(logits, card.labels, CLASSES, multi_label=card.multi_label)


def _named(score: Score, part: tuple[Score, ...]) -> str:
    whole = _("The model calls this sound **{label}** ({share:.0%} sure).").format(
        label=score.label.replace("*", "\\*"), share=score.probability
    )
    if not part:
        return whole
    return (
        whole
        + " "
        + _("The chosen part alone it calls **{label}** ({share:.0%}).").format(
            label=part[0].label.replace("*", "\\*"), share=part[0].probability
        )
    )


def draw(heard: Hearing) -> None:
    """Draw the symbols, or the classes as bars, with the numbers to take away."""
    if heard.symbols:
        help_text = _("In the order of time. How sure: the model's probability for the symbol at its surest moment.")
        st.header(_("What it wrote, symbol by symbol"), anchor=False, help=help_text)
        _symbols(heard)
    if heard.scores:
        st.header(_("What it might be"), anchor=False, help=_("The likeliest classes; the longer the bar, the surer."))
        _bars(_("the whole sound"), heard.scores)
    if heard.part:
        _bars(_("the chosen part alone"), heard.part)


def _symbols(heard: Hearing) -> None:
    import pandas as pd

    table = pd.DataFrame(
        {
            _("symbol"): [item.label for item in heard.symbols],
            _("surest at (s)"): [round(item.peak, 3) for item in heard.symbols],
            _("how sure"): [item.probability for item in heard.symbols],
        }
    )
    sure = st.column_config.ProgressColumn(
        format="percent", min_value=0.0, max_value=1.0, help=_("Probability that the model gives to this symbol there.")
    )
    st.dataframe(
        table,
        hide_index=True,
        width="stretch",
        height=min(38 + 35 * len(table), 420),
        column_config={_("how sure"): sure},
    )
    if heard.spoken:
        st.text(_("Spoken: {phones}").format(phones=" ".join(heard.spoken)))


def _bars(of: str, scores: tuple[Score, ...]) -> None:
    from core.figures import charts

    st.text(_("Of {what}:").format(what=of))
    file = f"{present.clip().fingerprint}-classes"
    figure.draw(charts.scores(scores), "bars", of, file=file, about=_("The probabilities as a table."))


def meaning(heard: Hearing) -> tuple[str, ...]:
    """Say in three sentences how to read the page."""
    return (
        _("The strip shows the sound three times: as a wave, as a spectrogram, and as the words and phones in it."),
        _("A phone is one speech sound, such as the *k* of *cat*; **ae** is the vowel of *cat*, **sh** begins *ship*."),
        _("The model's row shows which symbol it writes when. Drag over the strip to ask about a part of the sound."),
    )


def caution() -> str:
    """Say what the page does not mean."""
    return _(
        "A sure model is not a right model: the number tells how strongly it prefers a symbol, not how often it errs."
    )
