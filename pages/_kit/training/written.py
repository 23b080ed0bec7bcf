"""Before and after of a run on transcripts: error rates, and what was written beside what was said."""

from typing import TYPE_CHECKING

import streamlit as st

from core.figures import judged
from core.finetuning.runs import RunFolder
from core.finetuning.transcription import record
from core.text import _, n_
from pages._kit.outcome import figure
from pages._kit.plain import plain
from pages._kit.sounds import sets, shown

if TYPE_CHECKING:
    from core.evaluation.intervals import Estimate
    from core.finetuning.transcription.error_rates import Piece
    from core.finetuning.transcription.outcome import Line, TranscriptOutcome

LINES = 12  # sounds laid out at once
MARKS = {"same": "{text}", "changed": "**:orange-background[{text}]**", "missing": "~~{text}~~", "extra": "*+{text}*"}


def is_there(run: RunFolder) -> bool:
    """Tell whether a run on transcripts has ended."""
    return (run.path / record.FILE).is_file()


def draw(outcome: "TranscriptOutcome") -> None:
    """Draw the error rates with their intervals, and the sounds line by line."""
    st.header(_("How much has to be corrected?"), anchor=False, help=_("Letters and words, per 100 that were said."))
    for title, rates in (
        (_("Letters wrong"), [(one.name, one.characters.rate) for one in _asked(outcome)]),
        (_("Words wrong"), [(one.name, one.words.rate) for one in _asked(outcome)]),
    ):
        _rates(title, rates)
    st.header(_("What was said, and what was written"), anchor=False, help=_("Sounds that it did not learn from."))
    st.caption(_("Marked: something else was written. Struck out: nothing was. With a plus: nothing was said there."))
    _lines(outcome)
    if outcome.left_out:
        count = len(outcome.left_out)
        title = n_("{count} sound was not used", "{count} sounds were not used", count).format(count=count)
        with st.expander(title, icon=":material/block:"):
            table = {_("sound"): list(outcome.left_out), _("why"): list(outcome.left_out.values())}
            st.dataframe(table, hide_index=True, width="stretch")


def _asked(outcome: "TranscriptOutcome") -> list:
    return [one for one in (outcome.before, outcome.untrained, outcome.after) if one is not None]


def _rates(title: str, rates: "list[tuple[str, Estimate]]") -> None:
    names = {"before": _("before"), "untrained": _("untrained copy"), "after": _("the taught copy")}
    rows = [(names.get(name, name), rate) for name, rate in rates]
    figure.draw(judged.estimates(rows, title, names["after"], None, None), f"written {title}")


def _lines(outcome: "TranscriptOutcome") -> None:
    lines = outcome.lines
    page = 1
    if len(lines) > LINES:
        page = st.pagination(-(-len(lines) // LINES), key="written-page", max_visible_pages=5)
    data = sets.opened()
    some = lines[(page - 1) * LINES : page * LINES]
    if data is not None and data.key == outcome.data:
        shown.row(data, tuple(line.item for line in some), key="written-tiles")
    for line in some:
        with st.container(border=True):
            _line(line)


def _line(line: "Line") -> None:
    st.markdown(_("Said: **{text}**").format(text=plain(line.said)))
    if line.before:
        st.markdown(_("Before: {text}").format(text=_marked(line.before_pieces("words"))))
    st.markdown(_("After: {text}").format(text=_marked(line.after_pieces("words"))))


def _marked(pieces: "tuple[Piece, ...]") -> str:
    parts = []
    for piece in pieces:
        text = plain(piece.said if piece.kind == "missing" else piece.written).strip()
        if text:
            parts.append(MARKS[piece.kind].format(text=text))
    return " ".join(parts) or _("(nothing)")
