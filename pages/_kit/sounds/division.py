"""How the sounds are divided: which are learned from, which decide when to stop, which test."""

import csv
from collections import Counter
from io import StringIO

import streamlit as st

from core.dataset.division import Division
from core.dataset.prepared import PreparedSet
from core.figures import labelled
from core.text import _, n_
from pages._kit import figure, form, session
from pages._kit.sounds import sets

NAMES = 40  # bars that can still be told apart


def controls(data: PreparedSet) -> None:
    """Draw how the sounds are to be divided; the seed and what else there is under More."""
    before = sets.split()
    left, right = st.columns([4, 1], vertical_alignment="bottom")
    with left:
        wanted = form.draw(before, ("kind",), "split")
    with (
        right,
        st.popover(_("More"), icon=":material/tune:", width="stretch", help=_("Shares and the seed of the split.")),
    ):
        names = ("test", "validation", "seed") if wanted.kind == "hold-out" else ("validation", "seed")
        if wanted.kind == "folds":
            names = ("folds", *names)
        wanted = form.draw(wanted, names, "split")
    if wanted != before:
        session.remember("split", wanted)
        st.rerun()


def draw(data: PreparedSet, divisions: tuple[Division, ...]) -> None:
    """Draw who stands where."""
    which = divisions[0] if len(divisions) == 1 else _one(divisions)
    by_voice = any(item.group for item in data.items)
    found = labelled.sides(_rows(data, which, by_voice), _("voice or group") if by_voice else _("class"))
    figure.chart(found, "split-chart")
    st.caption(_kept_together(which, by_voice))
    figure.numbers(
        lambda: _listing(data, which),
        "split-chart",
        f"split-{data.key[:8]}",
        _("Every sound with its class, its voice or group, and the side on which it stands."),
    )


def _one(divisions: tuple[Division, ...]) -> Division:
    named = {division.name or str(at + 1): division for at, division in enumerate(divisions)}
    chosen = st.selectbox(
        _("Shown: the test on"),
        list(named),
        key="split-shown",
        help=n_("{count} split in all.", "{count} splits, one after the other.", len(named)).format(count=len(named)),
    )
    return named[chosen]


def _rows(data: PreparedSet, division: Division, by_voice: bool) -> tuple[tuple[str, str, int], ...]:
    counts: Counter[tuple[str, str]] = Counter()
    for side in sets.SIDES:
        for at in getattr(division, side):
            item = data.items[at]
            name = item.group or _("not named") if by_voice else item.label or _("without a label")
            counts[name, side] += 1
    order = {side: number for number, side in enumerate(sets.SIDES)}
    listed = sorted(counts.items(), key=lambda entry: (order[entry[0][1]], entry[0][0]))
    names = list(dict.fromkeys(name for (name, _side), _count in listed))
    merged: Counter[tuple[str, str]] = Counter()
    for (name, side), count in listed:
        merged[name if names.index(name) < NAMES else _("all others"), side] += count
    return tuple((name, side, count) for (name, side), count in merged.items())


def _kept_together(division: Division, by_voice: bool) -> str:
    if division.by == "group":
        return _(
            "Each voice or group stands on one side only: the test asks about those that the copy has never heard."
        )
    if division.by == "publisher":
        return _("The sides are those that the publisher of the set has chosen.")
    if by_voice:
        return _(
            "Split file by file: a voice or group can stand on both sides, so the test says little about new ones."
        )
    return _("No voices or groups are named, so the split is file by file: the same one may stand on both sides.")


def _listing(data: PreparedSet, division: Division) -> str:
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(("name", "class", "group", "side"))
    for side in sets.SIDES:
        for at in getattr(division, side):
            item = data.items[at]
            writer.writerow((item.name, item.label, item.group, side))
    return text.getvalue()
