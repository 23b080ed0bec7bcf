"""Where Strata keeps what it prepared, fetched and taught on this computer."""

import os
import sys
from pathlib import Path

VARIABLE = "STRATA_HOME"


def home() -> Path:
    """Return the folder that STRATA_HOME names, else one in the user's cache; it need not exist yet."""
    named = os.environ.get(VARIABLE, "").strip()
    return Path(named).expanduser().absolute() if named else _cache() / "strata"


def _cache() -> Path:
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
