"""Let the people of the corpus speak, with the times of words and phones."""

import multiprocessing
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace

from core.tiers import Interval
from models.recipes.corpora.people import Person
from models.recipes.corpora.words import words_among
from models.recipes.samples.annotation import alone, matched_words, plain
from models.recipes.speech_tiny.conversion import convert
from models.recipes.speech_tiny.synthesis import flite
from models.recipes.speech_tiny.synthesis.espeak import Espeak, EspeakVoice
from models.recipes.speech_tiny.synthesis.festival import FestivalVoice, speak_all
from models.recipes.speech_tiny.utterance import Utterance


def speak(person: Person, texts: Sequence[str]) -> list[Utterance]:
    """Let one person say texts; the same texts in the same order always sound the same."""
    if person.program == "espeak":
        # espeak-ng's voices waver on from where the last text stopped, so each person starts in a process of its own
        with ProcessPoolExecutor(1, multiprocessing.get_context("spawn")) as pool:
            spoken = pool.submit(_by_espeak, person, tuple(texts)).result()
    elif person.program == "flite":
        spoken = [_by_flite(person, text) for text in texts]
    else:
        spoken = [one.utterance for one in speak_all(list(texts), FestivalVoice(person.voice, 1 / person.speed))]
    return [_changed(person, utterance) for utterance in spoken]


def _by_espeak(person: Person, texts: tuple[str, ...]) -> list[Utterance]:
    engine = Espeak()
    voice = EspeakVoice(person.accent, person.voice, round(person.speed), person.pitch, person.pitch_range)
    spoken = [engine.speak(text, voice) for text in texts]
    return [replace(one, words=_words(one)) for one in spoken]


def _words(spoken: Utterance) -> tuple[Interval, ...]:
    """Find words by their phones: espeak-ng tells them early, and joins some, as in "of the"."""
    phones = [phone for phone in spoken.phones if phone.label]
    return words_among(plain(spoken.text).split(), phones, alone)


def _by_flite(person: Person, text: str) -> Utterance:
    spoken = flite.speak(text, flite.FliteVoice(person.voice, 1 / person.speed))
    return replace(spoken, words=matched_words(text, [phone for phone in spoken.phones if phone.label]))


def _changed(person: Person, spoken: Utterance) -> Utterance:
    change = person.change
    if change is None:
        return replace(spoken, voice=person.name)
    samples = convert(spoken.samples, pitch=change.pitch, tract=change.tract, flatten=change.flatten)
    return replace(spoken, voice=person.name, samples=samples)
