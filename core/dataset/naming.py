"""Names of classes, groups and files as they come from outside: made safe to show, and told apart."""

import re
import unicodedata
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from core.dataset.collection import Example, Skipped, Task
from core.errors import DatasetError
from core.sound import shown_name
from core.text import _

LONGEST_NAME = 80  # characters of a label or a group
LONGEST_TEXT = 5_000  # characters of a transcript
MOST_CLASSES = 1_000


def clean(text: str, most: int = LONGEST_NAME) -> str:
    """Make a label, a group or a transcript safe to show: no control characters, single spaces, bounded in length.

    What is no Unicode, as file names can be, becomes "�".
    """
    known = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    seen = "".join(" " if unicodedata.category(letter)[0] in "CZ" else letter for letter in known)
    return unicodedata.normalize("NFC", " ".join(seen.split()))[:most].rstrip()


def shown(name: str) -> str:
    """Make a file name safe to show, keeping only its last part."""
    return shown_name(name.encode("utf-8", "surrogateescape").decode("utf-8", "replace"))


def natural(name: str) -> tuple[tuple[int, int, str], ...]:
    """Order names as people do: 2 before 10, upper and lower case together."""
    parts = re.findall(r"[0-9]{1,18}|[^0-9]+|[0-9]+", name)
    ordered = tuple((0, int(part), "") if part[0] in "0123456789" else (1, 0, part.casefold()) for part in parts)
    return (*ordered, (2, 0, name))


def settled(examples: Sequence[Example], merge_case: bool) -> tuple[Example, ...]:
    """Clean every label; spellings that differ only in case or spaces are merged into the commonest where asked.

    Raises DatasetError where there are such spellings and nobody asked: two classes or one is for a person to say.
    """
    spellings: dict[str, Counter[str]] = {}
    for example in examples:
        spellings.setdefault(_bare(example.label), Counter())[example.label] += 1
    unclear = [tuple(found) for bare, found in spellings.items() if bare and len(found) > 1]
    if unclear and not merge_case:
        names = ", ".join(f"“{name}”" for name in unclear[0])
        raise DatasetError(
            _("These labels differ only in capital letters or spaces: {names}.").format(names=names),
            hint=_("Write them the same way, or choose to merge such labels."),
        )
    chosen = {bare: clean(min(found, key=lambda name: (-found[name], name))) for bare, found in spellings.items()}
    return tuple(replace(example, label=chosen[_bare(example.label)]) for example in examples)


def _bare(label: str) -> str:
    return unicodedata.normalize("NFKC", clean(label)).casefold()


def demand_classes(examples: Sequence[Example], skipped: Sequence[Skipped], task: Task) -> None:
    """Raise DatasetError where nothing is left to learn from, or no difference to learn."""
    if not examples:
        reasons = " ".join(f"{entry.name}: {entry.reason}" for entry in skipped[:3])
        raise DatasetError(
            _("No sound was found."),
            hint=reasons or _("Put sounds into one folder per class, named after the class."),
        )
    if task == "transcripts":
        if not any(example.text for example in examples):
            raise DatasetError(_("No sound has a transcript."), hint=_("Write what is said into a column called text."))
        return
    labels = sorted({example.label for example in examples} - {""}, key=natural)
    if not labels:
        raise DatasetError(
            _("No sound has a label."), hint=_("Put each sound into a folder that is named after its class.")
        )
    if len(labels) == 1:
        raise DatasetError(
            _("There is one class only, “{label}”: nothing can be told apart.").format(label=labels[0]),
            hint=_("Add a second class; a folder called background with other sounds will do."),
        )
    if len(labels) > MOST_CLASSES:
        raise DatasetError(
            _("There are {count} classes, and at most {most} can be learned.").format(
                count=len(labels), most=MOST_CLASSES
            ),
            hint=_("Check that the label is the class, not the name of each file."),
        )
