"""Every sentence can be translated."""

import ast
import re
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from core import text
from tests.messages import FOLDERS, POT, ROOT, messages

NAME = re.compile(r":material/\w+:|pages/\w+\.py")  # of an icon, or of the file that a link leads to
# fmt: off
SHOWN = {
    "title", "header", "subheader", "markdown", "caption", "write", "text", "button", "slider", "select_slider",
    "selectbox", "multiselect", "toggle", "radio", "segmented_control", "pills", "expander", "popover", "info",
    "warning", "error", "success", "toast", "metric", "checkbox", "text_input", "number_input", "file_uploader",
    "audio_input", "download_button", "dialog", "spinner", "status", "link_button", "page_link",
}
# fmt: on
PAGES = [ROOT / "app.py", *sorted((ROOT / "pages").rglob("*.py"))]


def test_the_catalogue_of_messages_is_complete() -> None:
    """`make texts` writes it anew."""
    with POT.open("rb") as file:
        known = {entry.id if isinstance(entry.id, str) else tuple(entry.id) for entry in read_po(file) if entry.id}
    assert {message for message in messages() if message} == known


def test_every_marked_sentence_is_gathered() -> None:
    gathered = set(messages())
    marked = {
        (str(path.relative_to(ROOT)), node.args[0].value)
        for folder in FOLDERS
        for path in (ROOT / folder).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in {"_", "N_"}
        if node.args and isinstance(node.args[0], ast.Constant)
    }
    assert len(marked) > 1000
    assert sorted((path, text) for path, text in marked if text not in gathered) == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: str(path.relative_to(ROOT)))
def test_no_word_on_a_page_is_written_past_gettext(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if not (isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in SHOWN):
            continue
        named = (word.value for word in node.keywords if word.arg in {"label", "help", "placeholder"})
        for argument in [*node.args[:1], *named]:
            literal = argument.value if isinstance(argument, ast.Constant) else ""
            if isinstance(argument, ast.JoinedStr):
                literal = "".join(part.value for part in argument.values if isinstance(part, ast.Constant))
            assert not any(letter.isalpha() for letter in NAME.sub("", str(literal))), (
                f"line {node.lineno}: {literal!r}"
            )


def test_a_second_language_is_a_file(tmp_path, monkeypatch) -> None:
    from babel.messages.catalog import Catalog
    from babel.messages.mofile import write_mo

    catalogue = Catalog(locale="de")
    catalogue.add("Choose another file.", "Nimm eine andere Datei.")
    folder = tmp_path / "de" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    with (folder / "strata.mo").open("wb") as file:
        write_mo(file, catalogue)
    monkeypatch.setattr(text, "FOLDER", tmp_path)
    text._catalogue.cache_clear()
    try:
        assert text.languages() == ("en", "de")
        text.speak("de")
        assert text._("Choose another file.") == "Nimm eine andere Datei."
        text.speak("tlh")
        assert text._("Choose another file.") == "Choose another file."
    finally:
        text.speak("en")
        text._catalogue.cache_clear()
