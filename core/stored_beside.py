"""Say in a sentence that what is stored beside a model cannot be read, whatever is wrong with it."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from safetensors import SafetensorError

from core.errors import ModelError
from core.text import _

BROKEN = (SafetensorError, OSError, KeyError, TypeError, ValueError, IndexError, AttributeError)
"""What reading raises of a file that is damaged, or is another one than it is called."""


@contextmanager
def readable(path: Path) -> Iterator[None]:
    """Raise ModelError where what is done with a file shows that it is damaged."""
    try:
        yield
    except BROKEN as cause:
        raise ModelError(
            _("What was measured of this model cannot be read: {file} is damaged.").format(file=path.name),
            hint=_("Restore the file."),
        ) from cause
