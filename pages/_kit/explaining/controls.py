"""What to explain, by which method, in which pieces: the controls beside the strip that they change."""

from collections.abc import Sequence
from dataclasses import fields
from typing import TYPE_CHECKING, Any

import streamlit as st

from core.attribution.sayings import Saying, others
from core.text import N_, _
from pages._kit import engine, form, present, session
from pages._kit.explaining import asking, finding
from pages._kit.explaining.asking import Asked
from pages._kit.explaining.finding import Wanted
from pages._kit.plain import plain

if TYPE_CHECKING:
    from core.attribution.method import Method
    from core.loading import LoadedModel

SIDE_BY_SIDE = 18  # symbols that stand as buttons; more of them fold into a list
COMPARED = 12  # classes or symbols offered as the other one
KINDS = {
    "pieces": N_("removes pieces of time"),
    "tiles": N_("removes tiles of time and frequency"),
    "gradients": N_("follows how the score changes"),
    "maps": N_("maps what a layer responds to"),
    "relevance": N_("shares the score out, layer by layer"),
    "attention": N_("follows the attention"),
}


def draw(asked: Asked) -> Wanted:
    """Draw the controls and return what is wanted."""
    model = present.model()
    target = finding.target(asked)
    fitting, misfits = sorted_out(model, target)
    left, middle, right, more = st.columns([5, 4, 3, 2.6], gap="small", vertical_alignment="bottom")
    with left:
        _saying(asked)
    with middle:
        method = _method(fitting)
    with right:
        _pieces(asked)
    with more, st.popover(_("More"), icon=":material/tune:", width="stretch", help=_("Settings of the method.")):
        _against(asked)
        settings = own_settings(method, "explain")
        about(method)
        _misfits(misfits)
    return Wanted(asked, model, method, settings, target)


def sorted_out(model: "LoadedModel", target: Any) -> "tuple[dict[str, Method], list[tuple[Method, str]]]":
    """Part the methods into those that are right for this model, best first, and the others with the reason."""
    from core.attribution.methods import methods

    def look() -> "tuple[dict[str, Method], list[tuple[Method, str]]]":
        reasons = {name: method.unfit(model, target, method.settings()) for name, method in methods().items()}
        fit = {name: method for name, method in methods().items() if not reasons[name]}
        return fit, [(method, reasons[name]) for name, method in methods().items() if reasons[name]]

    return engine.store().get(("fitting", present.spec(), target), look)


def _saying(asked: Asked) -> None:
    title, key = _("What to explain"), f"explain-saying-{asked.key}-{asked.offered[0].key}-{asked.saying.key}"
    about: dict[str, Any] = {"key": key, "on_change": _say, "args": (key,), "help": _help(asked)}
    known = {item.key: item for item in asked.offered}
    if asked.card.speaks and len(known) <= SIDE_BY_SIDE:
        st.pills(
            title, list(known), default=asked.saying.key, required=True, wrap=True,
            format_func=lambda one: plain(_listed(asked, known[one])), **about,
        )  # fmt: skip
    else:
        place = list(known).index(asked.saying.key)
        st.selectbox(title, list(known), index=place, format_func=lambda one: _listed(asked, known[one]), **about)


def _help(asked: Asked) -> str:
    if not asked.card.speaks:
        return _("Every class that the model knows, likeliest first.")
    return _(
        "What the model writes, with the second at which it writes it. Drag over the strip to see only what lies there."
    )


def _listed(asked: Asked, item: Saying) -> str:
    """Name what is offered; no two names are alike, as Streamlit tells choices apart by them."""
    if asked.card.speaks:
        return f"{item.label} {(item.start + item.end) / 2:.2f}"
    return f"{item.label} · {item.probability:.1%}"


def _say(key: str) -> None:
    asking.choose(session.widget(key))


def _method(fitting: "dict[str, Method]") -> "Method":
    known = session.chosen().method
    name = known if known in fitting else next(iter(fitting))
    key = f"explain-method-{name}"
    st.selectbox(
        _("Method"),
        list(fitting),
        index=list(fitting).index(name),
        format_func=lambda one: _(fitting[one].title),
        key=key,
        on_change=_take_method,
        args=(key,),
        help=_("Those that are right for this model, the one to begin with first. The others stand under More."),
    )
    return fitting[name]


def _take_method(key: str) -> None:
    session.choose(method=session.widget(key))


def _pieces(asked: Asked) -> None:
    key = f"explain-pieces-{'-'.join(asked.kinds)}-{asked.kind}"
    st.selectbox(
        _("Pieces of time"),
        list(asked.kinds),
        index=list(asked.kinds).index(asked.kind),
        format_func=asked.kinds.get,
        key=key,
        on_change=_take_pieces,
        args=(key,),
        help=_("What the sound is taken apart into: what a method removes, and what the table adds up."),
    )


def _take_pieces(key: str) -> None:
    session.choose(pieces=session.widget(key))


def _against(asked: Asked) -> None:
    found = others(asked.card, asked.trace, asked.saying)[:COMPARED]
    if asked.against is not None and asked.against not in found:
        found = (*found, asked.against)
    names: dict[int | None, str] = {None: _("nothing: the score itself")}
    names |= {item.key: f"{item.label} · {item.probability:.1%}" for item in found}
    chosen = None if asked.against is None else asked.against.key
    key = f"explain-against-{asked.key}-{asked.saying.key}-{chosen}"
    st.selectbox(
        _("Compared with"),
        list(names),
        index=list(names).index(chosen),
        format_func=names.get,
        key=key,
        on_change=lambda: asking.choose(asked.saying.key, session.widget(key)),
        help=_("Ask why it says one thing rather than another: what speaks for both then drops out."),
    )


def own_settings(method: "Method", place: str) -> Any:
    """Draw a form of the method's own settings and return them."""
    default = method.settings()
    if not fields(default):
        return default
    return form.draw(default, form.remaining(default, ()), f"{place}-{method.name}")


def about(method: "Method") -> None:
    """Say what a method does, where it comes from, and what to know of it."""
    st.markdown(f"**{_(method.title)}**: {_(method.summary)} ({plain(method.source)})")
    if method.caution:
        st.markdown(f":material/info: {_(method.caution)}")


def _misfits(misfits: "Sequence[tuple[Method, str]]") -> None:
    if not misfits:
        return
    st.markdown(_("**Not right for this model**"))
    for method, reason in misfits:
        st.markdown(f"- {_(method.title)}: {reason}")


def said(saying: Saying) -> str:
    """Name what is explained, for a sentence."""
    return f"*{plain(saying.label)}*"
