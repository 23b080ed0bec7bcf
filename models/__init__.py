"""Model families. One file per family; a file declares ``FAMILY`` and is found by itself."""

import sys

from core.family import Family
from core.plugins import discover

FAMILIES: dict[str, Family] = discover(sys.modules[__name__], "FAMILY")
