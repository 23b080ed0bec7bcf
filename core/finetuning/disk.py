"""What a full disk looks like, whoever writes: safetensors tells it in an error of its own."""

import errno
import os
import re
from collections.abc import Iterator
from contextlib import contextmanager

from safetensors import SafetensorError

from core.errors import ModelError
from core.text import _

FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})
NUMBER = re.compile(r"os error (\d+)")


@contextmanager
def plain_errors() -> Iterator[None]:
    """Raise as OSError what the operating system refused to safetensors."""
    try:
        yield
    except SafetensorError as cause:
        found = NUMBER.search(str(cause))
        if found is None:
            raise
        number = int(found[1])
        raise OSError(number, os.strerror(number)) from cause


def in_words(cause: OSError) -> OSError | ModelError:
    """Say that the disk is full, where it is; other mistakes stay what they are."""
    if cause.errno not in FULL:
        return cause
    return ModelError(
        _("The disk is full, so the taught copy could not be saved."),
        hint=_("Make room and go on with this run: what it learned is kept."),
    )
