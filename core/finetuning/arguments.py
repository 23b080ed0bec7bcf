"""Settings as arguments of the command line, and back: what a form says of a setting, the command line says too."""

import argparse
from collections.abc import Callable
from dataclasses import Field, fields
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

from core.text import _

T = TypeVar("T")


def add_settings(parser: argparse.ArgumentParser, settings: type[Any]) -> None:
    """Add one argument per field of a dataclass of settings that has a title: --sample-rate for sample_rate."""
    group = parser.add_argument_group(settings.__name__.removesuffix("Settings").lower())
    hints = get_type_hints(settings)
    for field in fields(settings):
        if "title" in field.metadata:
            group.add_argument(
                option(settings, field), dest=_key(settings, field), default=field.default, **_kind(field, hints)
            )


def read_settings(arguments: argparse.Namespace, settings: type[T]) -> T:
    """Build the dataclass from what was parsed."""
    known = fields(settings)  # type: ignore[arg-type]
    given = {field.name: getattr(arguments, _key(settings, field)) for field in known if "title" in field.metadata}
    return settings(**given)


def option(settings: type[Any], field: "Field[Any]") -> str:
    """Name an argument; settings of the division say so, since other settings are called alike."""
    prefix = "split-" if settings.__name__ == "SplitSettings" else ""
    return f"--{prefix}{field.name.replace('_', '-')}"


def _key(settings: type[Any], field: "Field[Any]") -> str:
    return f"{settings.__name__}.{field.name}"


def _kind(field: "Field[Any]", hints: dict[str, Any]) -> dict[str, Any]:
    kind = hints[field.name]
    about = f"{_(field.metadata['title'])}: {_(field.metadata['help'])}".replace("%", "%%")  # argparse fills in %(...)s
    told: dict[str, Any] = {"help": f"{about} [%(default)s]"}
    if kind is bool:
        return told | {"action": argparse.BooleanOptionalAction}
    if get_origin(kind) is Literal:
        return told | {"choices": get_args(kind)}
    if get_origin(kind) is tuple:
        return told | {"type": _names, "metavar": "NAME,NAME"}
    bounds = (field.metadata.get("least"), field.metadata.get("most"))
    return told | {"type": _bounded(kind, *bounds), "metavar": "TEXT" if kind is str else "NUMBER"}


def _names(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


def _bounded(kind: Callable[[str], Any], least: int | float | None, most: int | float | None) -> Callable[[str], Any]:
    def parse(text: str) -> Any:
        value = kind(text)
        if (least is not None and not value >= least) or (most is not None and not value <= most):
            raise argparse.ArgumentTypeError(
                _("{value} is not from {least} to {most}").format(
                    value=text, least=least, most=_("any number") if most is None else most
                )
            )
        return value

    parse.__name__ = getattr(kind, "__name__", "value")  # argparse names it where a value is refused
    return parse
