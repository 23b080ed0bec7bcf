"""The characters that a taught recogniser writes: those of the transcripts, a border of words, and the CTC blank."""

import unicodedata
from collections.abc import Iterable, Mapping, Sequence

from core.ctc import is_special

BLANK = "<pad>"  # class 0; transformers calls it padding
BORDER = "|"  # between two words
_APOSTROPHES = str.maketrans({"’": "'", "ʼ": "'", "`": "'", "´": "'"})


def normalised(text: str) -> str:
    """Bring a transcript to what can be heard: lower case, letters, digits and apostrophes, single spaces.

    Marks that belong to a letter stay (ä, é); every other mark ends a word.
    """
    plain = unicodedata.normalize("NFC", text).translate(_APOSTROPHES).lower()
    kept = "".join(letter if _is_heard(letter) else " " for letter in plain)
    return " ".join(word.strip("'") for word in kept.split() if word.strip("'"))


def _is_heard(letter: str) -> bool:
    return letter == "'" or unicodedata.category(letter)[0] in "LMN"


def symbols_of(texts: Iterable[str]) -> tuple[str, ...]:
    """List the classes of the head for normalised texts: blank, border, then every character in the order of Unicode.

    An accent without a letter of its own becomes a symbol of its own, as any character does.
    """
    return BLANK, BORDER, *sorted({letter for text in texts for letter in text} - {" "})


def encoded(text: str, places: Mapping[str, int]) -> tuple[int, ...]:
    """Turn a normalised text into classes; characters that the head does not know are left out."""
    marked = text.replace(" ", BORDER)
    return tuple(places[letter] for letter in marked if letter in places)


def places_of(symbols: Sequence[str]) -> dict[str, int]:
    """Give the class of every symbol."""
    return {symbol: place for place, symbol in enumerate(symbols)}


def spelled(classes: Iterable[int], symbols: Sequence[str]) -> str:
    """Turn classes into text, blanks and marks of the tokenizer left out, borders as single spaces."""
    letters = (symbols[place] for place in classes)
    return " ".join("".join(" " if s == BORDER else s for s in letters if not is_special(s)).split())
