"""A unit or a direction of the chosen layer over the corpus: what excites it, and what it tells apart."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from core.figures import space as figures
from core.space import directions, selectivity
from core.space.directions import Asked, Direction, direction
from core.space.gallery import AROUND, Gallery, gallery
from core.space.selectivity import Finding, dissect, judge
from core.text import N_, _, n_
from pages._kit import engine, errors, figure, present, session
from pages._kit.browser.payload import Payload
from pages._kit.layers import stops
from pages._kit.layers.stops import Stop
from pages._kit.plain import plain
from pages._kit.space import average, banks, pieces, points

if TYPE_CHECKING:
    from core.space.bank import Bank

KINDS = {"unit": N_("One unit"), "principal": N_("A main direction"), "difference": N_("Two phones")}
OFFERED = 8  # of the most selective units, as buttons
LISTED = 8  # findings in the table


def draw(bank: "Bank", stop: Stop) -> None:
    """Let the visitor choose a unit or a direction, and show it over the corpus."""
    st.header(_("What excites {layer} in the corpus").format(layer=stop.name), anchor=False, help=_(directions.CAVEAT))
    found = engine.once(banks.key("dissected", stop.value), lambda: dissect(bank, stop.value))
    st.markdown(_overall(found, stop))
    asked = _choose(bank, stop, found)
    with errors.shown():
        _draw(bank, stop, asked)


def _overall(found: Sequence[Finding], stop: Stop) -> str:
    """Say how many units tell something apart, beyond chance."""
    selective = [one for one in found if one.selective]
    if not found:
        return _("The corpus is too small to tell what the units of {layer} tell apart.").format(layer=stop.name)
    if not selective:
        return _("No unit of {layer} tells a phone, a voice, pitch or loudness apart by more than chance.").format(
            layer=stop.name
        )
    best = selective[0]
    return _(
        "{count} of {all} units of {layer} tell something apart by more than chance. Unit {unit} does so best: {what}."
    ).format(count=len(selective), all=stop.width, layer=stop.name, unit=best.unit, what=told(best))


def told(one: Finding) -> str:
    """Say what a unit tells apart, and how well."""
    sure = max(one.auroc, 1 - one.auroc)
    higher = one.auroc >= 0.5
    sentences = {
        "phone": (
            _("it is higher in *{label}* than in other phones"),
            _("it is lower in *{label}* than in other phones"),
        ),
        "speaker": (_("it is higher for voice *{label}*"), _("it is lower for voice *{label}*")),
        "pitch": (_("it is higher where the voice is high"), _("it is lower where the voice is high")),
        "loudness": (_("it is higher where it is loud"), _("it is lower where it is loud")),
    }
    text = sentences[one.about][0 if higher else 1].format(label=plain(one.label))
    return _("{text}, right in {sure:.0%} of pairs (by chance 50%)").format(text=text, sure=sure)


def _choose(bank: "Bank", stop: Stop, found: Sequence[Finding]) -> Asked:
    kind = st.segmented_control(
        _("Look at"),
        list(KINDS),
        default=session.recall("space-direction", "unit"),
        required=True,
        format_func=lambda name: _(KINDS[name]),
        key="space-direction-control",
        help=_("A layer is a space with as many dimensions as units. A unit is one direction; any other is as good."),
    )  # fmt: skip
    session.remember("space-direction", kind)
    if kind == "unit":
        return _unit(stop, found)
    return _principal() if kind == "principal" else _difference(bank)


def _unit(stop: Stop, found: Sequence[Finding]) -> Asked:
    best = [one.unit for one in found[:OFFERED]]
    chosen = stops.unit(stop)
    index = chosen if chosen is not None else (best[0] if best else 0)
    left, right = st.columns([1, 3], gap="medium", vertical_alignment="bottom")
    number, offered = f"space-unit-{stop.value}-{index}", f"space-best-{stop.value}-{index}"
    names = {one.unit: f"{one.unit} · {_short(one)}" for one in found[:OFFERED]}
    left.number_input(
        _("Unit (0 to {last})").format(last=stop.width - 1), 0, stop.width - 1, index, key=number, on_change=_take,
        args=(number,),
    )  # fmt: skip
    right.pills(
        _("These tell most apart"), best, default=index if index in best else None,
        format_func=lambda unit: names[unit], key=offered, on_change=_take, args=(offered,),
        help=_("The number of the unit, and the label that it tells apart best on recordings held out."),
    )  # fmt: skip
    return Asked("unit", index)


def _short(one: Finding) -> str:
    names = {"pitch": _("high"), "loudness": _("loud")}
    return names.get(one.about, plain(one.label))


def _take(key: str) -> None:
    session.choose(unit=session.widget(key))


def _principal() -> Asked:
    number = st.slider(_("Main direction"), 1, directions.PRINCIPAL, 1, key="space-principal")
    return Asked("principal", int(number) - 1)


def _difference(bank: "Bank") -> Asked:
    phones = sorted(set(bank.of("phone").labels("phone")) - {""})
    if not phones:
        st.markdown(_("The corpus has no phones."))
        return Asked("principal", 0)
    left, right = st.columns(2, gap="medium")
    first = left.selectbox(_("From"), phones, phones.index("s") if "s" in phones else 0, key="space-from")
    second = right.selectbox(_("to"), phones, phones.index("z") if "z" in phones else len(phones) - 1, key="space-to")
    return Asked("difference", a=second, b=first)


def _draw(bank: "Bank", stop: Stop, asked: Asked) -> None:
    key = banks.key("direction", stop.value, asked)
    found: Direction = engine.once(key, lambda: direction(bank, stop.value, asked))
    judged: tuple[Finding, ...] = engine.once((*key, "judged"), lambda: judge(bank, found))
    shown: Gallery = engine.once((*key, "gallery"), lambda: gallery(bank, found))
    st.markdown(_said(judged, asked))
    left, right = st.columns([3, 2], gap="large")
    with left:
        st.markdown(_("**Highest** (one moment of each recording)"))
        pieces.mount(_payload(bank, found, shown.most, (*key, "most")), key="space-most")
        st.markdown(_("**Lowest**"))
        pieces.mount(_payload(bank, found, shown.least, (*key, "least")), key="space-least")
    with right:
        figure.draw(figures.histogram(shown, stop.colour), "space", "histogram", file=f"{_name(asked, stop)} histogram")
        average.draw(shown)
    _table(judged, _name(asked, stop))
    if asked.kind == "unit":
        st.page_link("pages/layers.py", label=_("The same unit over your own sound"), icon=":material/layers:")


def _name(asked: Asked, stop: Stop) -> str:
    parts = {"unit": f"unit {asked.index}", "principal": f"direction {asked.index + 1}"}
    return f"{session.chosen().model} {stop.value} {parts.get(asked.kind, f'{asked.b} to {asked.a}')}"


def _said(judged: Sequence[Finding], asked: Asked) -> str:
    name = {
        "unit": _("Unit {unit}").format(unit=asked.index),
        "principal": _("Main direction {number}").format(number=asked.index + 1),
        "difference": _("The way from *{b}* to *{a}*").format(a=plain(asked.a), b=plain(asked.b)),
    }[asked.kind]
    selective = [one for one in judged if one.selective]
    if not selective:
        return _("{name} tells no phone, no voice, neither pitch nor loudness apart by more than chance.").format(
            name=name
        )
    more = n_(
        "One more label stands out.", "{count} more labels stand out.", len(selective) - 1
    ).format(count=len(selective) - 1)  # fmt: skip
    return f"{name}: {told(selective[0])}." + (f" {more}" if len(selective) > 1 else "")


def _payload(bank: "Bank", found: Direction, places: object, key: tuple[object, ...]) -> Payload:
    def pack() -> Payload:
        rows = bank.of("moment").rows
        listed = []
        for place in places.tolist():  # type: ignore[attr-defined]  # an array
            what, _dot, voice = points.title(rows[place]).partition(" · ")
            value = f"{found.values[place]:+.1f} σ"
            listed.append(pieces.cut(bank, rows[place], what, f"{value} · {voice}" if voice else value))
        return pieces.pieces_payload(listed, _("Moments of the corpus"))

    return engine.once((*key, present.spec()), pack)


def _table(judged: Sequence[Finding], file: str) -> None:
    """List what stands out most, with its uncertainty, and give all of it to take away."""
    if not judged:
        return
    names = {"phone": _("phone"), "speaker": _("voice"), "pitch": _("pitch"), "loudness": _("loudness")}
    st.dataframe(
        {
            _("about"): [names[one.about] for one in judged[:LISTED]],
            _("label"): [one.label for one in judged[:LISTED]],
            _("AUROC"): [round(one.auroc, 3) for one in judged[:LISTED]],
            _("p, corrected"): [round(one.p, 3) for one in judged[:LISTED]],
            _("moments"): [one.count for one in judged[:LISTED]],
        },
        hide_index=True,
        width="stretch",
        column_config={
            _("AUROC"): st.column_config.NumberColumn(
                format="%.2f", help=_("0.5 tells nothing; 1: always higher with the label; 0: always lower.")
            ),
            _("p, corrected"): st.column_config.NumberColumn(
                format="%.3f",
                help=_(
                    "How often chance would give a value like this to any of the labels asked about. Up to {level} "
                    "counts as more than chance."
                ).format(level=selectivity.LEVEL),
            ),
        },
    )
    figure.numbers(lambda: average.numbers(judged), "space-judged", f"{file} selectivity")
    st.caption(
        _("Around {seconds:.1f} s of sound before and after each moment; judged on recordings held out.").format(
            seconds=AROUND
        )
    )
