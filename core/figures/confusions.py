"""The chart of what was mistaken for what; a cell can be clicked."""

from collections.abc import Sequence

import numpy as np
from jaxtyping import Int64

from core.figures.figure import Figure, Spec, axis, frame, tips
from core.figures.judged import AFTER, BEFORE, DIGITS
from core.text import _

MISTAKEN = "#d6336c"


def confusion(
    counts: Int64[np.ndarray, "classes classes"],
    labels: Sequence[str],
    name: str,
    chosen: tuple[str, str] = ("", ""),
) -> Figure:
    """Draw how often each true class (row) was called each class (column).

    A click on a cell is the selection ``cell`` with the fields ``true`` and ``called``; ``chosen`` gets an outline.
    """
    whole = np.maximum(counts.sum(1, keepdims=True), 1)
    pairs = [(row, column) for row in range(len(labels)) for column in range(len(labels))]
    cells: list[Spec] = [
        {
            "true": labels[row],
            "called": labels[column],
            "count": int(counts[row, column]),
            "share": round(float(counts[row, column] / whole[row, 0]), DIGITS),
            "shown": str(int(counts[row, column])) if counts[row, column] else "",
            "right": row == column,
        }
        for row, column in pairs
    ]
    right = int(np.trace(counts))
    alt = _("{name}: {right} of {all} sounds called by their class. {worst}").format(
        name=name, right=right, all=int(counts.sum()), worst=_worst(counts, labels)
    )
    rows = tuple((record["true"], record["called"], record["count"]) for record in cells)
    # small sets get large cells; many classes still fit a phone, and empty cells stay here
    height = min(max(40 - len(labels), 18) * len(labels), 620) + 80 + 7 * min(max(map(len, labels)), 14)
    records = [record for record in cells if record["count"] or record["right"]]
    return Figure(frame(records, _cells(labels, chosen), height), alt, ("true class", "called", "sounds"), rows)


def _worst(counts: Int64[np.ndarray, "classes classes"], labels: Sequence[str]) -> str:
    wrong = counts - np.diag(np.diag(counts))
    if not wrong.any():
        return _("None was mistaken.")
    row, column = divmod(int(wrong.argmax()), len(labels))
    return _("Most often {true} was called {called}, {count} times.").format(
        true=labels[row], called=labels[column], count=int(wrong[row, column])
    )


def _cells(labels: Sequence[str], chosen: tuple[str, str]) -> list[Spec]:
    names = {"labelLimit": 100, "ticks": False, "domain": False, "labelOverlap": False}
    all_of_them = {"sort": None, "scale": {"domain": list(labels)}}
    angle = 0 if sum(map(len, labels)) <= 20 else -50
    x = axis("called", _("called"), "nominal", **all_of_them, axis={**names, "labelAngle": angle, "orient": "top"})
    y = axis("true", _("true class"), "nominal", **all_of_them, axis=names)
    tip = tips(true=_("True class"), called=_("called"), count=_("sounds"), share=_("share of its class"))
    colour = {"condition": {"test": "datum.right", "value": AFTER}, "value": MISTAKEN}
    cell = {"type": "rect", "tooltip": True, "cursor": "pointer", "stroke": "#8a8f98", "strokeOpacity": 0.25}
    return [
        {
            "params": [{"name": "cell", "select": {"type": "point", "fields": ["true", "called"]}}],
            "mark": cell,
            "encoding": {
                "x": x,
                "y": y,
                "color": colour,
                "opacity": {"field": "share", "type": "quantitative", "scale": {"domain": [0, 1], "range": [0.04, 0.8]},
                            "legend": None},
                "tooltip": tip,
            },
        },
        _counts("datum.share < 0.5", BEFORE, x, y),
        _counts("datum.share >= 0.5", "#ffffff", x, y),
        {
            "transform": [{"filter": {"and": [
                {"field": "true", "equal": chosen[0]}, {"field": "called", "equal": chosen[1]}
            ]}}],
            "mark": {"type": "rect", "fillOpacity": 0, "stroke": MISTAKEN, "strokeWidth": 2.5},
            "encoding": {"x": x, "y": y},
        },
    ]  # fmt: skip


def _counts(where: str, colour: str, x: Spec, y: Spec) -> Spec:
    return {
        "mark": {"type": "text", "fontSize": 12, "fontWeight": 600, "color": colour},
        "transform": [{"filter": where}],
        "encoding": {"x": x, "y": y, "text": {"field": "shown"}},
    }
