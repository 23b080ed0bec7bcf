"""Attention between segments in BertViz's own views (Vig 2019), in one page that loads nothing from anywhere.

bertviz asks other hosts for d3, jQuery and require.js. Here d3 comes from mpld3, which ships the very version that
bertviz asks for, jQuery from XStatic-jQuery, and two lines stand in for require.js.
"""

import csv
import json
import re
from collections.abc import Callable, Sequence
from functools import lru_cache
from importlib.resources import files
from io import StringIO
from pathlib import Path
from typing import Any, Literal

import numpy as np
from jaxtyping import Float, Int

from core.errors import MethodError
from core.figures.palette import depths
from core.segments import MOST
from core.text import _

View = Literal["head", "model"]
PARTS = 1000  # attention is written in thousandths; every row adds up to exactly 1000 of them
SAVING = Path(__file__).with_name("bertviz_saving.js")
REMOTE = re.compile(r'<script src="https://[^"]*require[^"]*"></script>')
LOADER = "requirejs(['jquery', 'd3']"
PATHS = re.compile(r"require\.config\(\{.*?\}\);", re.DOTALL)  # names the other hosts; nothing reads it here
AMD = (
    "window.require={config(){}};"
    "window.requirejs=(names,run)=>run(...names.map(name=>({jquery:window.jQuery,d3:window.d3})[name]));"
)
ESCAPES = {"<": "\\u003c", ">": "\\u003e", "&": "\\u0026"}  # shown as they are, never read as HTML
PARAMETERS = "const params = "
STYLE = "body{margin:0;padding:8px;background:#fff;color:#14181f;overflow-x:auto}"


def bertviz_page(
    view: View,
    attention: Sequence[Float[np.ndarray, "heads segments segments"]],
    labels: Sequence[str],
    layers: Sequence[int] | None = None,
) -> str:
    """Build a complete HTML page with BertViz's head view or model view.

    attention  pooled over segments, one array per block; rows sum to one
    labels     one per segment, at most 40
    layers     blocks to show, counted from 1; all by default

    Layers and heads are counted from 1. Raises MethodError for more than 40 segments, RuntimeError where bertviz has
    changed the page that it makes.
    """
    if len(labels) > MOST:
        raise MethodError(
            _("{count} pieces are too many for this view.").format(count=len(labels)),
            hint=_("Choose words instead of phones, or a shorter region; up to {most} fit.").format(most=MOST),
        )
    chosen = list(layers) if layers is not None else list(range(1, len(attention) + 1))
    made, found = REMOTE.subn("", _views()[view](_tensors(attention), list(labels), chosen))
    made, paths = PATHS.subn("", made)
    if (found, paths) != (1, 1) or LOADER not in made:
        raise RuntimeError("bertviz has changed the page that it makes")
    title = _("Attention between pieces of the clip")
    return (
        f'<!doctype html><html><head><meta charset="utf-8"><title>{title}</title><style>{STYLE}</style>'
        f"{_libraries()}</head><body>{_adapted(_inert(made, len(attention[0])), view, len(attention))}"
        f"{_saving()}</body></html>"
    )


def _saving() -> str:
    """Add the button that saves what is drawn."""
    button = f'<p><button type="button" id="save">{_("Save picture")}</button></p>'
    return f"{button}<script>{SAVING.read_text('utf-8')}</script>"


def numbers(
    attention: Sequence[Float[np.ndarray, "heads segments segments"]], labels: Sequence[str], layers: Sequence[int]
) -> str:
    """Write the shares that a page shows as CSV; layers and heads are counted from 1."""
    text = StringIO()
    table = csv.writer(text)
    table.writerow(("layer", "head", "from", "to", "share"))
    for layer in layers:
        for head, row, column in np.ndindex(attention[layer - 1].shape):
            share = attention[layer - 1][head, row, column]
            table.writerow((layer, head + 1, labels[row], labels[column], f"{share:.4f}"))
    return text.getvalue()


def thousandths(rows: Float[np.ndarray, "*lead segments"]) -> Int[np.ndarray, "*lead segments"]:
    """Round shares to thousandths that still add up to 1000 in each row (largest remainders)."""
    scaled = rows.astype(np.float64) / rows.sum(-1, keepdims=True, dtype=np.float64) * PARTS
    whole = np.floor(scaled).astype(np.int64)
    missing = PARTS - whole.sum(-1, keepdims=True)
    place = np.argsort(np.argsort(whole - scaled, axis=-1, kind="stable"), axis=-1, kind="stable")
    return whole + (place < missing)


def _tensors(attention: Sequence[Float[np.ndarray, "heads segments segments"]]) -> list[Any]:
    """Lay out blocks and heads for bertviz, with an empty block 0 and head 0, so that counting starts at 1."""
    import torch

    padded = [np.pad(thousandths(layer) / PARTS, ((1, 0), (0, 0), (0, 0)))[None] for layer in attention]
    # float64, because thousandths in float64 are printed with three digits
    return [torch.from_numpy(layer) for layer in (np.zeros_like(padded[0]), *padded)]


def _views() -> dict[View, Callable[[list[Any], list[str], list[int]], str]]:
    from bertviz import head_view, model_view

    fixed = {"html_action": "return", "prettify_tokens": False}

    def heads(attention: list[Any], labels: list[str], layers: list[int]) -> str:
        without = [layer[:, 1:] for layer in attention]  # this view shows no numbers of heads
        return head_view(without, labels, include_layers=layers, layer=layers[0], **fixed).data

    def model(attention: list[Any], labels: list[str], layers: list[int]) -> str:
        counted = list(range(1, attention[0].shape[1]))
        shown = {"include_layers": layers, "include_heads": counted, "display_mode": "light"}
        return model_view(attention, labels, **shown, **fixed).data

    return {"head": heads, "model": model}


def _inert(page: str, heads: int) -> str:
    """Write the numbers and labels once, where bertviz writes them twice, and so that no label can end the script."""
    start = page.index(PARAMETERS) + len(PARAMETERS)
    parameters, length = json.JSONDecoder().raw_decode(page[start:])
    end = page.index("\n", start)
    if not page.startswith("; // HACK", start + length):
        raise RuntimeError("bertviz has changed the page that it makes: no parameters")
    if "total_heads" in parameters:
        parameters["total_heads"] = heads
    written = json.dumps(parameters, separators=(",", ":"))
    for letter, escape in ESCAPES.items():
        written = written.replace(letter, escape)
    return f"{page[:start]}{written};{page[end:]}"


def _adapted(page: str, view: View, layers: int) -> str:
    """Give the layers the colours that they have everywhere, and the menu a name."""
    if view == "head":
        menu = f'{_("Layer")}: <select aria-label="{_("Layer")}" id="layer">'
        return _replaced(page, 'Layer: <select id="layer">', menu)
    page = _replaced(
        page, "const LAYER_COLORS = d3.schemeCategory10", f"const LAYER_COLORS = {list(depths(layers + 1))}"
    )
    return _replaced(page, "LAYER_COLORS[config.layers[layer] % 10]", "LAYER_COLORS[config.layers[layer]]")


def _replaced(page: str, old: str, new: str) -> str:
    if page.count(old) != 1:
        raise RuntimeError(f"bertviz has changed the page that it makes: no single {old!r}")
    return page.replace(old, new)


@lru_cache(maxsize=1)
def _libraries() -> str:
    d3 = files("mpld3").joinpath("js/d3.v5.min.js").read_text("utf-8")
    jquery = files("xstatic.pkg.jquery").joinpath("data/jquery.slim.min.js").read_text("utf-8")
    return "".join(f"<script>{code}</script>" for code in (d3, jquery, AMD))
