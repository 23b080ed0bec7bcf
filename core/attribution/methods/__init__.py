"""Methods of attribution. One file per method; a file declares ``METHOD`` and is found by itself."""

import sys
from collections.abc import Mapping

from core.attribution.method import Method
from core.plugins import discover


def methods() -> Mapping[str, Method]:
    """Return every method by name, in the order of their rank."""
    found = discover(sys.modules[__name__], "METHOD")
    return dict(sorted(found.items(), key=lambda entry: entry[1].rank))
