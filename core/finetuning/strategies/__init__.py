"""Ways of fine-tuning. One file per way; a file declares ``STRATEGY`` and is found by itself."""

import sys
from collections.abc import Mapping

from core.finetuning.strategy import Strategy
from core.plugins import discover


def strategies() -> Mapping[str, Strategy]:
    """Return every strategy by name, cheapest on a processor first."""
    found = discover(sys.modules[__name__], "STRATEGY")
    return dict(sorted(found.items(), key=lambda entry: entry[1].rank))
