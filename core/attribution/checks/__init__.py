"""Checks of how far to trust an explanation. One file per check; a file declares ``CHECK`` and is found by itself."""

import sys
from collections.abc import Mapping

from core.attribution.check import Check
from core.plugins import discover


def checks() -> Mapping[str, Check]:
    """Return every check by name, in the order of their rank."""
    found = discover(sys.modules[__name__], "CHECK")
    return dict(sorted(found.items(), key=lambda entry: entry[1].rank))
