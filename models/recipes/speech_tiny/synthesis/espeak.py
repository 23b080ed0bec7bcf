"""espeak-ng through its C library: many accents and voices, with the start of each phoneme and word."""

import ctypes
import ctypes.util
from dataclasses import dataclass, field

import numpy as np
import soxr
from numpy.typing import NDArray

from core.tiers import Interval
from models.recipes.speech_tiny.phones import espeak_phones
from models.recipes.speech_tiny.utterance import RATE, SynthesisError, Utterance, pcm16

_SYNCHRONOUS, _PHONEME_EVENTS, _UTF8 = 2, 1, 1
_RATE, _PITCH, _RANGE = 1, 3, 4
_END, _WORD, _PHONEME = 0, 1, 7


class _Name(ctypes.Union):
    _fields_ = (("number", ctypes.c_int), ("name", ctypes.c_char_p), ("string", ctypes.c_char * 8))


class _Event(ctypes.Structure):
    _fields_ = (
        ("type", ctypes.c_int),
        ("unique_identifier", ctypes.c_uint),
        ("text_position", ctypes.c_int),
        ("length", ctypes.c_int),
        ("audio_position", ctypes.c_int),
        ("sample", ctypes.c_int),
        ("user_data", ctypes.c_void_p),
        ("id", _Name),
    )


_CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.POINTER(_Event))


@dataclass
class _Recording:
    """What the library has handed over so far: sound, phonemes and words with their start (ms)."""

    chunks: list[NDArray[np.int16]] = field(default_factory=list)
    phonemes: list[tuple[int, str]] = field(default_factory=list)
    words: list[tuple[int, int, int]] = field(default_factory=list)

    def take(self, sound: "ctypes._Pointer[ctypes.c_short]", count: int, events: "ctypes._Pointer[_Event]") -> int:
        """Store one chunk; the library calls this."""
        if count > 0 and sound:
            self.chunks.append(np.ctypeslib.as_array(sound, shape=(count,)).copy())
        index = 0
        while events[index].type != _END:
            event = events[index]
            if event.type == _PHONEME:
                self.phonemes.append((event.audio_position, event.id.string.decode("utf-8", "replace")))
            elif event.type == _WORD:
                self.words.append((event.audio_position, event.text_position, event.length))
            index += 1
        return 0


@dataclass(frozen=True)
class EspeakVoice:
    """A voice of espeak-ng: accent, variant, speed (words per minute), pitch and its range (0 to 100)."""

    accent: str
    variant: str = ""
    words_per_minute: int = 160
    pitch: int = 50
    pitch_range: int = 50

    @property
    def name(self) -> str:
        """Name that tells accent and variant."""
        return f"espeak-{self.accent}+{self.variant}" if self.variant else f"espeak-{self.accent}"


class Espeak:
    """The library, opened once; it keeps state of its own, so one object a program."""

    def __init__(self) -> None:
        path = ctypes.util.find_library("espeak-ng") or "libespeak-ng.so.1"
        try:
            self._library = ctypes.CDLL(path)
        except OSError as error:
            raise SynthesisError("espeak-ng is not installed.", hint="Install Debian's package espeak-ng.") from error
        self._rate = self._library.espeak_Initialize(_SYNCHRONOUS, 0, None, _PHONEME_EVENTS)
        self._recording = _Recording()
        self._callback = _CALLBACK(lambda sound, count, events: self._recording.take(sound, count, events))
        self._library.espeak_SetSynthCallback(self._callback)

    def record(
        self, text: str, voice: EspeakVoice
    ) -> tuple[NDArray[np.int16], tuple[Interval, ...], tuple[Interval, ...]]:
        """Speak a text; return the sound at 16 kHz, its phonemes in espeak-ng's names, and its words."""
        self._select(voice)
        self._recording.__init__()  # type: ignore[misc]
        data = text.encode()
        self._library.espeak_Synth(data, len(data) + 1, 0, 1, 0, _UTF8, None, None)
        self._library.espeak_Synchronize()
        if not self._recording.phonemes or not self._recording.chunks:
            raise SynthesisError(f"espeak-ng said nothing for {text!r}.")
        raw = np.concatenate(self._recording.chunks).astype(np.float32) / 32768
        samples = pcm16(soxr.resample(raw, self._rate, RATE, quality="HQ"))
        return samples, self._phonemes(len(samples) / RATE), self._words(text, len(samples) / RATE)

    def speak(self, text: str, voice: EspeakVoice) -> Utterance:
        """Speak an English text; KeyError where a phoneme has no English phone."""
        samples, names, words = self.record(text, voice)
        phones = espeak_phones(names, voice.accent)
        return Utterance(text, voice.name, samples, phones, words)

    def _select(self, voice: EspeakVoice) -> None:
        language = "gmw/en" if voice.accent == "en-gb" else voice.accent
        full = f"{language}+{voice.variant}" if voice.variant else language
        if self._library.espeak_SetVoiceByName(full.encode()) != 0:
            raise SynthesisError(f"espeak-ng has no voice {full}.")
        for parameter, value in (
            (_RATE, voice.words_per_minute), (_PITCH, voice.pitch), (_RANGE, voice.pitch_range)
        ):  # fmt: skip
            self._library.espeak_SetParameter(parameter, value, 0)

    def _phonemes(self, seconds: float) -> tuple[Interval, ...]:
        starts = [min(ms / 1000, seconds) for ms, _ in self._recording.phonemes]
        ends = [*starts[1:], seconds]
        names = [name for _, name in self._recording.phonemes]
        items = [Interval(s, e, n) for s, e, n in zip(starts, ends, names, strict=True) if e > s]
        return tuple(items)

    def _words(self, text: str, seconds: float) -> tuple[Interval, ...]:
        starts = [min(ms / 1000, seconds) for ms, _, _ in self._recording.words]
        labels = [text[position - 1 : position - 1 + length] for _, position, length in self._recording.words]
        return tuple(
            Interval(s, e, label) for s, e, label in zip(starts, [*starts[1:], seconds], labels, strict=True) if e > s
        )
