"""The pieces in a table, the strongest first: what each added, and what the model would say without it."""

import csv
from io import StringIO
from pathlib import Path
from typing import Any

import streamlit as st

from core.figures.palette import MATTERS, SPEAKS_AGAINST, SPEAKS_FOR
from core.text import _
from pages._kit import session
from pages._kit.browser.files import joined, text
from pages._kit.browser.payload import small
from pages._kit.explaining import places
from pages._kit.explaining.result import Result

FOLDER = Path(__file__).parent
FORMULAS = ("=", "+", "-", "@", "\t", "\r")  # a table program takes what begins so for something to work out

_parts = st.components.v2.component(
    "strata_parts", css=text(FOLDER, "parts.css"), js=joined(FOLDER, "registry.js", "elements.js", "parts.js")
)


def draw(it: Result) -> None:
    """Draw the table and offer its numbers."""
    st.header(_("Piece by piece"), anchor=False, help=_help(it))
    columns = [_("piece"), _("from and to"), *_measured(it)]
    if it.found.without:
        columns.append(_("without it ({whole:.0%} with it)").format(whole=it.found.probability))
    data = {
        "name": _("What each piece adds to the score, the strongest first"),
        "columns": columns,
        "rows": _rows(it),
        "colours": {"for": SPEAKS_FOR, "against": SPEAKS_AGAINST, "matters": MATTERS},
        "words": {"play": _("Choose and play {label}, {place}"), "playPlace": _("Choose and play {label}")},
    }
    _parts(key="explain-parts", data=small(data))
    st.download_button(
        _("Numbers (CSV)"),
        lambda: numbers(it),
        file_name=f"{session.chosen().clip} {it.wanted.method.name}.csv",
        mime="text/csv",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
        key="explain-numbers",
        help=_("Every piece with what it adds, as a table."),
    )


def _measured(it: Result) -> tuple[str, str]:
    """Name what the bars and the numbers are: parts of the score only where the method tells for from against."""
    if it.wanted.method.signed:
        return _("what it adds"), _("to the score")
    return _("how much hangs on it"), _("share of all")


def _help(it: Result) -> str:
    said = _("A click on a piece chooses it on the strip and plays it.")
    if it.found.without:
        return _("Without it: how sure the model still is when that piece alone is taken out.") + " " + said
    return _("What the method found, added up over each piece.") + " " + said


def _rows(it: Result) -> list[dict[str, Any]]:
    pieces, parts = it.wanted.asked.pieces, it.contributions
    most, total = max(map(abs, parts), default=0.0) or 1.0, sum(parts) or 1.0
    signed, added = it.wanted.method.signed, places.added(parts)
    return [
        {
            "label": places.label(pieces[at]),
            "place": places.place(pieces[at]),
            "start": round(pieces[at].start, 4),
            "end": round(pieces[at].end, 4),
            "share": round(parts[at] / most, 4),
            "signed": signed,
            "value": added[at] if signed else f"{parts[at] / total:.0%}",
            "without": f"{it.found.without[at]:.0%}" if it.found.without else "",
        }
        for at in sorted(range(len(parts)), key=lambda at: -abs(parts[at]))
    ]


def numbers(it: Result) -> str:
    """Write the pieces as CSV text, in the order of time."""
    written = StringIO()
    writer = csv.writer(written, lineterminator="\n")
    found = it.found
    writer.writerow(
        ["piece", "start (s)", "end (s)", "contribution (score)", "probability with it", "probability without it"]
    )
    for at, piece in enumerate(it.wanted.asked.pieces):
        without = round(found.without[at], 6) if found.without else ""
        row = [_text(places.label(piece)), round(piece.start, 4), round(piece.end, 4), f"{it.contributions[at]:.6g}"]
        writer.writerow([*row, round(found.probability, 6), without])
    return written.getvalue()


def _text(label: str) -> str:
    """Keep a name, which a stranger may have chosen, from being worked out as a formula."""
    return f"'{label}" if label.startswith(FORMULAS) else label
