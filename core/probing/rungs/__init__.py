"""Rungs of the ladder. One file per rung; a file declares ``RUNG`` and is found by itself."""

import sys
from collections.abc import Mapping

from core.plugins import discover
from core.probing.rung import Rung


def rungs() -> Mapping[str, Rung]:
    """Return every rung by name, the lowest first, those beside the ladder last."""
    found: dict[str, Rung] = discover(sys.modules[__name__], "RUNG")
    return dict(sorted(found.items(), key=lambda entry: (entry[1].beside, entry[1].place)))
