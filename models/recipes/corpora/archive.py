"""The corpus as one zip: Ogg Opus with a TextGrid beside each, metadata.csv, set.toml and a readme."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core import textgrid
from core.corpus.corpus import STRESS
from core.tiers import Interval, Tiers
from models.recipes.corpora import people, plan, sentences
from models.recipes.corpora.speaking import speak
from models.recipes.corpora.stress import stress_row
from models.recipes.samples.annotation import annotated
from models.recipes.samples.clip_files import PEAK
from models.recipes.sets.archive import pack
from models.recipes.sets.ogg import encode
from models.recipes.sets.speakers import versions
from models.recipes.speech_tiny.utterance import RATE, contiguous

COMPRESSION = 0.95  # of Opus, 0 to 1: about 20 kbit/s
DECIMALS = 4  # of seconds in the TextGrids
COLUMNS = ("file_name", "speaker", "sentence", "text", "kept_voice", "kept_sentence")
README = Path(__file__).with_name("readme.md")
SUMMARY = (
    "{clips} English sentences by {voices} synthetic voices, {minutes:.0f} minutes, with their words, syllables, "
    "stress and phones; {kept_voices} voices and {kept_sentences} sentences are kept for tests."
)


@dataclass(frozen=True)
class Recorded:
    """One sentence by one person: mono at 16 kHz, peak at -3 dB of full scale."""

    person: str
    text: str
    samples: NDArray[np.float32]
    tiers: Tiers

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return len(self.samples) / RATE

    @property
    def place(self) -> str:
        """Return where it lies in the zip, without the ending."""
        return f"{self.person}/{plan.key(self.text)}"


def recorded() -> Iterator[Recorded]:
    """Let everyone say what is theirs to say, person by person."""
    said = plan.plan()
    for person in people.PEOPLE:
        for spoken in speak(person, said[person.name]):
            samples, tiers = annotated(spoken, spoken.text)
            scaled = (samples / np.abs(samples).max() * PEAK).astype(np.float32)
            yield Recorded(person.name, spoken.text, scaled, _complete(tiers, len(scaled) / RATE))


def write(clips: Sequence[Recorded], path: Path) -> Path:
    """Write sounds, tiers, table and facts into one zip; return where it lies."""
    kept_voices = {person.name for person in people.KEPT}
    table = (
        (f"{clip.place}.ogg", clip.person, plan.key(clip.text), clip.text, _yes(clip.person in kept_voices),
         _yes(clip.text in sentences.KEPT))
        for clip in clips
    )  # fmt: skip
    pack(path, _facts(clips), (COLUMNS, *table), _files(clips))
    return path


def _files(clips: Sequence[Recorded]) -> Iterator[tuple[str, bytes]]:
    yield "README.md", README.read_bytes()
    for clip in clips:
        yield f"{clip.place}.ogg", encode(clip.samples, COMPRESSION)
        yield f"{clip.place}.TextGrid", textgrid.write(clip.tiers, clip.seconds)


def _complete(tiers: Tiers, seconds: float) -> Tiers:
    """Add the row of stress, and round all times, which halves what the TextGrids take in the zip."""
    rows = [*tiers, (STRESS, contiguous(stress_row(tiers), seconds))]
    return Tiers.of([(name, [_rounded(item, seconds) for item in row]) for name, row in rows], seconds)


def _rounded(item: Interval, seconds: float) -> Interval:
    return Interval(round(item.start, DECIMALS), min(round(item.end, DECIMALS), seconds), item.label)


def _yes(truth: bool) -> str:
    return "yes" if truth else ""


def _facts(clips: Sequence[Recorded]) -> dict[str, str]:
    return {
        "title": "Sentences of many voices",
        "summary": SUMMARY.format(
            clips=len(clips), voices=len(people.PEOPLE), minutes=sum(clip.seconds for clip in clips) / 60,
            kept_voices=len(people.KEPT), kept_sentences=len(sentences.KEPT),
        ),
        "licence": "CC0-1.0",
        "source": "Made for Strata: sentences written for it, spoken by synthetic voices; models/recipes/corpora.",
        "task": "transcripts",
        "made_with": versions(("espeak-ng", "flite", "festival")) + ", WORLD vocoder",
        "language": "en",
    }  # fmt: skip
