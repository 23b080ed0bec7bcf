"""Which layers a linear classifier mixes when it may take what it likes, beside what a probe reads off each alone."""

from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import streamlit as st

from core.figures import inside
from core.figures import ladder as figures
from core.progress import Report
from core.text import _
from pages._kit import engine, errors, figure, present, session, waiting
from pages._kit.ladder import charts, view
from pages._kit.ladder.view import View
from pages._kit.plain import plain

if TYPE_CHECKING:
    from core.corpus.corpus import Corpus
    from core.layer_use import LayerUse

RUNG = "phone"
LEARNING = 60.0  # seconds, about, for the classifiers themselves


def draw(found: View, corpus: "Callable[[], Corpus]", own: bool) -> None:
    """Draw the shares of all layers beside the probe curve of the same rung.

    corpus  opens what the ladder was measured on; ``own``: it is the visitor's
    """
    if RUNG not in found.ladder.curves:
        return
    st.header(
        _("Which layers does a task use?"),
        anchor=False,
        help=_("Not this model's own task: a new linear classifier of phones that may mix all layers as it likes."),
    )
    with errors.shown():
        if not present.card().attends:
            st.markdown(_("This model has no run of layers of one width that could be mixed."))
            return
        kept = None if own or view.shipped() is None else _shipped()
        use = kept or _learned(corpus(), own)
        if use is not None:
            _drawn(found, use)


def _shipped() -> "LayerUse | None":
    """Take what ships with the model, as its ladder does."""
    from core.probing.mixture import stored_mixture

    spec = present.spec()
    return engine.store().get(("mixture shipped", spec), lambda: stored_mixture(spec))


def _learned(corpus: "Corpus", own: bool) -> "LayerUse | None":
    """Measure it where the visitor wants that."""
    from core.probing.climbing import estimate

    spec, card, shelf = present.spec(), present.card(), engine.shelf()

    def learn(report: Report) -> "LayerUse":
        from core.probing.mixture import mixture

        return mixture(shelf.get(spec), corpus, RUNG, report=report)

    key = ("mixture", spec, corpus.fingerprint, session.owner() if own else "")
    title = _("Learning which layers a classifier mixes")
    return waiting.done(key, title, estimate(card, corpus) / 4 + LEARNING, learn, "ladder-use", 0.0, engine.probing)


def _drawn(found: View, use: "LayerUse") -> None:
    from core.layer_use import MEANING

    st.markdown(_said(found, use))
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown(_("**Share of each layer in the mixture**"))
        drawn = inside.layer_weights(np.asarray(use.contribution))
        figure.draw(drawn, "ladder", "use", file=f"mixture {found.ladder.model}")
    with right:
        st.markdown(_("**What a probe reads off each layer alone**"))
        figure.chart(figures.curve(found.ladder.curves[RUNG], found.depths, None, charts.light()), "ladder-use-beside")
    st.caption(
        _(MEANING) + " " + _("Every layer was brought to the same spread first, so that loud layers do not win.")
    )
    if use.caution:
        st.caption(plain(use.caution))


def _said(found: View, use: "LayerUse") -> str:
    share = float(use.contribution[use.stops.index(use.most)])
    return _(
        "For phones the mixture takes most from **{stop}** ({share:.0%}). It gets {mixture:.0%} right; {best} alone "
        "gets {single:.0%}."
    ).format(
        stop=found.depths.name(use.most), share=share, mixture=use.mixture.value, best=found.depths.name(use.best),
        single=use.single.value,
    )  # fmt: skip
