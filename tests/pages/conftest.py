"""A page that was tried out leaves the program as it was."""

import sys
from collections.abc import Iterator

import pytest


@pytest.fixture(autouse=True)
def same_program() -> Iterator[None]:
    """Put the main module back, which AppTest replaces by the page: new processes would run that page first."""
    before = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = before
