"""A disk that takes no more: the system itself refuses to let a file grow."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest


@contextmanager
def full_disk() -> Iterator[Callable[[int], None]]:
    """Lend a function that bounds every file at so many bytes; the bound holds until the block ends.

    It holds for the whole process, the file that a test run is written down to included: never let it outlive a test's
    own lines.
    """
    resource = pytest.importorskip("resource", reason="this system cannot bound how large a file becomes")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    try:
        yield lambda most: resource.setrlimit(resource.RLIMIT_FSIZE, (most, before[1]))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
