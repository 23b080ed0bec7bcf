"""Collect every sentence that a visitor can read into locale/strata.pot: python -m tests.messages"""

from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import write_po

from core import catalogue, samples

ROOT = Path(__file__).parents[1]
POT = ROOT / "locale" / "strata.pot"
KEYWORDS = {"_": None, "n_": (1, 2), "N_": None}
FOLDERS = ("core", "models", "pages")


def messages() -> Iterator[str | tuple[str, ...]]:
    """Yield the messages of the code, then those of the tables of models and sounds."""
    for folder in FOLDERS:
        # left to itself it passes over folders that begin with an underscore
        for _file, _line, message, _comments, _context in extract_from_dir(
            str(ROOT / folder), [("**.py", "python")], keywords=KEYWORDS, directory_filter=lambda folder: True
        ):
            yield message
    for row in catalogue.suggestions():
        yield row.purpose
    for sample in samples.samples().values():
        yield from (sample.title, sample.voice)


def main() -> None:
    """Write the template anew."""
    found = Catalog(charset="utf-8")
    for message in sorted({message for message in messages() if message}, key=str):
        found.add(message)
    with POT.open("wb") as file:
        write_po(file, found, omit_header=True, sort_output=True, width=120)


if __name__ == "__main__":
    main()
