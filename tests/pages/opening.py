"""Open the app as Streamlit's own test runner does."""

from pathlib import Path

from streamlit.testing.v1 import AppTest

ROOT = Path(__file__).parents[2]
# every page by its name in the address; that of the first is empty
PAGES = ("", *sorted(path.stem for path in (ROOT / "pages").glob("*.py") if path.stem != "listen"))
PATIENCE = 120  # seconds; the first run of a process imports torch


def app(page: str = "", **query: str) -> AppTest:
    """Open the app, on one of its pages, with an address."""
    test = AppTest.from_file(str(ROOT / "app.py"), default_timeout=PATIENCE)
    for name, value in query.items():
        test.query_params[name] = value
    test.run()
    return test.switch_page(f"pages/{page}.py").run() if page else test


def words(test: AppTest) -> str:
    """Everything that the page says in text."""
    kinds = ("title", "header", "subheader", "markdown", "caption", "text", "error", "warning", "info")
    return "\n".join(str(element.value) for kind in kinds for element in test.get(kind))
