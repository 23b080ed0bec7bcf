"""Spoken samples, with the times that the synthesizers themselves give."""

from dataclasses import dataclass

from core.tiers import Interval
from models.recipes.samples.annotation import annotated, matched_words
from models.recipes.samples.clip_files import Sample
from models.recipes.samples.syllables import VOWELS
from models.recipes.speech_tiny.synthesis import flite
from models.recipes.speech_tiny.synthesis.espeak import Espeak, EspeakVoice
from models.recipes.speech_tiny.synthesis.festival import FestivalVoice, speak_all
from models.recipes.speech_tiny.utterance import Utterance

# espeak-ng's names of the German phones that the sample needs, and what phoneticians write
GERMAN_PHONES = {
    "g": "ɡ", "u:": "uː", "t": "t", "@": "ə", "n": "n", "m": "m", "O": "ɔ", "r": "ʁ", "d": "d", "i:": "iː", "z": "z",
    "S": "ʃ", "aI": "aɪ", "3": "ɐ",
}  # fmt: skip
GERMAN_VOWELS = frozenset({"uː", "ə", "ɔ", "iː", "aɪ", "ɐ"})


@dataclass(frozen=True)
class Line:
    """A sentence to be spoken: name and title of the clip, its kind, the words, and a voice in plain words."""

    name: str
    title: str
    kind: str
    text: str
    voice: str


def speech() -> list[Sample]:
    """Make all spoken clips; the first is the one that the app opens with."""
    samples = [
        by_festival(Line("cat", "“The cat sat on the mat.”", "speech", "The cat sat on the mat.", "American woman"),
                    FestivalVoice("cmu_us_slt_arctic_hts", 1.05)),
        _flite(Line("north-wind", "The north wind and the sun", "speech",
                    "The north wind and the sun were arguing one day.", "American man"), flite.FliteVoice("rms", 1.0)),
        _flite(Line("ship", "A ship in the harbor", "speech", "A small ship came slowly into the harbor.",
                    "Scottish man"), flite.FliteVoice("awb", 1.1)),
        _flite(Line("digits", "Digits: three one four one five nine", "digits", "three one four one five nine",
                    "American man"), flite.FliteVoice("rms", 1.15)),
    ]  # fmt: skip
    return samples + _espeak_samples(Espeak())


def _espeak_samples(engine: Espeak) -> list[Sample]:
    british = EspeakVoice("en-gb-x-rp", "m3", 130, 42, 60)
    woman = EspeakVoice("en-us", "f2", 125, 55, 60)
    rows = (
        (Line("journey", "Every long journey", "speech",
              "Every long journey begins with one single step.", "British man"), british),
        (Line("white-cat", "Pair, first: “I saw the white cat.”", "speech", "I saw the white cat.",
              "American woman, synthetic"), woman),
        (Line("white-cap", "Pair, second: “I saw the white cap.”", "speech", "I saw the white cap.",
              "American woman, synthetic"), woman),
        (Line("question", "A question: “Are you coming home?”", "speech", "Are you coming home?",
              "British man"), british),
    )  # fmt: skip
    english = [_from_utterance(line, engine.speak(line.text, voice), "espeak-ng", "en") for line, voice in rows]
    return [*english, _german(engine)]


def _german(engine: Espeak) -> Sample:
    line = Line("guten-morgen", "German: „Guten Morgen, die Sonne scheint.“", "speech",
                "Guten Morgen, die Sonne scheint.", "German man, synthetic")  # fmt: skip
    samples, names, words = engine.record(line.text, EspeakVoice("de", "m2", 120, 45, 55))
    phones = tuple(Interval(n.start, n.end, "" if n.label.startswith("_") else GERMAN_PHONES[n.label]) for n in names)
    return _from_utterance(line, Utterance(line.text, line.voice, samples, phones, words), "espeak-ng", "de")


def by_festival(line: Line, voice: FestivalVoice) -> Sample:
    """Let Festival speak a line."""
    (structured,) = speak_all([line.text], voice)
    return _from_utterance(line, structured.utterance, "Festival", "en")


def _flite(line: Line, voice: flite.FliteVoice) -> Sample:
    spoken = flite.speak(line.text, voice)
    words = matched_words(line.text, [phone for phone in spoken.phones if phone.label])
    return _from_utterance(
        line, Utterance(spoken.text, spoken.voice, spoken.samples, spoken.phones, words), "flite", "en"
    )


def _from_utterance(line: Line, spoken: Utterance, program: str, language: str) -> Sample:
    sound, tiers = annotated(spoken, line.text, GERMAN_VOWELS if language == "de" else VOWELS)
    return Sample(line.name, line.title, line.kind, sound, program, language, line.voice, line.text, tiers)
