"""All heads in numbers: a table to sort, a chart of two measures; a head is chosen in either."""

from typing import Any

import streamlit as st

from core.attention import KINDS, MEASURES, Measures
from core.figures.charts import head_records, heads
from core.text import _
from pages._kit import engine, session
from pages._kit.attending.view import View

TABLE, CHART = "heads-table", "heads-chart"
ORDER = ("layer", "head", "kind", "span", "entropy", "globality", "verticality", "diagonality", "edges", "quiet")
SHARES = ("edges", "quiet")  # shown in percent
ROWS_SHOWN = 10
ROW = 35  # pixels of a row of the table


def draw(view: View) -> None:
    """Draw all heads as a table; a row chooses its head."""
    numbers, records = engine.store().get(("heads table", view.key), lambda: _listed(view.measures))
    st.header(_("All heads in numbers"), anchor=False)
    st.caption(_("Click the name of a column to sort by it, the box at the left of a row to choose that head."))
    st.dataframe(
        records,
        hide_index=True,
        width="stretch",
        height=ROW * (min(len(records), ROWS_SHOWN) + 1) + 3,
        column_config=_columns(view),
        key=TABLE,
        on_select=lambda: _choose_row([(record["layer"], record["head"] - 1) for record in records]),
        selection_mode="single-row",
        alt=_("Measures of every head"),
    )
    st.download_button(
        _("Save numbers (CSV)"),
        numbers,
        file_name="heads.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        key="heads-csv",
    )


def _listed(found: Measures) -> tuple[str, list[dict[str, Any]]]:
    return heads(found).numbers(), [_row(record) for record in head_records(found)]


def _row(record: dict[str, Any]) -> dict[str, Any]:
    return {name: 100 * record[name] if name in SHARES else record[name] for name in ORDER}


def _columns(view: View) -> dict[str, Any]:
    kinds = " ".join(f"**{_(title)}**: {_(meaning)}" for _name, title, meaning in KINDS)
    judged = _("Each head is named after what sets it apart most from the model's other heads.")
    column = st.column_config
    found: dict[str, Any] = {
        "layer": column.NumberColumn(_("Layer"), help=_("Counted from the sound upwards."), width=60),
        "head": column.NumberColumn(_("Head"), help=_("Counted within its layer."), width=60),
        "kind": column.TextColumn(_("Kind"), help=f"{kinds} {judged}", width=84),
    }
    for name, (title, unit, meaning) in MEASURES.items():
        sign = "%" if name in SHARES else unit
        label = f"{_(title)} ({sign})" if sign else _(title)
        shape = "%.1f" if name in SHARES else "%.2f"
        found[name] = column.NumberColumn(label, help=f"{_(meaning)}{_by_chance(view, name)}", format=shape)
    return found


def _by_chance(view: View, name: str) -> str:
    if name not in {"edges", "quiet"}:
        return ""
    even = view.measures.chance[name == "quiet"]
    return " " + _("An even share would be {even:.1%}.").format(even=even)


def _choose_row(places: list[tuple[int, int]]) -> None:
    rows = (session.component(TABLE).get("selection") or {}).get("rows") or []
    if rows:
        layer, head = places[rows[0]]
        session.choose(layer=layer, head=head)


def chart(view: View) -> None:
    """Draw every head by two of its measures; a click on one chooses it."""
    names = {name: _(title) for name, (title, _unit, _meaning) in MEASURES.items()}
    st.header(_("Two measures against each other"), anchor=False)
    across, down = st.columns(2)
    x = across.selectbox(_("Across"), list(names), format_func=names.get, index=4, key="heads-x", help=_help("across"))
    y = down.selectbox(_("Upwards"), list(names), format_func=names.get, index=3, key="heads-y", help=_help("upwards"))
    figure = heads(view.measures, x, y, chosen=(view.shown[0] + 1, view.shown[1] + 1))
    st.vega_lite_chart(
        spec=figure.spec, alt=figure.alt, width="stretch", key=CHART, on_select=_choose_point, selection_mode="head"
    )
    st.caption(_("Each mark is a head in the colour of its layer. Click one to choose it."))


def _help(way: str) -> str:
    words = {"across": _("What grows from left to right."), "upwards": _("What grows from bottom to top.")}
    where = _("What each measure means is said at the names of the columns of the table.")
    return f"{words[way]} {where}"


def _choose_point() -> None:
    points = (session.component(CHART).get("selection") or {}).get("head") or []
    if points:
        session.choose(layer=int(points[0]["layer"]), head=int(points[0]["head"]) - 1)
