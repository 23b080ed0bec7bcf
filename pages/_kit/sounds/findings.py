"""What the training doctor says of the sounds, as plain cards with advice."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import streamlit as st

from core.dataset.division import Division
from core.dataset.prepared import PreparedSet
from core.text import _, n_
from pages._kit import engine
from pages._kit.plain import plain
from pages._kit.sounds import sets, shown

if TYPE_CHECKING:
    from core.dataset.doctor import Finding

ORDER = ("stop", "warning", "note", "good")
SIGNS = {
    "stop": ":material/block:",
    "warning": ":material/warning:",
    "note": ":material/info:",
    "good": ":material/check_circle:",
}
HEARD = 12  # sounds of a finding that are offered to listen to


def of(data: PreparedSet, divisions: tuple[Division, ...]) -> "tuple[Finding, ...]":
    """Ask the doctor about the sounds and their split, once."""
    from core.dataset.doctor import before

    return engine.once(("doctor", data.key, sets.split()), lambda: before(data, divisions))


def stops(found: "Sequence[Finding]") -> bool:
    """Tell whether something makes a run pointless."""
    return any(finding.severity == "stop" for finding in found)


def draw(data: PreparedSet, found: "Sequence[Finding]") -> None:
    """Draw the findings, the gravest first; what is well is one line."""
    kept = sorted(found, key=lambda finding: ORDER.index(finding.severity))
    for at, finding in enumerate(kept):
        if finding.severity != "good":
            with st.container(border=True, key=f"finding-{at}"):
                _card(data, finding, at)
    good = [finding for finding in kept if finding.severity == "good"]
    if good:
        title = n_("{count} check passed", "{count} checks passed", len(good)).format(count=len(good))
        with st.expander(title, icon=SIGNS["good"]):
            for finding in good:
                st.markdown(f"{SIGNS['good']} {plain(finding.sentence)}")


def _card(data: PreparedSet, finding: "Finding", at: int) -> None:
    words = {"stop": _("Must be mended"), "warning": _("Take care"), "note": _("Good to know")}
    st.markdown(f"{SIGNS[finding.severity]} **{words[finding.severity]}.** {plain(finding.sentence)}")
    if finding.advice:
        st.markdown(plain(finding.advice))
    if finding.items:
        title = n_("Hear {count} of them", "Hear {count} of them", len(finding.items))
        with st.expander(title.format(count=min(len(finding.items), HEARD))):
            shown.row(data, tuple(finding.items[:HEARD]), key=f"finding-tiles-{at}")
