"""How a setting tells a form or a command line what it is."""

from dataclasses import field
from typing import Any


def setting(default: Any, title: str, help: str, **bounds: Any) -> Any:
    """Declare a setting with what a form needs: its title, its help, and least, most, step, choices or scale."""
    return field(default=default, metadata={"title": title, "help": help, **bounds})
