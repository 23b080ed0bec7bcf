"""The charts of an explanation's checks: what is left of the answer when parts of the sound go, or come back."""

from core.attribution.check import Verdict
from core.figures.charts import NEUTRAL
from core.figures.figure import Figure, Spec, axis, frame, tips
from core.figures.palette import MATTERS, SPEAKS_AGAINST, SPEAKS_FOR
from core.text import N_, _

DIGITS = 4
HEIGHT = 260  # pixels
LOW, HIGH = "chance, lowest", "chance, highest"
# name of a curve: what it is called, its colour and its dashes
LINES = {
    "deletion": (N_("taken away, most important first"), SPEAKS_FOR, [1, 0]),
    "insertion": (N_("put back, most important first"), SPEAKS_AGAINST, [1, 0]),
    "loudness": (N_("taken away, loudest first"), MATTERS, [6, 3]),
    "chance": (N_("taken away in any order"), NEUTRAL, [2, 3]),
}


def curves(verdict: Verdict) -> Figure:
    """Draw the curves of a check over the share of the sound that is gone or back; chance as a band."""
    drawn = [name for name in verdict.curves if name not in {LOW, HIGH}]
    records = [record for name in drawn for record in _points(verdict, name)]
    rows = tuple((name, x, y) for name, (xs, ys) in verdict.curves.items() for x, y in zip(xs, ys, strict=True))
    said = "; ".join(f"{_title(name)} {sum(ys) / len(ys):.2f}" for name, (_xs, ys) in verdict.curves.items() if ys)
    alt = _("What is left of the answer over the share of the sound, on average: {said}.").format(said=said)
    marks = [*_band(verdict), _lines(drawn)]
    return Figure(frame(records, marks, HEIGHT), alt, ("curve", "share of the sound", "probability"), rows)


def _title(name: str) -> str:
    return _(LINES[name][0]) if name in LINES else name


def _points(verdict: Verdict, name: str) -> list[Spec]:
    xs, ys = verdict.curves[name]
    return [{"curve": _title(name), "x": round(x, DIGITS), "y": round(y, DIGITS)} for x, y in zip(xs, ys, strict=True)]


def _place() -> dict[str, Spec]:
    share = {"format": ".0%", "tickCount": 5}
    return {
        "x": axis("x", _("share of the sound gone, or back"), scale={"domain": [0, 1]}, axis=share),
        "y": axis("y", _("how sure of the answer"), axis={**share, "grid": True, "gridOpacity": 0.25}),
    }


def _lines(drawn: list[str]) -> Spec:
    names = [_title(name) for name in drawn]
    colours = [LINES[name][1] if name in LINES else NEUTRAL for name in drawn]
    dashes = [LINES[name][2] if name in LINES else [1, 0] for name in drawn]
    legend = {"orient": "top", "columns": 1, "labelLimit": 300, "symbolType": "stroke", "symbolStrokeWidth": 3}
    by = {"field": "curve", "type": "nominal", "title": None}
    tip = tips(curve=_("Curve"), x=_("share of the sound"), y=_("how sure"))
    return {
        "mark": {"type": "line", "strokeWidth": 2.2, "point": {"size": 30, "filled": True}},
        "encoding": {
            **_place(),
            "color": {**by, "scale": {"domain": names, "range": colours}, "legend": legend},
            "strokeDash": {**by, "scale": {"domain": names, "range": dashes}, "legend": None},
            "tooltip": tip,
        },
    }


def _band(verdict: Verdict) -> list[Spec]:
    if LOW not in verdict.curves or HIGH not in verdict.curves:
        return []
    xs, low = verdict.curves[LOW]
    high = verdict.curves[HIGH][1]
    records = [
        {"x": round(x, DIGITS), "y": round(least, DIGITS), "y2": round(most, DIGITS)}
        for x, least, most in zip(xs, low, high, strict=True)
    ]
    return [
        {
            "data": {"values": records},
            "mark": {"type": "area", "color": NEUTRAL, "opacity": 0.2},
            "encoding": {**_place(), "y2": {"field": "y2"}},
        }
    ]
