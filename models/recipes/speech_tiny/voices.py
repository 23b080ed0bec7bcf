"""The voices of the corpus, which of them are trained on, and which are kept for the tests."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from models.recipes.speech_tiny.conversion import convert
from models.recipes.speech_tiny.synthesis import flite, pico
from models.recipes.speech_tiny.synthesis.espeak import Espeak, EspeakVoice
from models.recipes.speech_tiny.synthesis.festival import FestivalVoice, speak_all
from models.recipes.speech_tiny.synthesis.recordings import recordings
from models.recipes.speech_tiny.utterance import SynthesisError, Utterance

Draw = Callable[[], str]
Speak = Callable[[Draw, random.Random], Iterator[Utterance]]
# variants of espeak-ng that sound like people; whispers, robots and effects are left out
VARIANTS = (
    "", "m1", "m2", "m3", "m4", "m5", "m6", "m7", "m8", "f1", "f2", "f3", "f4", "f5", "adam", "Alex", "Alicia",
    "Andrea", "Andy", "Annie", "antonio", "aunty", "belinda", "benjamin", "boris", "caleb", "david", "Denis", "Diogo",
    "ed", "edward", "edward2", "gene", "gene2", "grandpa", "Henrique", "Hugo", "iven", "iven2", "iven3", "Jacky",
    "john", "klatt", "klatt2", "klatt3", "klatt4", "Lee", "linda", "Marco", "marcelo", "max", "Michael", "michel",
    "miguel", "mike", "norbert", "pablo", "paul", "pedro", "quincy", "rob", "robert", "steph", "steph2", "steph3",
    "travis", "victor", "zac",
)  # fmt: skip
BRITISH = ("en-gb", "en-gb-x-rp", "en-gb-scotland", "en-029", "en-gb-x-gbclan", "en-gb-x-gbcwmd")
_FESTIVAL_BATCH = 40


@dataclass(frozen=True)
class VoiceGroup:
    """Voices that are made in the same way: hours for training, and the test split they serve, if any."""

    name: str
    speak: Speak
    hours: float
    trained: bool = True
    tested: bool = False
    test_split: str = "seen"


def speak_espeak(accents: tuple[str, ...]) -> Speak:
    """Return a speaker that draws an accent, a variant, a speed and a pitch for every text."""

    def speak(draw: Draw, source: random.Random) -> Iterator[Utterance]:
        engine = Espeak()
        unusable: set[str] = set()
        while True:
            voice = EspeakVoice(
                accent=source.choice(accents),
                variant=source.choice([v for v in VARIANTS if v not in unusable]),
                words_per_minute=round(source.triangular(95, 250, 150)),
                pitch=round(source.triangular(0, 95, 40)),
                pitch_range=source.randint(15, 90),
            )
            try:
                yield engine.speak(draw(), voice)
            except SynthesisError:
                unusable.add(voice.variant)
            except KeyError:
                continue  # a phoneme with no English phone, in a borrowed word

    return speak


def speak_flite(speaker: str) -> Speak:
    """Return a speaker with one voice of flite, slowed or hurried at random."""

    def speak(draw: Draw, source: random.Random) -> Iterator[Utterance]:
        while True:
            yield flite.speak(draw(), flite.FliteVoice(speaker, source.triangular(0.75, 1.5, 1.0)))

    return speak


def speak_converted(speakers: tuple[str, ...]) -> Speak:
    """Return a speaker that turns flite's voices into others: pitch and vocal tract length are changed."""

    def speak(draw: Draw, source: random.Random) -> Iterator[Utterance]:
        while True:
            voice = flite.FliteVoice(source.choice(speakers), source.triangular(0.8, 1.4, 1.0))
            pitch, tract = 2 ** source.uniform(-0.7, 0.8), 2 ** source.uniform(-0.28, 0.28)
            spoken = flite.speak(draw(), voice)
            changed = convert(spoken.samples, pitch=pitch, tract=tract, flatten=source.uniform(0.4, 1.6))
            yield replace(spoken, samples=changed, voice=f"{voice.name}-converted")

    return speak


def speak_kal_converted(draw: Draw, source: random.Random) -> Iterator[Utterance]:
    """Turn Festival's diphone voice kal into others."""
    for spoken in speak_festival("kal_diphone")(draw, source):
        pitch, tract = 2 ** source.uniform(-0.5, 0.9), 2 ** source.uniform(-0.25, 0.25)
        changed = convert(spoken.samples, pitch=pitch, tract=tract, flatten=source.uniform(0.5, 1.6))
        yield replace(spoken, samples=changed, voice=f"{spoken.voice}-converted")


def speak_festival(speaker: str) -> Speak:
    """Return a speaker with one voice of Festival."""

    def speak(draw: Draw, source: random.Random) -> Iterator[Utterance]:
        while True:
            voice = FestivalVoice(speaker, source.choice((0.9, 1.0, 1.1, 1.25)))
            for structured in speak_all([draw() for _ in range(_FESTIVAL_BATCH)], voice):
                yield structured.utterance

    return speak


def speak_pico(draw: Draw, source: random.Random) -> Iterator[Utterance]:
    """Speak with Pico at random speeds and pitches."""
    while True:
        yield pico.speak(draw(), pico.PicoVoice(source.triangular(0.65, 1.3, 0.9), 2 ** source.uniform(-0.6, 0.35)))


def speak_recordings(_draw: Draw, _source: random.Random) -> Iterator[Utterance]:
    """Give the recorded prompts; their texts are their own."""
    yield from recordings()


def speak_recordings_converted(_draw: Draw, source: random.Random) -> Iterator[Utterance]:
    """Give the recorded prompts again and again, each time as another voice."""
    prompts = list(recordings())
    while True:
        spoken = source.choice(prompts)
        pitch, tract = 2 ** source.uniform(-1.1, 0.4), 2 ** source.uniform(-0.35, 0.15)
        changed = convert(spoken.samples, pitch=pitch, tract=tract, flatten=source.uniform(0.5, 1.5))
        yield replace(spoken, samples=changed, voice=f"{spoken.voice}-converted")


VOICES = (
    VoiceGroup("flite-slt", speak_flite("slt"), hours=3.0, tested=True),
    VoiceGroup("flite-rms", speak_flite("rms"), hours=3.0, tested=True),
    VoiceGroup("flite-awb", speak_flite("awb"), hours=2.0, tested=True),
    VoiceGroup("flite-kal", speak_flite("kal16"), hours=1.0, tested=True),
    VoiceGroup("flite-converted", speak_converted(("slt", "rms", "awb")), hours=3.5),
    VoiceGroup("recorded", speak_recordings, hours=0.5),
    VoiceGroup("recorded-converted", speak_recordings_converted, hours=1.0),
    VoiceGroup("espeak-us", speak_espeak(("en-us",)), hours=5.0, tested=True),
    VoiceGroup("espeak-british", speak_espeak(BRITISH), hours=2.0),
    VoiceGroup("pico", speak_pico, hours=2.0),
    VoiceGroup("festival-kal", speak_festival("kal_diphone"), hours=1.0),
    VoiceGroup("festival-kal-converted", speak_kal_converted, hours=2.0),
    VoiceGroup(
        "festival-ked", speak_festival("ked_diphone"), hours=0.0, trained=False, tested=True, test_split="unseen"
    ),
)
