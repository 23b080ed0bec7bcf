"""Why a sound is now called so: what spoke for the answers before and after, as rows of the strip."""

from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from core import sources
from core.clip import Clip
from core.evaluation.compare import PRETRAINED
from core.model_spec import ModelSpec
from core.text import _
from pages._kit import engine, errors, session, strip
from pages._kit.outcome import spoke
from pages._kit.outcome.judged import Judged
from pages._kit.strip import Matrix

if TYPE_CHECKING:
    from core.attribution.attribution import Attribution

COLUMN = 0.02  # seconds of one cell of a row


def draw(found: Judged, row: int, clip: Clip) -> None:
    """Offer to show on the strip what spoke for what was said of a sound, and to ask more on the page Explain."""
    left, right = st.columns(2, gap="large")
    with left:
        wanted = st.toggle(
            _("Show on the strip what spoke for it"),
            key="outcome-why",
            help=_("Lays under the sound what each moment added to the score of a class, or took from it."),
        )
    with right:
        if st.button(
            _("Ask the taught copy why"),
            key="outcome-ask",
            icon=":material/psychology_alt:",
            help=_(
                "Opens the page Explain with this sound and the taught copy: all methods, and how far to trust them."
            ),
        ):
            session.choose(model=f"{sources.TUNED_PREFIX}{found.outcome.run}", precision="float32", device="cpu")
            st.switch_page("pages/explain.py")
    if wanted:
        with errors.shown():
            _rows(found, row, clip)


def _rows(found: Judged, row: int, clip: Clip) -> None:
    taught, truth = ModelSpec("tuned", found.outcome.run), int(found.after.targets[row])
    classes = dict.fromkeys([truth, int(found.after.answers[row]), int(found.partner.answers[row])])
    asked = [(taught, at, _("Taught copy: {label}")) for at in classes]
    if found.partner.name == PRETRAINED:
        asked += [(found.outcome.model, at, _("Before: {label}")) for at in classes]
    rows, missing = [], False
    for spec, at, title in asked:
        label = found.after.labels[at]
        explained = _explained(spec, clip, label)
        if explained is None:
            missing = True
        else:
            rows.append(_row(explained, title.format(label=label)))
    if rows:
        strip.rows(strip.rows_payload(rows), key="why")
        st.caption(_("On the strip: what spoke for a class, and what against it. One quick method, unchecked; the page "
                     "Explain says how far to trust it."))  # fmt: skip
    if missing:
        st.caption(_("No quick method fits one of the models, so its rows are missing."))


def _explained(spec: ModelSpec, clip: Clip, label: str) -> "Attribution | None":
    def work() -> "Attribution | None":
        from core.attribution.method import attribute
        from core.attribution.quick import quick
        from core.attribution.target import Target

        model = engine.shelf().get(spec)
        names = [name.strip().casefold() for name in model.card.labels]
        if label.strip().casefold() not in names or model.family.plane is None:
            return None
        target = Target(names.index(label.strip().casefold()))
        method = quick(model, target, clip.seconds)
        return method and attribute(model, clip, method, target)

    return engine.once(("why", spec, clip.fingerprint, label), work)


def _row(found: "Attribution", name: str) -> Matrix:
    cells, time = found.cells(COLUMN)
    line = cells.sum(0)
    meaning = _("What each moment added to the score of this class, or took from it.")
    return spoke.row(name, line, time, float(np.abs(line).max()), meaning)
