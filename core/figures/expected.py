"""The figures of the Expect page: the truth among its distractors, and which sounds are predictable."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np

from core.figures.charts import DIGITS, MARKED, NEUTRAL
from core.figures.figure import Figure, Spec, axis, frame, tips
from core.text import _
from core.tiers import Interval

if TYPE_CHECKING:
    from core.expectation.predictability import Predictability
    from core.expectation.region import Expected

WIDTH = 0.1  # of a bar, in cosine
MOST = 40  # labels that a figure has room for
FORMULAS = ("=", "+", "-", "@", "\t", "\r")  # a table program takes what begins so for something to work out


def among(found: "Expected") -> Figure:
    """Draw how like the truth and the distractors are to what was expected, as shares of each, by cosine."""
    told = found.contrast
    truth = np.take_along_axis(told.similarity, told.frames[:, None], 1).ravel()
    others = np.take_along_axis(told.similarity, told.distractors, 1).ravel()
    edges = np.round(np.arange(-1, 1 + WIDTH / 2, WIDTH), 6)
    kinds = {_("what was really there"): truth, _("distractors"): others}
    records: list[Spec] = []
    for kind, values in kinds.items():
        counts = np.histogram(np.clip(values, -1, 1 - 1e-6), edges)[0] / max(values.size, 1)
        records += [
            {
                "low": float(low),
                "high": round(float(low) + WIDTH, 6),
                "share": round(float(share), DIGITS),
                "kind": kind,
            }
            for low, share in zip(edges[:-1], counts, strict=True)
        ]
    alt = _(
        "Likeness to what the model expects: what was really there has a mean cosine of {truth:.2f}, the distractors "
        "{others:.2f}."
    ).format(truth=float(truth.mean()), others=float(others.mean()))
    rows = tuple((record["kind"], record["low"], record["high"], record["share"]) for record in records)
    return Figure(frame(records, [_bars(tuple(kinds))], 260), alt, ("of", "cosine from", "cosine to", "share"), rows)


def _bars(kinds: tuple[str, ...]) -> Spec:
    title = _("Likeness to what is expected (cosine)")
    colour = {
        "field": "kind", "type": "nominal", "title": None, "legend": {"orient": "top"},
        "scale": {"domain": list(kinds), "range": [MARKED, NEUTRAL]},
    }  # fmt: skip
    return {
        "mark": {"type": "bar", "opacity": 0.65, "tooltip": True, "binSpacing": 1},
        "encoding": {
            "x": axis("low", title, bin={"binned": True, "step": WIDTH}),
            "x2": {"field": "high"},
            "y": axis("share", _("Share"), stack=None, axis={"format": ".0%"}),
            "color": colour,
            "tooltip": tips(kind=_("Of"), low=_("Cosine from"), high=_("to"), share=_("Share")),
        },
    }


def by_label(found: "Predictability", intervals: Sequence[Interval], tier: str) -> Figure:
    """Draw the mean probability of the truth under each label of a tier, the most predictable first."""
    grouped: dict[str, list[float]] = {}
    for item in intervals:
        grouped.setdefault(item.label, []).extend(found.probability[found.time.within(item.start, item.end)].tolist())
    means = sorted(
        ((label, float(np.mean(kept)), len(kept)) for label, kept in grouped.items()), key=lambda row: -row[1]
    )
    alt = _("How predictable each {tier} is. Most: {best} at {high:.0%}; least: {worst} at {low:.0%}.").format(
        tier=_tier(tier), best=means[0][0], high=means[0][1], worst=means[-1][0], low=means[-1][1]
    )
    records: list[Spec] = [
        {"label": label, "value": round(mean, DIGITS), "count": count} for label, mean, count in means[:MOST]
    ]
    x = axis("label", _tier(tier), "nominal", sort=None, axis={"labelAngle": 0 if len(records) < 24 else -90})
    y = axis("value", _("Probability of the truth"), axis={"format": ".0%"}, scale={"zero": True})
    tip = tips(label=_tier(tier), value=_("Probability of the truth"), count=_("Moments"))
    marks: list[Spec] = [
        {"mark": {"type": "bar", "color": NEUTRAL, "tooltip": True}, "encoding": {"x": x, "y": y, "tooltip": tip}},
        {
            "data": {"values": [{"chance": round(found.chance, DIGITS)}]},
            "mark": {"type": "rule", "strokeDash": [4, 4], "color": MARKED, "tooltip": True},
            "encoding": {"y": axis("chance", _("Probability of the truth")), "tooltip": tips(chance=_("Chance"))},
        },
    ]
    rows = tuple((_guarded(label), round(mean, 6), count) for label, mean, count in means)
    return Figure(frame(records, marks, 260), alt, (tier, "mean probability of the truth", "frames"), rows)


def _tier(name: str) -> str:
    return {"phone": _("phone"), "word": _("word")}.get(name, name)


def _guarded(label: str) -> str:
    """Keep a label, which a stranger may have chosen, from being worked out as a formula."""
    return f"'{label}" if label.startswith(FORMULAS) else label
