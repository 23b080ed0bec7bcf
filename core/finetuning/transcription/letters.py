"""What the pretrained recogniser writes, in letters: a fixed table for English phones, made once and by hand."""

from collections.abc import Sequence

from core.ctc import is_special
from core.finetuning.transcription.vocabulary import BORDER

# How somebody who writes as German is spelled would put down each English phone. It was never fitted to any
# transcript. A recogniser of phones marks no border between words, so that its text is one long word.
LETTERS = {
    "aa": "a", "ae": "ä", "ah": "a", "ao": "o", "aw": "au", "ay": "ei", "b": "b", "ch": "tsch", "d": "d", "dh": "s",
    "eh": "e", "er": "er", "ey": "e", "f": "f", "g": "g", "hh": "h", "ih": "i", "iy": "i", "jh": "dsch", "k": "k",
    "l": "l", "m": "m", "n": "n", "ng": "ng", "ow": "o", "oy": "eu", "p": "p", "r": "r", "s": "s", "sh": "sch",
    "t": "t", "th": "s", "uh": "u", "uw": "u", "v": "w", "w": "w", "y": "j", "z": "s", "zh": "sch",
}  # fmt: skip


def alphabet(symbols: Sequence[str], blank: int) -> tuple[str, ...] | None:
    """Say how each class of a recogniser is written; None where that is not known.

    Recognisers of letters write lower case, recognisers of English phones (CMU's 39) write by the table.
    """
    said = {symbol for place, symbol in enumerate(symbols) if place != blank and not is_special(symbol)} - {BORDER}
    if not said:
        return None
    if said <= LETTERS.keys():
        table = LETTERS
    elif all(len(symbol) == 1 for symbol in said):
        table = {symbol: symbol.lower() for symbol in said}
    else:
        return None
    written = {**table, BORDER: " "}
    return tuple("" if place == blank else written.get(symbol, "") for place, symbol in enumerate(symbols))
