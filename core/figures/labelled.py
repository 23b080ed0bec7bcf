"""The charts of labelled sounds: how many there are of each class, and which side of a split they stand on."""

from collections.abc import Mapping, Sequence

from core.figures.charts import NEUTRAL
from core.figures.figure import Figure, Spec, axis, frame, tips
from core.text import N_, _

LINE, THIN = 22, 15  # pixels of a bar with its gap; of one of many
MANY = 16  # bars from which on they are thin
UNDER, OVER = 82, 58  # pixels of the axis with its title, and of the legend
SIDES = {
    "train": N_("to learn from"),
    "validation": N_("to know when to stop"),
    "test": N_("to test, never seen before"),
    "unlabelled": N_("without a label, to learn from"),
}
FILLS = {"train": "#5b7fa6", "validation": "#b3863b", "test": "#a2557f", "unlabelled": "#8a8f98"}


def classes(counts: Mapping[str, int]) -> Figure:
    """Draw how many sounds each class has."""
    rows = tuple(counts.items())
    alt = _("Sounds per class: {counts}.").format(counts=", ".join(f"{label} {count}" for label, count in rows))
    records: list[Spec] = [{"class": label, "sounds": count} for label, count in rows]
    y = axis("class", "", "nominal", sort=None, axis={"labelLimit": 160, "ticks": False, "domain": False})
    x = axis("sounds", _("sounds"), axis={"tickMinStep": 1, "format": "d"}, scale={"domainMin": 0})
    bar = {
        "mark": {"type": "bar", "height": {"band": 0.72}, "color": NEUTRAL, "cornerRadiusEnd": 3},
        "encoding": {"x": x, "y": y, "tooltip": tips(**{"class": _("class"), "sounds": _("sounds")})},
    }
    return Figure(frame(records, [bar], _tall(len(rows)) + UNDER), alt, ("class", "sounds"), rows)


def sides(rows: Sequence[tuple[str, str, int]], of: str) -> Figure:
    """Draw how many sounds of each voice (or class) stand on which side.

    rows  (name of the voice or class, side, sounds)
    of    what the names are, for the table
    """
    totals = {side: sum(count for _name, stands, count in rows if stands == side) for side in SIDES}
    shown = [side for side in SIDES if totals[side]]
    alt = _("Where the sounds stand: {sides}.").format(
        sides=", ".join(f"{totals[side]} {_(SIDES[side])}" for side in shown)
    )
    records: list[Spec] = [
        {"name": name, "side": _(SIDES[side]), "sounds": count, "order": list(SIDES).index(side)}
        for name, side, count in rows
    ]
    titles, names = [_(SIDES[side]) for side in shown], len({name for name, _side, _count in rows})
    colour = {
        "field": "side", "type": "nominal", "title": None, "sort": titles,
        "scale": {"domain": titles, "range": [FILLS[side] for side in shown]},
        "legend": {"orient": "top", "direction": "horizontal", "labelLimit": 260, "columns": 2, "symbolType": "square"},
    }  # fmt: skip
    y = axis("name", "", "nominal", sort=None, axis={"labelLimit": 140, "ticks": False, "domain": False})
    x = axis("sounds", _("sounds"), stack="zero", axis={"tickMinStep": 1, "format": "d"})
    bars = {
        "mark": {"type": "bar", "height": {"band": 0.72}},
        "encoding": {"x": x, "y": y, "color": colour, "order": {"field": "order"},
                     "tooltip": tips(name=of, side=_("stands"), sounds=_("sounds"))},
    }  # fmt: skip
    return Figure(
        frame(records, [bars], _tall(names) + UNDER + OVER),
        alt,
        (of, "side", "sounds"),
        tuple(rows),
    )


def _tall(bars: int) -> int:
    """Give the pixels of all bars together."""
    return bars * (LINE if bars <= MANY else THIN)
