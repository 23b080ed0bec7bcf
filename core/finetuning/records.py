"""Turn frozen dataclasses into plain JSON and back, believing nothing that is read."""

import types
from collections.abc import Mapping
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

LONGEST_TEXT = 10_000  # characters
MOST = 200_000  # entries of one list
PLAIN = (str, int, float, bool)


def plain(value: Any) -> Any:
    """Write dataclasses, tuples and mappings as objects and lists of plain values; TypeError for anything else."""
    if is_dataclass(value) and not isinstance(value, type):
        return {field.name: plain(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, Mapping):
        return {str(name): plain(entry) for name, entry in value.items()}
    if isinstance(value, tuple | list):
        return [plain(entry) for entry in value]
    if value is None or isinstance(value, PLAIN):
        return value
    raise TypeError(f"{type(value).__name__} is not plain")


def built(kind: Any, value: Any, name: str = "") -> Any:
    """Build a value of ``kind`` from plain JSON; ValueError, naming the place, where it is anything else.

    Knows dataclasses (what has a default may be missing, as in older files), tuples, mappings from text, Literal,
    unions with None, Any (one plain value or a list of such), and text, whole numbers, numbers and truth values.
    """
    origin = get_origin(kind)
    if is_dataclass(kind):
        return _record(kind, value, name)
    if kind is Any:
        return _anything(value, name)
    if origin is Literal:
        return value if value in get_args(kind) else _refuse(name, value)
    if origin is tuple:
        return _tuple(get_args(kind), value, name)
    if origin in {types.UnionType, Union}:
        inner = next(part for part in get_args(kind) if part is not type(None))
        return None if value is None else built(inner, value, name)
    if isinstance(origin, type) and issubclass(origin, Mapping):
        entries = value if isinstance(value, dict) and len(value) <= MOST else _refuse(name, value)
        return {built(str, key, name): built(get_args(kind)[1], entry, name) for key, entry in entries.items()}
    return _scalar(kind, value, name)


def _record(kind: Any, value: Any, name: str) -> Any:
    hints = get_type_hints(kind)
    needed = {field.name for field in fields(kind) if field.default is MISSING and field.default_factory is MISSING}
    if not isinstance(value, dict) or not needed <= value.keys() <= hints.keys():
        _refuse(name or kind.__name__, value)
    return kind(**{part: built(hints[part], entry, part) for part, entry in value.items()})


def _tuple(parts: tuple[Any, ...], value: Any, name: str) -> tuple[Any, ...]:
    if not isinstance(value, list) or len(value) > MOST:
        _refuse(name, value)
    if len(parts) == 2 and parts[1] is Ellipsis:
        return tuple(built(parts[0], entry, name) for entry in value)
    if len(parts) != len(value):
        _refuse(name, value)
    return tuple(built(part, entry, name) for part, entry in zip(parts, value, strict=True))


def _anything(value: Any, name: str) -> Any:
    if isinstance(value, list):
        return tuple(_anything(entry, name) for entry in value) if len(value) <= MOST else _refuse(name, value)
    if isinstance(value, dict):
        return {built(str, key, name): _anything(entry, name) for key, entry in value.items()}
    return value if value is None or isinstance(value, PLAIN) else _refuse(name, value)


def _scalar(kind: Any, value: Any, name: str) -> Any:
    if kind is float and type(value) in {int, float}:
        return float(value)
    if kind not in PLAIN or type(value) is not kind or (kind is str and len(value) > LONGEST_TEXT):
        _refuse(name, value)
    return value


def _refuse(name: str, value: Any) -> Any:
    raise ValueError(f"{name}: {value!r:.40}")
