"""Which sounds of a division can be used, with their transcripts normalised, and why the others cannot."""

from collections.abc import Sequence
from dataclasses import dataclass

from core.dataset.division import Division
from core.dataset.prepared import PreparedSet
from core.errors import DatasetError
from core.finetuning.transcription.vocabulary import normalised
from core.text import _


@dataclass(frozen=True, eq=False)
class Texts:
    """Normalised transcripts by place in the set; those of sounds that cannot be used are not among them."""

    of: dict[int, str]
    left_out: dict[int, str]

    def among(self, indices: Sequence[int]) -> tuple[int, ...]:
        """Keep the sounds that can be used, in their order."""
        return tuple(index for index in indices if index in self.of)

    def leave_out(self, reasons: dict[int, str]) -> "Texts":
        """Return the same without some more sounds."""
        kept = {index: text for index, text in self.of.items() if index not in reasons}
        return Texts(kept, {**self.left_out, **reasons})


def read(data: PreparedSet, division: Division) -> Texts:
    """Normalise the transcripts of a division; sounds without one are left out."""
    of, left_out = {}, {}
    for index in (*division.train, *division.validation, *division.test):
        text = normalised(data.items[index].text)
        if text:
            of[index] = text
        else:
            left_out[index] = _("It has no transcript.")
    return Texts(of, left_out)


def demand_enough(texts: Texts, division: Division) -> None:
    """Raise DatasetError where there is nothing to learn from or nothing to test on."""
    if not texts.among(division.train):
        raise DatasetError(
            _("No sound for learning has a transcript."),
            hint=_("Give what is said in each sound, in a column named text of metadata.csv."),
        )
    if not texts.among(division.test):
        raise DatasetError(
            _("No sound for the test has a transcript."), hint=_("Give what is said in more of the sounds.")
        )


def share_of_new_words(learned: Sequence[str], tested: Sequence[str]) -> float:
    """Return which share of the tested words, counted as often as they occur, no learned text holds; 0 to 1."""
    known = {word for text in learned for word in text.split()}
    words = [word for text in tested for word in text.split()]
    return sum(word not in known for word in words) / max(len(words), 1)
