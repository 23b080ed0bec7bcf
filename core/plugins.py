"""Find every module of a package that declares a plug-in."""

from importlib import import_module
from pkgutil import iter_modules
from types import ModuleType
from typing import Any


def discover(package: ModuleType, constant: str) -> dict[str, Any]:
    """Collect ``constant`` from each public module of ``package``, keyed by its ``name``, in the order of names."""
    found = {}
    for module in iter_modules(package.__path__):
        if module.name.startswith("_") or module.ispkg:
            continue
        plugin = getattr(import_module(f"{package.__name__}.{module.name}"), constant)
        found[plugin.name] = plugin
    return dict(sorted(found.items()))
