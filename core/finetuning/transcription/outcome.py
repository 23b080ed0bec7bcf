"""What a run on transcripts leaves: the texts before and after beside what was said, and their error rates."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from core.dataset.division import Division
from core.evaluation.intervals import Estimate
from core.finetuning.history import History
from core.finetuning.settings import FineTuneSettings
from core.finetuning.transcription.error_rates import Piece, Rate, Unit, change, pieces, rate
from core.model_spec import ModelSpec
from core.text import _, n_


@dataclass(frozen=True)
class Written:
    """What one recogniser wrote for the held-out sounds.

    name  "before" (the pretrained model, in letters by ``letters.LETTERS`` where it writes phones), "after", or
          "untrained" (the same model from random numbers, taught in the same way)
    """

    name: str
    texts: tuple[str, ...]
    words: Rate
    characters: Rate


@dataclass(frozen=True)
class Line:
    """One held-out sound: what was said, and what was written before and after (empty where there is no before)."""

    item: int
    name: str
    group: str
    said: str
    before: str
    after: str

    def before_pieces(self, unit: Unit = "characters") -> tuple[Piece, ...]:
        """Lay what was said and the text before side by side, for colouring."""
        return pieces(self.said, self.before, unit)

    def after_pieces(self, unit: Unit = "characters") -> tuple[Piece, ...]:
        """Lay what was said and the text after side by side, for colouring."""
        return pieces(self.said, self.after, unit)


@dataclass(frozen=True, eq=False)
class TranscriptOutcome:
    """A finished run on transcripts; before and after wrote the same held-out sounds.

    model        that was copied; ``data`` the key of the prepared set and ``title`` its name for people
    items        places of the held-out sounds in the set; names, groups and ``said`` (normalised) beside them
    before       None where the pretrained model writes nothing that letters stand for
    untrained    None where it was not asked for
    symbols      the classes of the new head
    left_out     sounds that were not used, and why, by name
    learned_seconds  length of the sounds that were learned from
    new_voices   none of the held-out voices was learned from
    new_words    share of the held-out words that no transcript for learning holds, 0 to 1
    tuned        folder of the taught copy, as transformers and Strata open it
    seconds      that the whole took
    """

    model: ModelSpec
    data: str
    title: str
    settings: FineTuneSettings
    division: Division
    history: History
    items: tuple[int, ...]
    names: tuple[str, ...]
    groups: tuple[str, ...]
    said: tuple[str, ...]
    before: Written | None
    after: Written
    untrained: Written | None
    symbols: tuple[str, ...]
    left_out: Mapping[str, str]
    learned_seconds: float
    new_voices: bool
    new_words: float
    tuned: Path
    seconds: float
    versions: Mapping[str, str] = field(default_factory=dict)

    @property
    def lines(self) -> tuple[Line, ...]:
        """The held-out sounds, one by one, in their order."""
        before = self.before.texts if self.before else ("",) * len(self.items)
        rows = zip(self.items, self.names, self.groups, self.said, before, self.after.texts, strict=True)
        return tuple(Line(*row) for row in rows)

    @cached_property
    def gain(self) -> Estimate | None:
        """Character error rate after minus before; None where there is no before."""
        if self.before is None:
            return None
        return change(self.said, self.before.texts, self.after.texts, self.groups, "characters", self.settings.seed)

    def sentence(self) -> str:
        """Say in plain words what came out."""
        after = self.after.characters.rate
        told = _(
            "Of every 100 letters said in {sounds}, {after:.0f} have to be corrected in what it writes now "
            "({low:.0f} to {high:.0f} with other voices like these)"
        ).format(sounds=self._heard(), after=100 * after.value, low=100 * after.low, high=100 * after.high)
        if self.before is None or self.gain is None:
            return told + "."
        told += _("; before, it was {before:.0f}.").format(before=100 * self.before.characters.rate.value)
        return told if self.gain.high < 0 else told + " " + _("That is no evidence of learning.")

    def _heard(self) -> str:
        count, voices = len(self.items), self.after.characters.rate.groups
        sounds = n_("{count} held-out sound", "{count} held-out sounds", count).format(count=count)
        if not voices:
            return sounds
        if self.new_voices:
            by = n_("of {count} voice it had never heard", "of {count} voices it had never heard", voices)
        else:
            by = n_("of {count} voice", "of {count} voices", voices)
        return f"{sounds} {by.format(count=voices)}"


def judged(name: str, said: tuple[str, ...], texts: tuple[str, ...], groups: tuple[str, ...], seed: int) -> Written:
    """Compare what a recogniser wrote with what was said."""
    return Written(name, texts, rate(said, texts, groups, "words", seed), rate(said, texts, groups, "characters", seed))
