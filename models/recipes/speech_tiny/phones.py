"""The 39 phones of the model, and how each synthesizer's own notation maps to them."""

from collections.abc import Iterable, Sequence

from core.tiers import Interval

PHONES = tuple(
    "aa ae ah ao aw ay b ch d dh eh er ey f g hh ih iy jh k l m n ng ow oy p r s sh t th uh uw v w y z zh".split()
)
BLANK = "<pad>"
SILENCE = ""

# Festival's and flite's radio phone set has one symbol more than CMU's dictionary: the schwa
FESTIVAL_PHONES = {phone: phone for phone in PHONES} | {"ax": "ah", "pau": SILENCE, "sil": SILENCE, "ssil": SILENCE}

# espeak-ng's English phoneme names without the vowels that differ between accents
_ESPEAK_COMMON = {
    "p": "p", "b": "b", "t": "t", "d": "d", "k": "k", "g": "g", "t#": "t", "t2": "t", "?": "t", "t[": "t",
    "f": "f", "v": "v", "T": "th", "D": "dh", "s": "s", "z": "z", "S": "sh", "Z": "zh", "h": "hh",
    "tS": "ch", "dZ": "jh", "m": "m", "n": "n", "N": "ng", "l": "l", "r": "r", "w": "w", "w#": "w", "j": "y",
    "n-": "ah n", "@L": "ah l",
    "I": "ih", "I#": "ih", "I2": "ih", "i": "iy", "i:": "iy", "E": "eh", "a": "ae", "a#": "ah", "V": "ah",
    "@": "ah", "@-": "ah", "@2": "ah", "@5": "ah", "0": "aa", "A:": "aa",
    "O:": "ao", "O": "ao", "O2": "ao", "U": "uh", "u:": "uw", "u": "uw",
    "3:": "er", "VR": "er", "IR": "er",
    "eI": "ey", "aI": "ay", "aI2": "ay", "OI": "oy", "aU": "aw", "oU": "ow", "aI@": "ay ah", "i@": "iy ah",
    "_": SILENCE, "_:": SILENCE, "_::": SILENCE, "_!": SILENCE, "_|": SILENCE,
}  # fmt: skip
# vowels before a written r: where the accent keeps the r, the table of R_COLOURED adds it
_ESPEAK_RHOTIC = {
    "aa": "ae", "3": "er", "A@": "aa", "o@": "ao", "O@": "ao", "e@": "eh", "U@": "uh", "i@3": "ih", "aI3": "ay er",
}  # fmt: skip
_ESPEAK_NON_RHOTIC = {
    "aa": "aa", "3": "ah", "A@": "aa", "o@": "ao", "O@": "ao", "e@": "eh", "U@": "uh ah", "i@3": "iy ah",
    "aI3": "ay ah",
}  # fmt: skip
R_COLOURED = frozenset({"A@", "o@", "O@", "e@", "U@", "i@3"})
RHOTIC_ACCENTS = frozenset({"en-us", "en-gb-scotland"})
# a glide that espeak-ng names but hardly sounds: it goes to the phone before it
_GLIDE = ";"
_R_NAMES = frozenset({"r", "r-"})
_R_VOWELS = frozenset({"3", "3:", "VR", "IR"})


def espeak_table(accent: str) -> dict[str, str]:
    """Return espeak-ng phoneme name -> phones (separated by blanks) for one accent such as `en-us`."""
    return _ESPEAK_COMMON | (_ESPEAK_RHOTIC if accent in RHOTIC_ACCENTS else _ESPEAK_NON_RHOTIC)


def espeak_phones(names: Sequence[Interval], accent: str) -> tuple[Interval, ...]:
    """Map espeak-ng's phonemes with their times to phones; KeyError where a phoneme has no English phone.

    A phoneme that stands for two phones gives each an equal part of its time.
    """
    table, rhotic = espeak_table(accent), accent in RHOTIC_ACCENTS
    phones: list[Interval] = []
    for index, item in enumerate(names):
        before = names[index - 1].label if index else ""
        after = names[index + 1].label if index + 1 < len(names) else ""
        joins = item.label == _GLIDE or (rhotic and item.label in _R_NAMES and before in _R_VOWELS)
        if joins and phones:
            phones[-1] = Interval(phones[-1].start, item.end, phones[-1].label)
            continue
        labels = _labels(item.label, after, table, rhotic)
        phones += spread(labels, item.start, item.end)
    return tuple(phones)


def _labels(name: str, after: str, table: dict[str, str], rhotic: bool) -> list[str]:
    if name in _R_NAMES:
        return ["r"]
    if after == _GLIDE and name in {"I", "I2", "I#"}:
        return ["iy"]
    if name == "i@" and after in _R_NAMES:
        return ["ih"]
    labels = table[name].split() or [SILENCE]
    if rhotic and name in R_COLOURED and after not in _R_NAMES:
        labels.append("r")
    return labels


def festival_phones(names: Sequence[Interval]) -> tuple[Interval, ...]:
    """Map Festival's or flite's segments with their times to phones; KeyError for an unknown segment."""
    return tuple(Interval(item.start, item.end, FESTIVAL_PHONES[item.label]) for item in names)


def spread(labels: Sequence[str], start: float, end: float) -> list[Interval]:
    """Divide a stretch of time (s) evenly among labels."""
    step = (end - start) / len(labels)
    return [Interval(start + i * step, start + (i + 1) * step, label) for i, label in enumerate(labels)]


def spoken(phones: Iterable[Interval]) -> list[str]:
    """Return the labels in order, silences left out."""
    return [item.label for item in phones if item.label != SILENCE]


def vocabulary() -> dict[str, int]:
    """Return symbol -> index of the CTC head: the blank is 0, the phones follow in order."""
    return {BLANK: 0} | {phone: index for index, phone in enumerate(PHONES, start=1)}
