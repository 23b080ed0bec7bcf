"""The pictures of the ladder: all rungs at a glance, one of them large, each of them small."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from core.figures import glance as at_a_glance
from core.figures import ladder as figures
from core.figures.figure import Figure
from core.figures.ladder import percent
from core.probing.ladder import Curve
from core.probing.rungs import rungs
from core.text import _, n_
from pages._kit import figure, session
from pages._kit.ladder import answer, words
from pages._kit.ladder.view import View, choose
from pages._kit.plain import plain

GLANCE, LARGE = "ladder-glance", "ladder-large"
COLUMNS = 3


def light() -> bool:
    """Tell whether the page is light."""
    return bool(st.context.theme.type != "dark")


def rung(view: View) -> None:
    """Let the visitor choose which rung is large."""
    key = f"ladder-rung-{view.rung}-{'-'.join(view.titles)}"
    st.pills(
        _("Rung of the ladder"),
        list(view.titles),
        default=view.rung,
        required=True,
        format_func=view.titles.get,
        key=key,
        on_change=lambda: choose(session.widget(key)),
        help=_("What is asked of every layer. Speaker and stress stand beside the ladder."),
    )


def glance(view: View) -> None:
    """Draw all rungs at a glance; a click chooses rung and layer."""
    st.header(_("The ladder at a glance"), anchor=False, help=_("From the sound at the bottom to the sentence on top."))
    drawn = at_a_glance.glance(view.ladder, words.titles(), words.beside(), (view.rung, view.stop), light())
    _clicked(drawn, GLANCE, "place")
    st.markdown(
        _(
            "The larger, the more can be read there; full where clearly more than from the sound itself. The number "
            "is the highest of its row. Click a circle to choose its rung and its layer."
        )
    )
    st.markdown(f"{answer.order(view.ladder)} {answer.reached(view.ladder)}")
    figure.numbers(drawn.numbers, GLANCE, f"ladder {view.ladder.model}", _("Every rung at every stop, as a table."))


def large(view: View) -> None:
    """Draw the chosen rung with all that it is compared with."""
    found, about = view.curve, rungs()[view.rung]
    st.header(f"{view.titles[view.rung]}: {_(about.question)}", anchor=False, help=_help(found))
    _metrics(view)
    drawn = figures.curve(found, view.depths, view.stop, light())
    _clicked(drawn, LARGE, "stop")
    st.markdown(f"{answer.alike(view)} {_here(view)}")
    st.caption(_counted(found))
    if found.caution:
        st.caption(plain(found.caution))
    figure.numbers(drawn.numbers, f"{LARGE}-{view.rung}", f"{view.rung} {view.ladder.model}")


def _clicked(drawn: Figure, key: str, selection: str) -> None:
    figure.chart(drawn, key, partial(_take, key, selection), selection)


def _take(key: str, selection: str) -> None:
    points = (session.component(key).get("selection") or {}).get(selection) or []
    if points:
        session.choose(layer=int(points[0]["stop"]))
        if "rung" in points[0]:
            choose(str(points[0]["rung"]))


def _help(found: Curve) -> str:
    if found.kind == "values":
        return _(
            "How much of the ups and downs is recovered (R²): 100 % is all, 0 % no more than by always saying the mean."
        )
    if found.metric == "balanced accuracy":
        return _("The share that is right, every class counting the same however rare it is.")
    return _("The share of answers that are right.")


def _metrics(view: View) -> None:
    found = view.curve
    best, chance = found.at(found.best), max(score.value for score in found.random)
    _name, plain_input = found.best_input
    numbers: tuple[tuple[str, str, str], ...] = (
        (_("at {stop}").format(stop=view.depths.name(found.best)), percent(best.value), _help(found)),
        (
            _("over the sound itself"),
            _points(best.value - plain_input.value),
            _("Points more than from the best of log-mel, log-mel in context and MFCC, which need no model."),
        ),
        (
            _("over random weights"),
            _points(best.value - chance),
            _("Points more than from the best layer of the same model before it learned anything."),
        ),
        (
            _("selectivity"),
            _points(found.selectivity(found.best)),
            _("Points more than for control labels, which are given out by chance and can only be learned by heart."),
        ),
    )
    with st.container(horizontal=True, gap="small", key="ladder-metrics"):
        for label, value, told in numbers:
            st.metric(label, value, help=told, width="content")


def _points(share: float) -> str:
    points = round(100 * share)
    return n_("{points:+d} point", "{points:+d} points", abs(points)).format(points=points)


def _here(view: View) -> str:
    """Say what the chosen stop reaches."""
    found = view.curve
    if view.stop == found.best or view.stop not in found.stops:
        return ""
    return _("Chosen: {stop} with {score}.").format(
        stop=view.depths.name(view.stop), score=percent(found.at(view.stop).value)
    )


def _counted(found: Curve) -> str:
    said = _(
        "{train:,} items learned from, {test:,} tested, of {voices} voices in {sentences} sentences. Control labels: "
        "{cells} kinds of sound."
    ).format(train=found.train, test=found.test, voices=found.voices, sentences=found.sentences, cells=found.cells)
    if found.kind == "values":
        return said
    told = _("{classes} classes; always saying the commonest would be right in {majority} of the cases.")
    return f"{said} {told.format(classes=found.classes, majority=percent(found.majority))}"


def panels(view: View) -> None:
    """Draw every rung small; a click on a title makes it large."""
    st.header(_("Every rung by itself"), anchor=False, help=_("Click a title to show its rung large."))
    st.caption(
        _(
            "Thick line: the layers, in the colours of depth, with a ring at the highest point. Brown dashes: the "
            "sound itself. Grey dots: the same model with random weights. Plum dots: control labels. Thin line: always "
            "the commonest answer."
        )
    )
    names = list(view.titles)
    for first in range(0, len(names), COLUMNS):
        columns = st.columns(COLUMNS, gap="medium")
        for name, column in zip(names[first : first + COLUMNS], columns, strict=False):
            with column:
                _panel(view, name, lambda name=name: choose(name))
    for name, need in view.ladder.refused.items():
        st.markdown(f"**{words.titles().get(name, name)}**: {plain(need)}")


def _panel(view: View, name: str, chosen: Callable[[], None]) -> None:
    found = view.ladder.curves[name]
    best = _("{score} at {stop}").format(score=percent(found.at(found.best).value), stop=view.depths.name(found.best))
    st.button(
        f"**{view.titles[name]}** · {best}",
        key=f"ladder-panel-{name}",
        type="tertiary",
        on_click=chosen,
        help=_("Show it large"),
    )
    figure.chart(figures.panel(found, view.depths, light()), f"ladder-small-{name}")
