"""Festival: diphone and HMM voices whose utterance structure gives segments, syllables and words."""

import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import soundfile
import soxr
from numpy.typing import NDArray

from core.tiers import Interval
from models.recipes.speech_tiny.phones import festival_phones
from models.recipes.speech_tiny.utterance import RATE, SynthesisError, Utterance, pcm16

# ked's own file puts an r into the second half of every er, to find its diphones, and calls it a hack that "leaves the
# utterance somewhat tainted (an extra phone has appeared)"
_SPLIT_ER = frozenset({"ked_diphone"})
_PROGRAM = """
(define (show kind name start end) (format t "%s\\t%s\\t%f\\t%f\\n" kind name start end))
(define (dump utt)
  (let ((clock 0))
    (mapcar (lambda (s) (show "phone" (item.name s) clock (item.feat s "end")) (set! clock (item.feat s "end")))
      (utt.relation.items utt 'Segment))
    (mapcar (lambda (s) (show "syllable" (item.name s) (item.feat s "syllable_start") (item.feat s "syllable_end")))
      (utt.relation.items utt 'Syllable))
    (mapcar (lambda (w) (show "word" (item.name w) (item.feat w "word_start") (item.feat w "word_end")))
      (utt.relation.items utt 'Word))))
"""


@dataclass(frozen=True)
class FestivalVoice:
    """A voice of Festival (ked_diphone, kal_diphone, cmu_us_slt_arctic_hts) and how much it is slowed."""

    speaker: str
    stretch: float = 1.0

    @property
    def name(self) -> str:
        """Name of the voice."""
        return f"festival-{self.speaker}"


@dataclass(frozen=True)
class Structured:
    """An utterance together with Festival's syllables (times in seconds)."""

    utterance: Utterance
    syllables: tuple[Interval, ...]


def speak_all(texts: list[str], voice: FestivalVoice) -> list[Structured]:
    """Speak several texts in one run of Festival, which takes long to start."""
    with tempfile.TemporaryDirectory() as folder:
        program = [f"(voice_{voice.speaker})", f"(Parameter.set 'Duration_Stretch {voice.stretch:.3f})", _PROGRAM]
        for index, text in enumerate(texts):
            wave = Path(folder) / f"{index}.wav"
            quoted = text.replace("\\", "").replace('"', "")
            program.append(f'(set! u (utt.synth (Utterance Text "{quoted}"))) (format t "utterance\\n") (dump u)')
            program.append(f'(utt.save.wave u "{wave}" \'riff)')
        script = Path(folder) / "speech.scm"
        script.write_text("\n".join(program))
        parts = _run(script).split("utterance\n")[1:]
        return [
            _structured(text, voice, part, _read(Path(folder) / f"{index}.wav"))
            for index, (text, part) in enumerate(zip(texts, parts, strict=True))
        ]


def _run(script: Path) -> str:
    try:
        return subprocess.run(["festival", "-b", str(script)], check=True, capture_output=True, text=True).stdout
    except FileNotFoundError as error:
        raise SynthesisError("Festival is not installed.", hint="Install Debian's package festival.") from error
    except subprocess.CalledProcessError as error:
        raise SynthesisError(f"Festival failed: {error.stderr.strip()}") from error


def _read(wave: Path) -> NDArray[np.int16]:
    samples, rate = soundfile.read(wave, dtype="float32")
    return pcm16(samples if rate == RATE else soxr.resample(samples, rate, RATE, quality="HQ"))


def _structured(text: str, voice: FestivalVoice, printed: str, samples: NDArray[np.int16]) -> Structured:
    rows: dict[str, list[Interval]] = {"phone": [], "syllable": [], "word": []}
    for line in printed.splitlines():
        kind, name, start, end = line.split("\t")
        rows[kind].append(Interval(float(start), float(end), name))
    segments = joined_er(rows["phone"]) if voice.speaker in _SPLIT_ER else rows["phone"]
    utterance = Utterance(text, voice.name, samples, festival_phones(segments), tuple(rows["word"]))
    return Structured(utterance, tuple(rows["syllable"]))


def joined_er(segments: list[Interval]) -> list[Interval]:
    """Make one er of each er and the one r that follows it."""
    joined: list[Interval] = []
    split = False
    for item in segments:
        if split and item.label == "r":
            joined[-1] = Interval(joined[-1].start, item.end, "er")
        else:
            joined.append(item)
        split = item.label == "er"
    return joined
