"""What decode() promises of files that are as they should be."""

import shutil
import subprocess

import numpy as np
import pytest

from core import ffmpeg, mp3
from core.errors import ClipError
from core.sound import decode, readable, shown_name

# largest difference that the kind of file may make to a tone; lossy kinds are only compared in level
KINDS = {
    "wav 8 bit": ("WAV", "PCM_U8", 2**-7),
    "wav 16 bit": ("WAV", "PCM_16", 2**-15),
    "wav 24 bit": ("WAV", "PCM_24", 2**-23),
    "wav 32 bit": ("WAV", "PCM_32", 2**-23),
    "wav float": ("WAV", "FLOAT", 0),
    "wav double": ("WAV", "DOUBLE", 0),
    "wav extensible": ("WAVEX", "PCM_24", 2**-23),
    "wav of 64 bits": ("RF64", "PCM_16", 2**-15),
    "flac 16 bit": ("FLAC", "PCM_16", 2**-15),
    "flac 24 bit": ("FLAC", "PCM_24", 2**-23),
    "aiff": ("AIFF", "PCM_16", 2**-15),
    "caf": ("CAF", "PCM_16", 2**-15),
    "ogg vorbis": ("OGG", "VORBIS", None),
    "ogg opus": ("OGG", "OPUS", None),
    "mp3": ("MP3", "MPEG_LAYER_III", None),
}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("channels", [1, 2])
def test_every_kind_of_file_keeps_length_rate_and_values(kind, channels, encode, tone):
    form, subtype, tolerance = KINDS[kind]
    sound = decode("tone", encode(np.repeat(tone[:, None], channels, axis=1), 16_000, form, subtype))
    assert (sound.clip.sample_rate, sound.clip.samples.size, sound.channels) == (16_000, 16_000, channels)
    if tolerance is None:
        middle = sound.clip.samples[4000:12000]
        # root of the mean square of a sine of amplitude 0.5; Opus takes 1 dB of a pure tone
        assert np.sqrt((middle**2).mean()) == pytest.approx(0.5 / np.sqrt(2), rel=0.15)
    else:
        assert np.abs(sound.clip.samples - tone).max() <= tolerance
    assert bool(sound.notices) == (channels > 1)


@pytest.mark.parametrize("rate", [1000, 8000, 11_025, 22_050, 44_100, 48_000])
def test_a_rate_up_to_48_khz_is_kept(rate, encode):
    samples = np.linspace(-0.5, 0.5, rate, dtype=np.float32)
    clip = decode("ramp", encode(samples, rate, "WAV", "FLOAT")).clip
    assert clip.sample_rate == rate
    np.testing.assert_array_equal(clip.samples, samples)


@pytest.mark.parametrize("rate", [88_200, 96_000, 192_000, 384_000])
def test_a_higher_rate_is_brought_to_48_khz_and_said(rate, encode):
    second = np.arange(rate) / rate
    sound = decode("tone", encode((0.5 * np.sin(2 * np.pi * 1000 * second)).astype(np.float32), rate, "WAV", "FLOAT"))
    assert sound.clip.sample_rate == 48_000
    assert sound.source_rate == rate
    assert abs(sound.clip.samples.size - 48_000) <= 1
    expected = 0.5 * np.sin(2 * np.pi * 1000 * np.arange(48_000) / 48_000)
    inner = slice(2000, 46_000)
    assert np.abs(sound.clip.samples[inner] - expected[inner]).max() < 1e-3
    assert any("48 kHz" in notice for notice in sound.notices)


def test_channels_are_averaged(encode):
    left, right = np.full(1600, 0.5), np.full(1600, -0.25)
    sound = decode("two", encode(np.stack([left, right], axis=1), kind="WAV", subtype="FLOAT"))
    np.testing.assert_array_equal(sound.clip.samples, np.full(1600, 0.125, np.float32))
    assert sound.notices == ("2 channels were mixed down to one.",)


def test_channels_that_cancel_each_other_are_said(encode, tone):
    sound = decode("phase", encode(np.stack([tone, -tone], axis=1), kind="WAV", subtype="FLOAT"))
    assert not sound.clip.samples.any()
    assert any("cancel" in notice for notice in sound.notices)


def test_silence_opens_with_a_notice(encode):
    sound = decode("silence", encode(np.zeros(1600)))
    assert sound.notices == ("It is silent: every sample is zero.",)


def test_float_samples_over_full_scale_are_made_quieter_as_a_whole(encode, tone):
    sound = decode("loud", encode(4 * tone, kind="WAV", subtype="FLOAT"))
    np.testing.assert_allclose(sound.clip.samples, tone * 2, atol=2e-3)
    assert np.abs(sound.clip.samples).max() <= 1
    # 20 log10 of 2
    assert any("6.0 dB" in notice for notice in sound.notices)


def test_the_peak_of_a_sound_within_full_scale_is_never_changed(encode, tone):
    assert decode("soft", encode(tone / 100, kind="WAV", subtype="FLOAT")).clip.samples.max() == (tone / 100).max()


def test_an_overloaded_recording_is_said_with_its_share(encode):
    samples = np.full(1000, 0.25)
    samples[100:202] = 1.0
    sound = decode("clipped", encode(samples, 16_000, "WAV", "PCM_16"))
    # a run of 102 has 100 samples whose two predecessors have the same value
    assert any("10.00%" in notice for notice in sound.notices)


def test_the_extension_does_not_matter(encode, tone):
    assert decode("tone.mp3", encode(tone, kind="FLAC")).container == "FLAC"


def test_a_stream_of_flac_without_a_length_is_read_to_its_end(encode, tone):
    data = bytearray(encode(tone, kind="FLAC"))
    # total samples: the low 4 bits of byte 21 and four more bytes (RFC 9639, section 8.2); zero means unknown
    data[21] &= 0xF0
    data[22:26] = bytes(4)
    sound = decode("stream", bytes(data))
    assert sound.clip.samples.size == 16_000
    assert sound.notices == ()


@pytest.mark.parametrize("rate", [8000, 16_000, 22_050, 44_100, 48_000])
@pytest.mark.parametrize("channels", [1, 2])
def test_an_mp3_of_changing_bit_rate_is_read_to_its_end(rate, channels, encode):
    """A quiet beginning makes libsndfile guess too few frames where no tag tells their number."""
    noise = np.random.default_rng(0).normal(0, 0.2, (5 * rate, channels))
    noise[:rate] *= 1e-3
    tagged = encode(noise, rate, "MP3", "MPEG_LAYER_III", bitrate_mode="VARIABLE", compression_level=0.3)
    frame = mp3._frame_bytes(tagged, 0)
    assert mp3._tagged_frames(tagged, 0), "this encoder writes a tag; without it the length must be found"
    clip = decode("plain.mp3", tagged[frame:]).clip
    # an encoder adds its delay and fills the last frame: up to three frames of 1152 samples
    assert 5 <= clip.seconds <= 5 + 3 * 1152 / rate
    assert decode("tagged.mp3", tagged).clip.samples.size == 5 * rate


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ("C:\\sounds\\rain.wav", "rain.wav"),
        ("../../etc/rain.wav", "rain.wav"),
        ("ra\x00in\n\x1b[31m.wav", "ra in [31m.wav"),
        ("rain\u202evaw.exe", "rain vaw.exe"),
        ("", "sound"),
        ("\x00/", "sound"),
    ],
)
def test_a_name_is_safe_to_show(given, shown):
    assert shown_name(given) == shown


def test_a_long_name_keeps_its_beginning_and_its_end():
    name = shown_name("a" * 500 + ".flac")
    assert len(name) == 80
    assert name.endswith("…aaa.flac")


def test_the_kinds_that_can_be_opened_are_listed():
    assert readable() == "WAV, FLAC, Ogg, MP3, AIFF, CAF, M4A, AAC, WebM"


M4A_HEADER = b"\0\0\0\x20ftypM4A \0\0\0\0M4A mp42isom\0\0\0\0"


def test_m4a_without_ffmpeg_says_what_is_missing(monkeypatch):
    monkeypatch.setattr(ffmpeg.shutil, "which", lambda program: None)
    with pytest.raises(ClipError, match=r"voice\.m4a is M4A, which needs the program ffmpeg") as caught:
        decode("voice.m4a", M4A_HEADER + bytes(1000))
    assert "WAV" in caught.value.hint


def test_a_decoder_that_hangs_is_stopped_and_said(monkeypatch):
    def hang(command: list[str], **more: object) -> None:
        raise subprocess.TimeoutExpired(command, 60)

    monkeypatch.setattr(ffmpeg.shutil, "which", lambda program: "ffmpeg")
    monkeypatch.setattr(ffmpeg.subprocess, "run", hang)
    with pytest.raises(ClipError, match="took too long"):
        decode("voice.m4a", M4A_HEADER + bytes(1000))


@pytest.fixture(scope="session")
def converted(tmp_path_factory, encode):
    """Make two seconds of a tone in a kind that only ffmpeg writes."""
    if shutil.which("ffmpeg") is None:
        pytest.skip("no ffmpeg: install it to test M4A, AAC and WebM")
    folder = tmp_path_factory.mktemp("converted")
    source = folder / "tone.wav"
    source.write_bytes(encode(0.5 * np.sin(2 * np.pi * 440 * np.arange(32_000) / 16_000)))

    def made(*arguments: str, name: str) -> bytes:
        target = folder / name
        subprocess.run(["ffmpeg", "-nostdin", "-v", "error", "-y", "-i", source, *arguments, target], check=True)
        return target.read_bytes()

    return made


@pytest.mark.parametrize(
    ("arguments", "name", "kind"),
    [
        (("-c:a", "aac"), "tone.m4a", "M4A"),
        (("-c:a", "alac"), "tone.m4a", "M4A"),
        (("-c:a", "aac", "-f", "adts"), "tone.aac", "AAC"),
        (("-c:a", "libopus"), "tone.webm", "WebM"),
    ],
)
def test_what_ffmpeg_reads_keeps_length_and_level(arguments, name, kind, converted):
    sound = decode(name, converted(*arguments, name=name))
    assert sound.container == kind
    # AAC adds its delay and fills its last frame of 1024 samples
    assert 2 <= sound.clip.seconds <= 2.2
    middle = sound.clip.samples[sound.clip.span(0.5, 1.5)]
    assert np.sqrt((middle**2).mean()) == pytest.approx(0.5 / np.sqrt(2), rel=0.03)
    assert sound.notices == ()


def test_an_m4a_that_is_cut_short_says_so(converted):
    data = converted("-c:a", "aac", "-movflags", "+faststart", name="fast.m4a")
    sound = decode("fast.m4a", data[: len(data) * 6 // 10])
    assert 0.5 < sound.clip.seconds < 1.5
    assert any("cut short" in notice for notice in sound.notices)


def test_a_playlist_in_disguise_reaches_no_other_file(tmp_path, encode, tone):
    if shutil.which("ffmpeg") is None:
        pytest.skip("no ffmpeg: install it to test M4A, AAC and WebM")
    secret = tmp_path / "secret.wav"
    secret.write_bytes(encode(tone))
    playlist = f"#EXTM3U\n#EXTINF:1,\nfile://{secret}\n".encode()
    with pytest.raises(ClipError):
        decode("list.m4a", M4A_HEADER + playlist)
