"""Draw a form out of a frozen dataclass of settings: the command line reads the very same fields."""

from collections.abc import Sequence
from dataclasses import Field, fields, replace
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

import streamlit as st

from core.text import N_, _

S = TypeVar("S")
SHORT = 4  # choices that stand side by side; more of them fold into a list
SLIDES = 100  # whole numbers that a slider still reaches one by one
DECADES = (1e-5, 2e-5, 5e-5, 1e-4, 2e-4, 5e-4, 1e-3, 2e-3, 5e-3, 1e-2, 2e-2, 5e-2, 1e-1)
CHOICES = {
    "hold-out": N_("one part"),
    "folds": N_("parts in turn"),
    "leave-one-out": N_("groups in turn"),
    "none": N_("no"),
    "peak": N_("same peak"),
    "loudness": N_("same loudness"),
    "consistency": N_("same answer when changed"),
    "pseudo-labels": N_("its own sure guesses"),
    "float32": N_("32 bits"),
    "bfloat16": N_("16 bits"),
    "weighted": N_("a mixture of all"),
    "last": N_("the last one"),
    "two thirds": N_("two thirds up"),
    "gru": N_("GRU"),
    "lstm": N_("LSTM"),
    "query-value": N_("queries and values"),
    "all": N_("all of them"),
    "scale": N_("scaling (IA)³"),
    "hadamard": N_("LoHa"),
    "kronecker": N_("LoKr"),
    "rotation": N_("turning (OFT)"),
    "grid": N_("all combinations"),
    "random": N_("by chance"),
    "bayesian": N_("guided (Bayesian)"),
    "usual": N_("what suits the model"),
    "mean": N_("mean spectrum"),
    "quietest": N_("the quietest moment"),
    "silence": N_("silence"),
    "zeros": N_("zeros"),
    "noise": N_("noise"),
    "any": N_("any kind"),
    "white": N_("white noise"),
    "pink": N_("pink noise"),
    "babble": N_("other voices"),
    "roll": N_("its other end"),
    "loss": N_("the lowest loss"),
    "accuracy": N_("most right"),
}


def draw(settings: S, names: Sequence[str], key: str, off: bool = False) -> S:
    """Draw a control for each named field and return the settings as they are now chosen.

    off  shows the controls without letting them be changed
    """
    hints, declared = get_type_hints(type(settings)), {item.name: item for item in fields(settings)}  # type: ignore[arg-type]
    wanted = {
        name: _control(hints[name], declared[name], getattr(settings, name), f"{key}-{name}", off) for name in names
    }
    return replace(settings, **wanted)  # type: ignore[type-var]


def remaining(settings: object, drawn: Sequence[str], leave: Sequence[str] = ()) -> tuple[str, ...]:
    """Name the fields that a form can draw and has not drawn yet; what takes lists is drawn elsewhere."""
    hints = get_type_hints(type(settings))
    return tuple(
        item.name
        for item in fields(settings)  # type: ignore[arg-type]
        if item.name not in {*drawn, *leave} and "title" in item.metadata and get_origin(hints[item.name]) is not tuple
    )


def spoken(value: object) -> str:
    """Say a choice in words."""
    return _(CHOICES[value]) if isinstance(value, str) and value in CHOICES else str(value)


def _control(kind: Any, field: "Field[Any]", value: Any, key: str, off: bool) -> Any:
    about = {"label": _(field.metadata["title"]), "help": _(field.metadata["help"]), "disabled": off, "key": key}
    if kind is bool:
        return st.toggle(value=value, **about)
    if kind is str:
        return st.text_input(value=value, **about)
    if get_origin(kind) is Literal:
        return _choice(get_args(kind), value, about)
    if field.metadata.get("scale") == "log":
        return _decades(value, about)
    return _whole(field, value, about) if kind is int else _number(field, value, about)


def _choice(options: tuple[Any, ...], value: Any, about: dict[str, Any]) -> Any:
    if len(options) <= SHORT:
        return st.segmented_control(
            options=list(options), default=value, required=True, format_func=spoken, wrap=True, **about
        )
    return st.selectbox(options=list(options), index=options.index(value), format_func=spoken, **about)


def _whole(field: "Field[Any]", value: int, about: dict[str, Any]) -> int:
    least, most, step = _bounds(field, 1)
    if least is not None and most is not None and (most - least) / step <= SLIDES:
        return int(st.slider(min_value=int(least), max_value=int(most), value=value, step=int(step), **about))
    return int(st.number_input(min_value=least, max_value=most, value=value, step=int(step), **about))


def _number(field: "Field[Any]", value: float, about: dict[str, Any]) -> float:
    least, most, step = _bounds(field, None)
    if least is not None and most is not None and most <= 1:
        places = f"%.{max(len(f'{step:g}') - 2, 1)}f"
        return float(st.slider(min_value=least, max_value=most, value=float(value), step=step, format=places, **about))
    return float(st.number_input(min_value=least, max_value=most, value=float(value), step=step, **about))


def _bounds(field: "Field[Any]", step: float | None) -> tuple[Any, Any, float]:
    """Read the bounds; where no step is named, divide the range into steps that a hand can hit."""
    least, most = field.metadata.get("least"), field.metadata.get("most")
    if field.type in (float, "float"):
        least, most = (None if bound is None else float(bound) for bound in (least, most))
    span = (most - least) if least is not None and most is not None else 1
    guessed = 0.005 if span <= 0.2 else 0.05 if span <= 1 else 0.5
    return least, most, field.metadata.get("step", guessed if step is None else step)


def _decades(value: float, about: dict[str, Any]) -> float:
    """Slide over powers of ten; 0 stands first and leaves the number to what suits."""
    stops = sorted({0.0, value, *DECADES})
    return float(st.select_slider(options=stops, value=value, format_func=_rate, **about))


def _rate(value: float) -> str:
    return f"{value:g}" if value else _("what suits")
