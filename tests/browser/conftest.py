"""A browser, and servers that are shared by the tests of a file."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from tests.browser.serving import CHROMIUM, FLAGS, HOW, serving

expect.set_options(timeout=30_000)  # ms; a round trip to a server on a busy computer can take long


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark everything in this folder, and skip it where there is no browser."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker("browser")
            if not Path(CHROMIUM).exists():
                item.add_marker(pytest.mark.skip(reason=HOW))


@pytest.fixture(scope="session")
def browser_type_launch_args() -> dict[str, Any]:
    """Start the Chromium of this computer, with sound but without a window."""
    return {"executable_path": CHROMIUM, "headless": True, "args": FLAGS}


@pytest.fixture(scope="module")
def serve() -> Iterator[Callable[[str], str]]:
    """Serve scripts, each once for all tests of a file; nothing in their logs may be a traceback."""
    with ExitStack() as stack:
        running: dict[str, str] = {}

        def start(script: str = "app.py") -> str:
            if script not in running:
                running[script] = str(stack.enter_context(serving(script)))
            return running[script]

        yield start
