"""One unit of the chosen layer: which one, the moments that excite it most and least, and what was said then."""

import csv
from collections.abc import Sequence
from io import StringIO

import streamlit as st

from core import units
from core.text import N_, _
from core.units import LabelMean, Moment, Unit
from pages._kit import engine, present, session, strip
from pages._kit.layers import pictures, settings, stops
from pages._kit.layers.stops import Stop

OFFERED = 8  # of the most active units, as buttons
MOMENTS = 5
AROUND = 0.1  # seconds played at either side of a moment, which alone is too short to hear
TIERS = {"phone": N_("phone"), "word": N_("word"), "syllable": N_("syllable")}


def draw(every: Sequence[Stop], stop: Stop) -> None:
    """Let the visitor choose a unit, and show when it is excited."""
    shown = pictures.maps(every, settings.now().order)[stop.value - every[0].value]
    offered = [int(unit) for unit in shown.units[:OFFERED]]
    index = stops.unit(stop)
    index = offered[0] if index is None else index
    st.header(_("One unit of {layer}").format(layer=stop.name), anchor=False, help=_(units.CAVEAT))
    _choose(stop, index, offered)
    found = engine.once(pictures.key("unit", stop.value, index), lambda: _described(stop, index))
    _said(found)
    if shown.rogue:
        st.caption(units.rogue_sentence(shown.rogue))
    left, right = st.columns([3, 2], gap="large")
    with left:
        _listed(_("Furthest above its average"), found.most, "most")
        _listed(_("Furthest below"), found.least, "least")
        st.download_button(
            _("Moments (CSV)"),
            lambda: _numbers(found),
            file_name=f"{session.chosen().clip} {stop.name} unit {index}.csv",
            mime="text/csv",
            icon=":material/download:",
            type="tertiary",
            on_click="ignore",
            key="layers-moments-numbers",
        )
    with right:
        _labels(found, stop)
        st.page_link("pages/space.py", label=_("The same unit over a corpus of voices"), icon=":material/scatter_plot:")


def _described(stop: Stop, index: int) -> Unit:
    clip = present.clip()
    return units.unit(stop.frames, stop.time, index, seconds=clip.seconds, tiers=clip.tiers, count=MOMENTS)


def _choose(stop: Stop, index: int, offered: list[int]) -> None:
    """Offer all units by number and the most active ones as buttons; keys change with what is chosen elsewhere."""
    left, right = st.columns([1, 3], gap="medium", vertical_alignment="bottom")
    number, active = f"layers-unit-{stop.value}-{index}", f"layers-active-{stop.value}-{index}-{offered[0]}"
    left.number_input(
        _("Unit (0 to {last})").format(last=stop.width - 1),
        0,
        stop.width - 1,
        index,
        key=number,
        on_change=_take,
        args=(number,),
        help=_("A layer keeps this many numbers for every moment; a unit is one of them."),
    )
    right.pills(
        _("Most active here"),
        offered,
        default=index if index in offered else None,
        key=active,
        on_change=_take,
        args=(active,),
        help=_("The units that move furthest about their own average over this sound."),
    )


def _take(key: str) -> None:
    session.choose(unit=session.widget(key))


def _said(found: Unit) -> None:
    if not found.most:
        st.markdown(_("This unit stands still over this sound."))
        return
    best = found.most[0]
    where = _spoken(best)
    text = _("Unit {unit} is furthest above its average at {second:.2f} s, by {value:.1f} σ.").format(
        unit=found.index, second=best.peak, value=best.value
    )
    if where:
        text += " " + _("There one hears {where}.").format(where=where)
    if found.rogue:
        text += " " + _("Its values are far larger than those of most units, whatever the sound.")
    st.markdown(text)


def _spoken(moment: Moment) -> str:
    said = dict(moment.labels)
    if "phone" in said and "word" in said:
        return _("the *{phone}* of *{word}*").format(phone=said["phone"], word=said["word"])
    label = said.get("word") or said.get("phone") or said.get("syllable")
    return f"*{label}*" if label else ""


def _listed(title: str, found: Sequence[Moment], key: str) -> None:
    """List moments with a button each that plays the sound around it."""
    st.markdown(f"**{title}**")
    if not found:
        st.markdown(_("No moment stands out."))
        return
    seconds = present.clip().seconds
    lines = [
        strip.Moment(
            max(0.0, moment.start - AROUND), min(seconds, moment.end + AROUND), _label(moment), f"{moment.value:+.1f} σ"
        )
        for moment in found
    ]
    strip.moments(lines, name=title, key=f"layers-moments-{key}")


def _label(moment: Moment) -> str:
    said = dict(moment.labels)
    return " · ".join(said[tier] for tier in ("word", "phone") if tier in said)


def _labels(found: Unit, stop: Stop) -> None:
    tiers = present.clip().tiers
    tier = next((name for name in TIERS if tiers.spoken(name)), None)
    if tier is None:
        st.markdown(_("Nothing is written down about this sound, so there is nothing to sort the unit's values by."))
        return
    st.markdown(_("**On average under each {tier}**").format(tier=_(TIERS[tier])))
    st.dataframe(
        _table(units.by_label(found.curve, stop.time, tiers.spoken(tier)), _(TIERS[tier])),
        hide_index=True,
        width="stretch",
        height=282,
        column_config={
            _("average (σ)"): st.column_config.NumberColumn(
                format="%+.2f", help=_("How far from the unit's own average over the whole sound.")
            ),
            _("moments"): st.column_config.NumberColumn(
                help=_("Few moments make an average that another clip may undo.")
            ),
        },
    )


def _table(means: Sequence[LabelMean], tier: str) -> dict[str, list[object]]:
    return {
        tier: [row.label for row in means],
        _("average (σ)"): [round(row.mean, 2) for row in means],
        _("moments"): [row.frames for row in means],
    }


def _numbers(found: Unit) -> str:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["kind", "peak (s)", "start (s)", "end (s)", "value (standard deviations)", "labels"])
    for kind, listed in (("most", found.most), ("least", found.least)):
        for moment in listed:
            said = " ".join(f"{tier}={label}" for tier, label in moment.labels)
            times = [round(second, 4) for second in (moment.peak, moment.start, moment.end)]
            writer.writerow([kind, *times, round(moment.value, 3), said])
    return text.getvalue()
