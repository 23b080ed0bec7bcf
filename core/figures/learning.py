"""The charts of a run: how loss and accuracy go from epoch to epoch."""

from collections.abc import Sequence

from core.figures.figure import Figure, Spec, axis, frame, tips
from core.figures.labelled import FILLS
from core.finetuning.history import Epoch
from core.text import N_, _

DIGITS = 4
SERIES = {"train": N_("while it learns"), "validation": N_("on sounds it does not learn from")}
DASHES = {"train": [5, 3], "validation": [1, 0]}
SHAPES = {"train": "circle", "validation": "square"}
HEIGHT = 290  # pixels


def loss(epochs: Sequence[Epoch], planned: int) -> Figure:
    """Draw the loss of every epoch so far; the axis reaches to the last epoch planned."""
    rows = tuple(
        (epoch.number, series, value)
        for epoch in epochs
        for series, value in (("train", epoch.loss), ("validation", epoch.validation_loss))
        if value is not None
    )
    return _lines(rows, planned, _("Loss"), "loss", {"zero": False})


def accuracy(epochs: Sequence[Epoch], planned: int, classes: int) -> Figure:
    """Draw the share that is right after every epoch so far, with the line of guessing."""
    rows = tuple(
        (epoch.number, series, value)
        for epoch in epochs
        for series, value in (("train", epoch.accuracy), ("validation", epoch.validation_accuracy))
        if value is not None
    )
    return _lines(rows, planned, _("Share right"), "accuracy", {"domain": [0, 1]}, 1 / classes if classes else None)


def _lines(
    rows: tuple[tuple[int, str, float], ...],
    planned: int,
    title: str,
    name: str,
    scale: Spec,
    chance: float | None = None,
) -> Figure:
    shown = [series for series in SERIES if any(row[1] == series for row in rows)]
    last = {series: next(value for _n, s, value in reversed(rows) if s == series) for series in shown}
    told = ", ".join(f"{_(SERIES[series])} {value:.3g}" for series, value in last.items())
    alt = _("{title} by epoch: {told}.").format(title=title, told=told or _("nothing yet"))
    records: list[Spec] = [
        {"epoch": number, "series": _(SERIES[series]), "value": round(value, DIGITS)} for number, series, value in rows
    ]
    marks = [_line(shown, planned, title, scale)]
    if chance is not None:
        marks += _chance(chance)
    return Figure(frame(records, marks, HEIGHT), alt, ("epoch", "series", name), rows)


def _line(shown: Sequence[str], planned: int, title: str, scale: Spec) -> Spec:
    names = [_(SERIES[series]) for series in shown]

    def by(values: list[object], legend: Spec | None = None) -> Spec:
        scale: Spec = {"domain": names, "range": values}
        return {"field": "series", "type": "nominal", "title": None, "scale": scale, "legend": legend}

    x = axis(
        "epoch", _("Epoch"), scale={"domain": [0.5, planned + 0.5], "nice": False},
        axis={"tickMinStep": 1, "format": "d", "values": list(range(1, planned + 1))} if planned <= 20 else {},
    )  # fmt: skip
    return {
        "mark": {"type": "line", "point": {"size": 55, "filled": True}, "strokeWidth": 2},
        "encoding": {
            "x": x,
            "y": axis("value", title, scale=scale, axis={"grid": True, "gridOpacity": 0.25}),
            "color": by(
                [FILLS[series] for series in shown],
                {"orient": "top", "labelLimit": 260, "columns": 1, "symbolType": "stroke", "symbolStrokeWidth": 3},
            ),
            "strokeDash": by([DASHES[series] for series in shown]),
            "shape": by([SHAPES[series] for series in shown]),
            "tooltip": tips(epoch=_("Epoch"), series=_("Measured"), value=title),
        },
    }


def _chance(value: float) -> list[Spec]:
    line: Spec = {
        "data": {"values": [{"chance": value, "label": _("guessing")}]},
        "mark": {"type": "rule", "strokeDash": [2, 3], "color": FILLS["unlabelled"]},
        "encoding": {"y": {"field": "chance", "type": "quantitative"}},
    }
    label = {
        **line,
        "mark": {"type": "text", "align": "right", "dy": -6, "color": FILLS["unlabelled"]},
        "encoding": {**line["encoding"], "x": {"value": "width"}, "text": {"field": "label"}},
    }
    return [line, label]
