"""All heads in numbers: a table to sort, a chart of two measures, and choosing a head in either."""

from typing import Any

import streamlit as st

from core.attention import KINDS, MEASURES
from core.figures.charts import head_records, heads
from core.figures.figure import Figure
from core.text import _
from pages._kit import session
from pages._kit.attending.view import View

TABLE, CHART = "heads-table", "heads-chart"
ORDER = ("layer", "head", "kind", "span", "entropy", "globality", "verticality", "diagonality", "edges", "quiet")
SHARES = ("entropy", "edges", "quiet")
ROWS_SHOWN = 10
ROW = 35  # pixels of a row of the table


def draw(view: View) -> None:
    """Draw the table and the chart side by side."""
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.subheader(_("All heads in numbers"), anchor=False)
        _table(view)
    with right:
        st.subheader(_("Heads of a kind lie together"), anchor=False)
        _chart(view)


def _table(view: View) -> None:
    records = [{name: record[name] for name in ORDER} for record in head_records(view.measures)]
    st.caption(_("Click a column's name to sort, the box at the left of a row to choose that head."))
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
        label = f"{_(title)} ({unit})" if unit else _(title)
        shape = "percent" if name in SHARES else "%.2f"
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


def _chart(view: View) -> None:
    names = {name: _(title) for name, (title, _unit, _meaning) in MEASURES.items()}
    across, down = st.columns(2)
    x = across.selectbox(_("Across"), list(names), format_func=names.get, index=4, key="heads-x", help=_help("across"))
    y = down.selectbox(_("Upwards"), list(names), format_func=names.get, index=3, key="heads-y", help=_help("upwards"))
    figure = heads(view.measures, x, y, chosen=(view.layer, view.head + 1))
    st.vega_lite_chart(
        spec=figure.spec, alt=figure.alt, width="stretch", key=CHART, on_select=_choose_point, selection_mode="head"
    )
    _save(figure)


def _help(way: str) -> str:
    words = {"across": _("What grows from left to right."), "upwards": _("What grows from bottom to top.")}
    return f"{words[way]} {_('What each measure means is said at the names of the columns of the table.')}"


def _choose_point() -> None:
    points = (session.component(CHART).get("selection") or {}).get("head") or []
    if points:
        session.choose(layer=int(points[0]["layer"]), head=int(points[0]["head"]) - 1)


def _save(figure: Figure) -> None:
    st.download_button(
        _("Save numbers (CSV)"),
        figure.numbers(),
        file_name="heads.csv",
        mime="text/csv",
        icon=":material/download:",
        on_click="ignore",
        key="heads-csv",
        help=_("All measures of all heads. The picture is saved by the menu at the chart's corner."),
    )
