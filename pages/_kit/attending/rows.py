"""What the page adds to the strip: where the chosen head looks, who looks back, and the way through all layers."""

import numpy as np
from jaxtyping import Float32

from core.attention import looked_at_by, looks_at
from core.text import _
from core.timeline import TimeAxis
from pages._kit import engine, strip
from pages._kit.attending.view import View, followed
from pages._kit.colours import depths
from pages._kit.strip import Choice, Curve, Labels, Row

LEVELS = 255  # heights of a curve that travel
WIRE = 65534 / 256  # heights that differ by 256 of the strip's 65534 steps leave half of its bytes empty

Line = Float32[np.ndarray, " frames"]
Curves = list[Float32[np.ndarray, "heads frames"]]
Ways = tuple[Float32[np.ndarray, "queries keys"], ...]


def payload(view: View) -> strip.Payload:
    """Pack the rows for the strip, once for each model, clip and region."""
    alike = len({layer.shape[-1] for layer in view.trace.attention}) == 1
    ways = followed(view) if alike else ()
    return engine.once(("attention rows", view.key, view.region), lambda: strip.rows_payload(listed(view, ways)))


def listed(view: View, ways: Ways) -> list[Row]:
    """List the rows: one curve for every layer and head, and one for the way through all layers (``ways``)."""
    name, sentence = _looks(view)
    found = [_over_heads(view, name, sentence, [_shares(view, block) for block in range(view.blocks)])]
    if view.region:
        back = [_returned(view, block) for block in range(view.blocks)]
        found.append(_over_heads(view, _("Looks at it"), _back_help(), back))
    if ways:
        found.append(_over_layers(view, [way[view.asking(0)].mean(0) * len(way) for way in ways]))
    return found


def _shares(view: View, block: int) -> Float32[np.ndarray, "heads frames"]:
    """Measure where the heads of a layer look, in even shares."""
    return looks_at(view.trace.attention[block], view.asking(block)) * view.time(block).count


def _returned(view: View, block: int) -> Float32[np.ndarray, "heads frames"]:
    """Measure who looks at the region, in even shares."""
    asking = view.asking(block)
    return looked_at_by(view.trace.attention[block], asking) * (view.time(block).count / (asking.stop - asking.start))


def _looks(view: View) -> tuple[str, str]:
    if view.region:
        return _("It looks at"), _(
            "Where the chosen head looks from the chosen part, moment by moment. 1 is an even share: what each moment "
            "would get if all got the same; 3 is three times that."
        )
    return _("Is looked at"), _(
        "How much the chosen head looks at each moment, on average from everywhere. 1 is an even share: what each "
        "moment would get if all got the same; 3 is three times that. Choose a part of the sound to ask from there."
    )


def _back_help() -> str:
    return _(
        "From which moments the chosen head looks at the chosen part. 1 is an even share: what the part would get if "
        "every moment got the same; 3 is three times that."
    )


def _over_heads(view: View, name: str, sentence: str, values: Curves) -> Choice:
    """Stack one curve per layer and head; the input, index 0, has none."""
    colours = depths(view.blocks + 1)
    stacks = [_heads(tuple(_empty() for _head in range(view.heads)))]
    for block, lines in enumerate(values):
        time, colour = view.time(block), colours[block + 1]
        stacks.append(_heads(tuple(_curve(name, line, time, colour, sentence) for line in lines)))
    return _layers(view, tuple(stacks))


def _over_layers(view: View, values: list[Line]) -> Choice:
    colours = depths(view.blocks + 1)
    name = _("Through all layers")
    sentence = _(
        "Attention rollout: from which moments of the sound something may have got here, through all layers up to the "
        "chosen one. It takes for granted that every layer keeps one half and that all heads count the same."
    )
    curves = (_curve(name, line, view.time(0), colours[at], sentence) for at, line in enumerate(values, start=1))
    return _layers(view, (_empty(), *curves))


def _layers(view: View, options: tuple[Row, ...]) -> Choice:
    names = (_("{layer} of {layers}").format(layer=layer, layers=view.blocks) for layer in range(1, view.blocks + 1))
    return Choice("layer", _("Layer"), options, (_("input"), *names), depths(view.blocks + 1), first=1)


def _heads(options: tuple[Row, ...]) -> Choice:
    labels = tuple(_("{head} of {heads}").format(head=head, heads=len(options)) for head in range(1, len(options) + 1))
    return Choice("head", _("Head"), options, labels)


def _empty() -> Labels:
    return Labels(_("The input has no heads"), ())


def _curve(name: str, values: Line, time: TimeAxis, colour: str, sentence: str) -> Curve:
    step = max(float(values.max()), 1.0) / LEVELS
    return Curve(name, np.round(values / step) * step, time, "×", 0.0, step * WIRE, colour, 1.0, sentence)
