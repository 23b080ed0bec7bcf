"""A page that was tried out leaves the program as it was."""

import sys
from collections.abc import Iterator

import pytest

PROGRAM = sys.modules["__main__"]


@pytest.fixture(autouse=True)
def same_program() -> Iterator[None]:
    """Put the main module back, which AppTest replaces by the page: new processes would run that page first.

    It is taken down before any test, as a page may be opened once for all tests of a file.
    """
    yield
    sys.modules["__main__"] = PROGRAM
