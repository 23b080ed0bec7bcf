"""Before and after of a run on transcripts: error rates, and what was written beside what was said."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import streamlit as st

from core.figures import judged
from core.finetuning.runs import RunFolder
from core.finetuning.transcription import record
from core.text import _, n_
from pages._kit import figure
from pages._kit.plain import plain
from pages._kit.sounds import sets, shown

if TYPE_CHECKING:
    from core.finetuning.transcription.error_rates import Piece, Unit
    from core.finetuning.transcription.outcome import Line, TranscriptOutcome

LINES = 12  # sounds laid out at once
MARKS = {
    "same": "{text}",
    "changed": ":orange-background[{text}]",
    "missing": ":red-background[–{text}]",
    "extra": ":blue-background[+{text}]",
}


def is_there(run: RunFolder) -> bool:
    """Tell whether a run on transcripts has ended."""
    return (run.path / record.FILE).is_file()


def draw(outcome: "TranscriptOutcome") -> None:
    """Draw the error rates with their intervals, and the sounds line by line."""
    st.header(_("How much has to be corrected?"), anchor=False, help=_("Letters and words, per 100 that were said."))
    _rates(outcome)
    st.header(_("What was said, and what was written"), anchor=False, help=_("Sounds that it did not learn from."))
    st.caption(_("Marked: something else was written. With a minus: it was not written. With a plus: it was not said."))
    _lines(outcome)
    if outcome.left_out:
        count = len(outcome.left_out)
        title = n_("{count} sound was not used", "{count} sounds were not used", count).format(count=count)
        with st.expander(title, icon=":material/block:"):
            table = {_("sound"): list(outcome.left_out), _("why"): list(outcome.left_out.values())}
            st.dataframe(table, hide_index=True, width="stretch")


def _rates(outcome: "TranscriptOutcome") -> None:
    names = {"before": _("before"), "untrained": _("untrained copy"), "after": _("the taught copy")}
    asked = [one for one in (outcome.before, outcome.untrained, outcome.after) if one is not None]
    rows = [(_("letters, {who}").format(who=names.get(one.name, one.name)), one.characters.rate) for one in asked]
    rows += [(_("words, {who}").format(who=names.get(one.name, one.name)), one.words.rate) for one in asked]
    figure.draw(judged.estimates(rows, _("Share to correct"), most=None), "outcome", "written")


def _lines(outcome: "TranscriptOutcome") -> None:
    lines = outcome.lines
    page = 1
    if len(lines) > LINES:
        page = st.pagination(-(-len(lines) // LINES), key="written-page", max_visible_pages=5)
    data = sets.shown()
    some = lines[(page - 1) * LINES : page * LINES]
    if data is not None and data.key == outcome.data:
        shown.row(data, tuple(line.item for line in some), key="written-tiles")
    for line in some:
        with st.container(border=True):
            _line(line)


def _line(line: "Line") -> None:
    st.markdown(_("Said: **{text}**").format(text=plain(line.said)))
    if line.before:
        st.markdown(_("Before: {text}").format(text=_marked(line, line.before, line.before_pieces)))
    st.markdown(_("After: {text}").format(text=_marked(line, line.after, line.after_pieces)))


def _marked(line: "Line", text: str, pieces: "Callable[[Unit], tuple[Piece, ...]]") -> str:
    """Mark the changes word by word; letter by letter where no words are told apart."""
    if not text:
        return _("(nothing)")
    unit: "Unit" = "words" if 2 * text.count(" ") >= line.said.count(" ") else "characters"
    return (" " if unit == "words" else "").join(map(_piece, pieces(unit)))


def _piece(piece: "Piece") -> str:
    text = plain(piece.said if piece.kind == "missing" else piece.written)
    return MARKS[piece.kind].format(text=text.strip()) if text.strip() else " "
