"""What a sound file is by its first bytes, never by its name, and whether its end is missing."""

from dataclasses import dataclass
from struct import pack, unpack_from

from core.text import N_

READERS = ("libsndfile", "ffmpeg")

ENDLESS_BYTES = 0x7FFFFF00

MOST_CHUNKS = 1000
"""Chunks of a RIFF file that are looked at before its sound must have come."""


@dataclass(frozen=True)
class Container:
    """A kind of file: its title, who reads it ("" for nobody here), and what ffmpeg calls it."""

    title: str
    reader: str = ""
    demuxer: str = ""


WAV = Container("WAV", "libsndfile")
AIFF = Container("AIFF", "libsndfile")
CAF = Container("CAF", "libsndfile")
FLAC = Container("FLAC", "libsndfile")
OGG = Container("Ogg", "libsndfile")
MP3 = Container("MP3", "libsndfile")
MP4 = Container("M4A", "ffmpeg", "mov")
AAC = Container("AAC", "ffmpeg", "aac")
MATROSKA = Container("WebM", "ffmpeg", "matroska")

READABLE = (WAV, FLAC, OGG, MP3, AIFF, CAF, MP4, AAC, MATROSKA)

# offset and bytes
SIGNS: tuple[tuple[int, bytes, Container], ...] = (
    (8, b"WAVE", WAV),
    (8, b"AIFF", AIFF),
    (8, b"AIFC", AIFF),
    (0, b"caff", CAF),
    (0, b"fLaC", FLAC),
    (0, b"OggS", OGG),
    (0, b"ID3", MP3),
    (4, b"ftyp", MP4),
    (0, b"\x1a\x45\xdf\xa3", MATROSKA),
    (0, b"\x30\x26\xb2\x75\x8e\x66\xcf\x11", Container("WMA")),
    (0, b"MThd", Container("MIDI")),
    (0, b"#!AMR", Container("AMR")),
    (0, b".snd", Container("AU")),
    (0, b"riff\x2e\x91\xcf\x11", Container("Wave64")),
    (0, b"wvpk", Container("WavPack")),
    (0, b"MAC ", Container("Monkey's Audio")),
    (0, b"DSD ", Container("DSD")),
    (0, b"Creative Voice File", Container("VOC")),
    (8, b"AVI ", Container(N_("a video (AVI)"))),
)


def sniff(data: bytes) -> Container | None:
    """Tell what a file is; None where it is not sound of any kind known here."""
    for offset, sign, container in SIGNS:
        if data[offset : offset + len(sign)] == sign:
            return container
    return _bare_stream(data)


def held_share(data: bytes, container: Container) -> float:
    """Share of its sound that a WAV or AIFF file really holds, by the length that it promises; 1 where all is there."""
    place, size = _sound_chunk(data, container)
    held = len(data) - place
    # programs that write a stream do not know the length: they promise none, or the largest number
    return held / size if held < size < ENDLESS_BYTES else 1.0


def closed(data: bytes, container: Container) -> bytes:
    """Mend a WAV file whose writer was stopped before it wrote the length into the header."""
    place, size = _sound_chunk(data, container)
    unclosed = container is WAV and size == 0 and place < len(data) and unpack_from("<I", data, 4)[0] <= place
    # libsndfile finds the length itself where the header gives that of an empty file
    return data[:4] + pack("<I", 8) + data[8:] if unclosed else data


def ends_early(data: bytes, container: Container) -> bool:
    """Tell whether the last page of an Ogg file is missing."""
    return container is OGG and not _last_page(data)


def _sound_chunk(data: bytes, container: Container) -> tuple[int, int]:
    """Where the sound of a WAV or AIFF file begins, and how many bytes of it are promised; 0 where it is not found."""
    order, sought = (">", b"SSND") if container is AIFF else ("<", b"data")
    if data[:4] not in (b"RIFF", b"FORM"):
        return len(data), 0
    place = 12
    for _chunk in range(MOST_CHUNKS):
        if place + 8 > len(data):
            break
        name, size = unpack_from(f"{order}4sI", data, place)
        if name == sought:
            return place + 8, size
        place += 8 + size + size % 2
    return len(data), 0


def _bare_stream(data: bytes) -> Container | None:
    """MP3 and AAC have no signature: 11 set bits, then fields that must make sense."""
    if len(data) < 4 or data[0] != 0xFF:
        return None
    version, layer = data[1] >> 3 & 3, data[1] >> 1 & 3
    if data[1] >> 4 == 0xF and layer == 0:
        return AAC
    sensible = version != 1 and layer in (1, 2) and data[2] >> 4 != 0xF and data[2] >> 2 & 3 != 3
    return MP3 if data[1] >> 5 == 0b111 and sensible else None


def _last_page(data: bytes) -> bool:
    """Tell whether the last Ogg page is marked as the last one and is whole (RFC 3533)."""
    place = data.rfind(b"OggS")
    if place + 27 > len(data) or place + 27 + data[place + 26] > len(data):
        return False
    segments = data[place + 27 : place + 27 + data[place + 26]]
    return bool(data[place + 5] & 4) and place + 27 + len(segments) + sum(segments) <= len(data)
