"""Each sound that cannot be used is refused with its own sentence, before it costs much; hostile files cost nothing."""

import io
import struct
import time
import tracemalloc

import numpy as np
import pytest
import soundfile

from core.errors import ClipError
from core.sound import Limits, decode


def declared_flac(samples: np.ndarray, frames: int) -> bytes:
    """Make a FLAC file whose header tells a number of frames (36 bits from the middle of byte 21 on)."""
    target = io.BytesIO()
    soundfile.write(target, samples, 16_000, format="FLAC")
    data = bytearray(target.getvalue())
    data[21] = data[21] & 0xF0 | frames >> 32
    data[22:26] = struct.pack(">I", frames & 0xFFFFFFFF)
    return bytes(data)


def wav(samples: np.ndarray, rate: int = 16_000, subtype: str = "FLOAT") -> bytes:
    target = io.BytesIO()
    soundfile.write(target, samples, rate, format="WAV", subtype=subtype)
    return target.getvalue()


ONE = np.zeros(16_000)
TIGHT = Limits(values=5_000_000)
REFUSED = {
    "an empty file": (b"", "is an empty file"),
    "text": (b"dear diary, today I was not a sound", "is not a sound file"),
    "a picture": (b"\xff\xd8\xff\xe0\0\x10JFIF" + bytes(100), "is not a sound file"),
    "text in UTF-16": ("hello".encode("utf-16"), "is not a sound file"),
    "a kind that is not read": (b"wvpk" + bytes(100), "is WavPack, which cannot be opened"),
    "a header alone": (b"RIFF\x24\0\0\0WAVE", "is damaged, cut short"),
    "no frames": (wav(ONE[:0]), "holds no sound at all"),
    "less than a frame": (wav(ONE[:320]), "is 20 ms long"),
    "not a number": (wav(np.where(np.arange(16_000) == 9000, np.nan, 0)), "values that are not numbers"),
    "infinity": (wav(np.where(np.arange(16_000) == 9000, np.inf, 0)), "values that are not numbers"),
    "too large for a float": (wav(np.full(16_000, 1e300), subtype="DOUBLE"), "values that are not numbers"),
    "too many channels": (wav(np.zeros((16_000, 20))), "has 20 channels"),
    "too low a rate": (wav(ONE, 100), "100 samples per second"),
    "too high a rate": (wav(ONE, 1_000_000), "1000000 samples per second"),
    "too long": (wav(np.zeros(601_000), 1000, "PCM_U8"), "longer than 10 minutes"),
    "hours by its header": (declared_flac(ONE, 2**35), "longer than 10 minutes"),
    "hours without a header": (declared_flac(np.zeros(11 * 60 * 16_000, np.int16), 0), "longer than 10 minutes"),
    "too much when decoded": (wav(np.zeros((500 * 1000, 16), np.int16), 1000, "PCM_U8"), "too large when decoded"),
    "almost all is missing": (wav(ONE)[:2000], "less than 0.1 s of it can be read"),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_used_is_refused_with_its_own_sentence_and_a_hint(case):
    data, sentence = REFUSED[case]
    started = time.perf_counter()
    with pytest.raises(ClipError, match=sentence) as caught:
        decode("rain.wav", data, TIGHT if case == "too much when decoded" else Limits())
    assert str(caught.value).startswith("rain.wav")
    assert caught.value.hint
    assert time.perf_counter() - started < 2


def test_a_file_over_the_size_limit_is_not_even_looked_at():
    with pytest.raises(ClipError, match="is 2 MB large") as caught:
        decode("big.wav", bytes(2_000_000), Limits(bytes=1_000_000))
    assert "1 MB" in caught.value.hint


def test_hours_of_silence_are_never_held_in_memory():
    data = declared_flac(np.zeros(60 * 60 * 16_000, np.int16), 0)
    tracemalloc.start()
    with pytest.raises(ClipError, match="longer than 10 minutes"):
        decode("silence.flac", data)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    # ten minutes of float32 at 16 kHz are 38 MB; an hour would be 230 MB
    assert peak < 60_000_000


@pytest.mark.parametrize("kind", ["WAV", "AIFF", "FLAC", "MP3"])
def test_a_file_that_is_cut_short_opens_with_what_is_there_and_says_what_it_promised(kind, encode):
    noise = np.random.default_rng(0).normal(0, 0.1, 48_000)
    data = encode(noise, kind=kind)
    sound = decode("cut", data[: len(data) // 2])
    assert 1.0 < sound.clip.seconds < 1.6
    assert any("promises 3.00 s" in notice for notice in sound.notices)


@pytest.mark.parametrize("subtype", ["VORBIS", "OPUS"])
def test_an_ogg_that_is_cut_short_opens_with_what_is_there(subtype, encode):
    noise = np.random.default_rng(0).normal(0, 0.1, 160_000)
    data = encode(noise, kind="OGG", subtype=subtype)
    sound = decode("cut", data[: len(data) // 2])
    assert 2 < sound.clip.seconds < 8
    assert any("cut short" in notice for notice in sound.notices)


@pytest.mark.parametrize(("outer", "inner"), [(0xFFFFFFFF, 0xFFFFFFFF), (0, 0), (8, 0), (36, 0)])
def test_a_wav_that_was_never_closed_is_read_to_its_end_and_not_called_short(outer, inner, encode, tone):
    data = bytearray(encode(tone))
    struct.pack_into("<I", data, 4, outer)
    struct.pack_into("<I", data, data.index(b"data") + 4, inner)
    sound = decode("stream", bytes(data))
    assert sound.clip.samples.size == 16_000
    assert sound.notices == ()


FUZZED = {
    "WAV": "PCM_16",
    "WAVEX": "PCM_24",
    "AIFF": "FLOAT",
    "CAF": "PCM_16",
    "FLAC": "PCM_16",
    "OGG": "VORBIS",
    "MP3": "MPEG_LAYER_III",
    "RF64": "DOUBLE",
}


def mutated(data: bytes, random: np.random.Generator) -> bytes:
    """Change bytes (mostly of the header), cut the end, or lose a piece of the middle."""
    found = bytearray(data)
    for _change in range(random.integers(1, 8)):
        reach = 100 if random.random() < 0.7 else len(found)
        found[random.integers(0, min(reach, len(found)))] = random.integers(0, 256)
    if random.random() < 0.3:
        del found[random.integers(1, len(found)) :]
    if random.random() < 0.2:
        first = random.integers(0, len(found))
        del found[first : first + random.integers(1, 200)]
    return bytes(found)


@pytest.mark.parametrize("kind", FUZZED)
def test_a_damaged_file_gives_a_sound_or_a_clip_error_and_nothing_else(kind, encode):
    random = np.random.default_rng(list(FUZZED).index(kind))
    data = encode(random.normal(0, 0.1, (8000, 2)), kind=kind, subtype=FUZZED[kind])
    started = time.perf_counter()
    refused = 0
    for _trial in range(100):
        try:
            clip = decode("damaged", mutated(data, random)).clip
            assert np.isfinite(clip.samples).all()
            assert np.abs(clip.samples).max() <= 1
            assert clip.seconds <= 600
        except ClipError:
            refused += 1
    assert refused, "the changes must reach something that matters"
    assert time.perf_counter() - started < 20


def test_random_bytes_behind_every_signature_give_a_clip_error():
    random = np.random.default_rng(0)
    signs = [
        b"RIFF\xff\xff\xff\xffWAVE",
        b"FORM\0\0\0\0AIFF",
        b"caff",
        b"fLaC",
        b"OggS",
        b"ID3\x04\0\0\x7f\x7f\x7f\x7f",
    ]
    signs += [b"\xff\xfb\x90\x64", b"RF64\xff\xff\xff\xffWAVE"]
    for sign in signs * 10:
        with pytest.raises(ClipError):
            decode("random", sign + random.bytes(500))
