"""Give an MP3 file its true length; libsndfile guesses that of a plain stream from its first frame and stops there."""

from struct import pack, unpack_from

# MPEG-1 and MPEG-2/2.5, layer III (ISO/IEC 11172-3, 13818-3), kbit/s; index 0 is "free", which nobody uses
BITRATES = (
    (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
)
RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}

TAG_HAS_FRAMES = 1
LEAST_FRAME_BYTES = 48
"""Header, side information and a tag with the number of frames."""

MOST_GAPS = 10_000
"""Places where a frame is looked for anew, in a damaged file."""


def with_length(data: bytes) -> bytes:
    """Put a Xing tag with the number of frames first, where there is none or it counts fewer frames than there are."""
    start = _after_id3(data)
    length = _frame_bytes(data, start)
    if length < LEAST_FRAME_BYTES:
        return data
    tagged = _tagged_frames(data, start)
    first = start if tagged is None else start + length
    frames = _count(data, first)
    if frames == 0 or (tagged is not None and tagged >= frames - 1):
        return data
    return _tag(data, first, frames) + data[first:]


def _after_id3(data: bytes) -> int:
    if data[:3] != b"ID3" or len(data) < 10:
        return 0
    size = sum((byte & 0x7F) << shift for byte, shift in zip(data[6:10], (21, 14, 7, 0), strict=True))
    return 10 + size


def _frame_bytes(data: bytes, place: int) -> int:
    """Length in bytes of the layer III frame at ``place``; 0 where there is none."""
    if place + 4 > len(data) or data[place] != 0xFF or data[place + 1] & 0xE6 != 0xE2:
        return 0
    version, rate, bitrate = data[place + 1] >> 3 & 3, data[place + 2] >> 2 & 3, data[place + 2] >> 4
    if version == 1 or rate == 3 or bitrate in (0, 15):
        return 0
    bits_a_second = 1000 * BITRATES[version != 3][bitrate]
    eighth = 144 if version == 3 else 72
    return eighth * bits_a_second // RATES[version][rate] + (data[place + 2] >> 1 & 1)


def _count(data: bytes, place: int) -> int:
    """Count frames, stepping over what lies between them."""
    sync, frames, gaps = data[place : place + 2], 0, 0
    while 0 <= place < len(data) and gaps < MOST_GAPS:
        length = _frame_bytes(data, place)
        if length and place + length <= len(data):
            frames += 1
            place += length
        else:
            gaps += 1
            place = data.find(sync, place + 1)
    return frames


def _tag_place(data: bytes, place: int) -> int:
    """Where the Xing tag of a frame lies: after the side information."""
    mpeg1, mono = data[place + 1] >> 3 & 3 == 3, data[place + 3] >> 6 == 3
    return place + 4 + (17 if mpeg1 == mono else 32 if mpeg1 else 9)


def _tagged_frames(data: bytes, place: int) -> int | None:
    """Frames that the first frame tells of; None where it is not such a tag."""
    tag = _tag_place(data, place)
    if data[tag : tag + 4] not in (b"Xing", b"Info") or tag + 12 > len(data):
        return None
    flags, frames = unpack_from(">II", data, tag + 4)
    return frames if flags & TAG_HAS_FRAMES else 0


def _tag(data: bytes, place: int, frames: int) -> bytes:
    """Build a frame without sound that tells the number of frames; it has no checksum."""
    header = bytes([data[place], data[place + 1] | 1, data[place + 2], data[place + 3]])
    tag = b"Xing" + pack(">II", TAG_HAS_FRAMES, frames)
    silent = header + bytes(_tag_place(header, 0) - len(header)) + tag
    return silent.ljust(_frame_bytes(header, 0), b"\0")
