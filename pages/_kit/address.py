"""The address bar holds the choices, so that a link restores them."""

import re
from urllib.parse import urlsplit

import streamlit as st

from pages._kit import session
from pages._kit.session import Chosen

REGION = re.compile(r"^(\d{1,4}(?:\.\d{1,4})?)-(\d{1,4}(?:\.\d{1,4})?)$")
LONGEST = 200  # characters of one value that are looked at
REMEMBERED = 8  # addresses of one page that the browser may still send after a newer one was written
TOKEN = re.compile(r"[0-9A-Za-z]{16,64}")  # of a prepared set or of a run: whoever has it may look, nobody can guess it
TARGET = re.compile(r"\d{1,5}(-\d{1,5})?")
PLAIN = re.compile(r"[a-z0-9-]{1,40}")  # names of methods, of pieces and of rungs
STEPS = ("sounds", "training", "outcome")
PRIVATE = re.compile(r"[/~.\\\\]|[A-Za-z]:")  # models whose name is a path stay out of links, both ways


def restore() -> None:
    """Take over what the address says where it differs from what was written there last.

    A click that comes before the browser has the newest address still brings an older one of the same page: what is
    known to be replaced says nothing.
    """
    seen = {name: str(value)[:LONGEST] for name, value in st.query_params.items()}
    *replaced, written = _written() or [{}]
    if seen in replaced:
        return
    changed = {name: value for name, value in seen.items() if written.get(name) != value}
    choices = {name: READ[name](value) for name, value in changed.items() if name in READ}
    session.choose(**{name: value for name, value in choices.items() if value is not _UNREADABLE})


def keep() -> None:
    """Write the choices into the address; what is at its default is left out."""
    now, default = session.chosen(), Chosen()
    values = {name: write(now) for name, write in WRITE.items() if getattr(now, name) != getattr(default, name)}
    values = {name: value for name, value in values.items() if value and not PRIVATE.match(value)}
    if dict(st.query_params.items()) != values:
        st.query_params.from_dict(values)
    before = [address for address in _written() if address != values]
    session.remember("address", (_page(), [*before, values][-REMEMBERED:]))


def _written() -> list[dict[str, str]]:
    """List what was written on this page of late, the newest last; from another page the newest alone counts."""
    page, written = session.recall("address", ("", []))
    return written if page == _page() else written[-1:]


def _page() -> str:
    return urlsplit(st.context.url or "").path


class _Unreadable:
    """Stands for a value in the address that makes no sense; such a value is passed over."""


_UNREADABLE = _Unreadable()


def _name(value: str) -> str | _Unreadable:
    return value if re.fullmatch(r"\w[\w./@-]{0,199}", value) else _UNREADABLE


def _number(value: str) -> int | _Unreadable:
    return int(value) if re.fullmatch(r"\d{1,5}", value) else _UNREADABLE


def _layer(value: str) -> int | _Unreadable:
    return int(value) if re.fullmatch(r"-?\d{1,5}", value) else _UNREADABLE


def _token(value: str) -> str | _Unreadable:
    return value if TOKEN.fullmatch(value) else _UNREADABLE


def _step(value: str) -> str | _Unreadable:
    return value if value in STEPS else _UNREADABLE


def _target(value: str) -> str | _Unreadable:
    return value if TARGET.fullmatch(value) else _UNREADABLE


def _plain(value: str) -> str | _Unreadable:
    return value if PLAIN.fullmatch(value) else _UNREADABLE


def _region(value: str) -> tuple[float, float] | _Unreadable:
    match = REGION.match(value)
    if not match or float(match[1]) >= float(match[2]):
        return _UNREADABLE
    return float(match[1]), float(match[2])


READ = {"clip": _name, "model": _name, "layer": _layer, "head": _number, "unit": _number, "region": _region} | {
    "dataset": _token, "run": _token, "step": _step, "target": _target, "method": _plain, "pieces": _plain,
    "rung": _plain,
}  # fmt: skip
WRITE = {
    "clip": lambda now: "" if now.clip in session.own_clips() else now.clip,
    "model": lambda now: now.model,
    "layer": lambda now: str(now.layer),
    "head": lambda now: str(now.head),
    "unit": lambda now: "" if now.unit is None else str(now.unit),
    "region": lambda now: "" if now.region is None else f"{now.region[0]:.3f}-{now.region[1]:.3f}",
    "dataset": lambda now: now.dataset,
    "run": lambda now: now.run,
    "step": lambda now: now.step,
    "target": lambda now: now.target,
    "method": lambda now: now.method,
    "pieces": lambda now: now.pieces,
    "rung": lambda now: now.rung,
}
