"""A figure: what to draw, what it says in words, and its numbers."""

import csv
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING, Any

from core.text import _

if TYPE_CHECKING:
    import altair

Cell = str | int | float
Spec = dict[str, Any]


@dataclass(frozen=True, eq=False)
class Figure:
    """A Vega-Lite chart with transparent ground; the colours of its text are left to the page's theme.

    spec     Vega-Lite as plain values: quick to make, and drawn without pandas
    alt      a sentence for who cannot see it
    columns  names of the numbers, with their units
    rows     the numbers behind the figure
    """

    spec: Spec
    alt: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]

    def numbers(self) -> str:
        """Write the numbers as CSV text, names and units first."""
        text = StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows(self.rows)
        return text.getvalue()

    def chart(self) -> "altair.TopLevelMixin":
        """Give the same figure as an Altair chart."""
        import altair

        return altair.Chart.from_dict(self.spec)


def frame(records: Sequence[Spec], marks: Iterable[Spec], height: int) -> Spec:
    """Put marks over one set of records; the records lie inside, where Streamlit leaves them as they are."""
    return {
        "layer": [
            {
                "data": {"values": list(records)},
                "layer": list(marks),
                "resolve": {"scale": {"color": "independent"}},  # some marks bring their colour with them
            }
        ],
        "width": "container",
        "height": height,
        "background": "transparent",
        "config": {"view": {"stroke": None}, "axis": {"grid": False}},
    }


def layer_title() -> str:
    """Name an axis that counts layers."""
    return _("Layer (0: what the first block receives)")


def axis(field: str, title: str, kind: str = "quantitative", **more: Any) -> Spec:
    """Describe the position of a mark; ``more`` holds scale or axis settings of Vega-Lite."""
    return {"field": field, "type": kind, "title": title, **more}


def tips(**fields: str) -> list[dict[str, str]]:
    """Name the fields that show under the pointer."""
    return [{"field": field, "title": title} for field, title in fields.items()]
