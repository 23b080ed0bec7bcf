"""Read a sound file block by block, within limits, and stop as soon as one of them is passed."""

import io
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

import numpy as np
import soundfile
import soxr
from jaxtyping import Float32

from core import containers, mp3
from core.containers import Container
from core.errors import ClipError
from core.ffmpeg import as_wav
from core.text import _

HIGHEST_RATE = 48_000
RATES = (1_000, 768_000)
BLOCK_FRAMES = 4096
FULL_SCALE = 0.999

UNKNOWN_FRAMES = 2**62
"""libsndfile gives a number beyond this for a stream whose header does not tell its length."""


@dataclass(frozen=True)
class Limits:
    """What is opened at most.

    bytes     size of the file
    seconds   length of the sound
    channels  channels in the file
    values    decoded numbers, all channels together
    """

    bytes: int = 100_000_000
    seconds: float = 600.0
    channels: int = 16
    values: int = 120_000_000


@dataclass
class Decoded:
    """What has been read of a file, and what was seen on the way.

    channels, rate  of the file; rate in Hz
    promised        frames that the header promises; 0 where it does not say
    broken          a part of the file is missing
    blocks          mono, at ``kept_rate``
    frames          read, at ``rate``
    clipped         values that stay at full scale
    energy          sum of squares over all channels
    """

    channels: int
    rate: int
    promised: int
    broken: bool = False
    blocks: list[Float32[np.ndarray, " time"]] = field(default_factory=list)
    frames: int = 0
    clipped: int = 0
    energy: float = 0.0

    @property
    def seconds(self) -> float:
        """Length that was read, in seconds."""
        return self.frames / self.rate

    @property
    def kept_rate(self) -> int:
        """Rate of the blocks, in Hz."""
        return min(self.rate, HIGHEST_RATE)

    @property
    def power(self) -> float:
        """Mean square over all channels."""
        return self.energy / (self.frames * self.channels)

    @property
    def clipped_share(self) -> float:
        """Share of the values that stay at full scale, 0 to 1."""
        return self.clipped / (self.frames * self.channels)

    def samples(self) -> Float32[np.ndarray, " time"]:
        """Join the blocks and let go of each, so that a long sound is not held twice."""
        joined = np.empty(sum(block.size for block in self.blocks), np.float32)
        self.blocks.reverse()
        place = 0
        while self.blocks:
            block = self.blocks.pop()
            joined[place : place + block.size] = block
            place += block.size
        return joined


class _Stream(soundfile.SoundFile):  # type: ignore[misc]
    """A file that is only read onwards; soundfile would seek after every block, which MP3 and FLAC suffer from."""

    def seekable(self) -> bool:
        return False


class _Memory(io.BytesIO):
    """A file in memory that stays where it is when a damaged header sends its reader to a place that cannot be."""

    def seek(self, offset: int, whence: int = io.SEEK_SET, /) -> int:
        try:
            return super().seek(offset, whence)
        except (ValueError, OverflowError):
            return self.tell()


@contextmanager
def opened(name: str, data: bytes, container: Container, limits: Limits) -> Iterator[tuple[_Stream, bool]]:
    """Lend the file, ready to be read, and tell whether a part of it is known to be missing.

    Raises ClipError where its header is broken or promises too much.
    """
    if container.reader == "ffmpeg":
        # a little more than allowed, so that what is too long shows itself
        with (
            as_wav(name, data, container, limits.seconds + 1, limits.values + 2 * BLOCK_FRAMES) as (path, missed),
            path.open("rb") as converted,
            _open(name, converted, container) as file,
        ):
            _check_promises(name, file, limits)
            yield file, missed
    else:
        with _open(name, _Memory(_mended(data, container)), container) as file:
            _check_promises(name, file, limits)
            yield file, containers.ends_early(data, container)


def _mended(data: bytes, container: Container) -> bytes:
    """Give a file the length that it does not tell, so that its end is not lost in silence."""
    return mp3.with_length(data) if container is containers.MP3 else containers.closed(data, container)


def _open(name: str, stream: io.BufferedIOBase, container: Container) -> _Stream:
    try:
        return _Stream(stream)
    except soundfile.SoundFileError:
        raise ClipError(
            _("{name} is damaged, cut short, or a kind of {format} that cannot be opened.").format(
                name=name, format=container.title
            ),
            hint=_("Export it again, or save it as WAV."),
        ) from None


def _check_promises(name: str, file: _Stream, limits: Limits) -> None:
    """Refuse by the header alone what must not be decoded."""
    if not 1 <= file.channels <= limits.channels:
        raise ClipError(
            _("{name} has {channels} channels.").format(name=name, channels=file.channels),
            hint=_("Mix it down to one or two channels; at most {most} can be opened.").format(most=limits.channels),
        )
    if not RATES[0] <= file.samplerate <= RATES[1]:
        raise ClipError(
            _("{name} has {rate} samples per second.").format(name=name, rate=file.samplerate),
            hint=_("Save it with a rate from {low} to {high} Hz.").format(low=RATES[0], high=RATES[1]),
        )
    _check_length(name, _promised_frames(file), file, limits)


def _promised_frames(file: soundfile.SoundFile) -> int:
    return file.frames if file.frames < UNKNOWN_FRAMES else 0


def _check_length(name: str, frames: int, file: _Stream, limits: Limits) -> None:
    if frames > limits.seconds * file.samplerate:
        raise ClipError(
            _("{name} is longer than {minutes:.0f} minutes.").format(name=name, minutes=limits.seconds / 60),
            hint=_("Cut it into shorter pieces."),
        )
    if frames * file.channels > limits.values:
        raise ClipError(
            _("{name} would be too large when decoded.").format(name=name),
            hint=_("Cut it, or save it with fewer channels or a lower rate."),
        )


def read(name: str, file: _Stream, limits: Limits) -> Decoded:
    """Read all of it, mixed down, at 48 kHz at most; raises ClipError where it passes a limit or holds no numbers."""
    decoded = Decoded(file.channels, file.samplerate, _promised_frames(file))
    resampler = None
    if decoded.rate > HIGHEST_RATE:
        resampler = soxr.ResampleStream(decoded.rate, HIGHEST_RATE, 1, dtype="float32")
    for block in _blocks(file, decoded):
        if not np.isfinite(block).all():
            raise ClipError(
                _("{name} holds values that are not numbers.").format(name=name),
                hint=_("Export the sound again from the program that made it."),
            )
        decoded.frames += len(block)
        _check_length(name, decoded.frames, file, limits)
        decoded.clipped += _clipped(block)
        decoded.energy += float(np.square(block, dtype=np.float64).sum())
        # the mean of large numbers must not overflow
        mono = block.mean(axis=1, dtype=np.float64).astype(np.float32)
        decoded.blocks.append(resampler.resample_chunk(mono) if resampler else mono)
    if resampler:
        decoded.blocks.append(resampler.resample_chunk(np.zeros(0, np.float32), last=True))
    return decoded


def _blocks(file: _Stream, decoded: Decoded) -> Iterator[Float32[np.ndarray, "time channels"]]:
    """Read until the end, or until the decoder gives up; then ``decoded`` is marked as broken."""
    while True:
        try:
            block = file.read(BLOCK_FRAMES, dtype="float32", always_2d=True)
        except soundfile.SoundFileError:
            decoded.broken = True
            return
        if not len(block):
            decoded.broken = decoded.frames < decoded.promised
            return
        yield block


def _clipped(block: Float32[np.ndarray, "time channels"]) -> int:
    """Count values that stay at full scale for three samples or longer."""
    loud = np.abs(block) >= FULL_SCALE
    if not loud.any():
        return 0
    flat = (block[1:] == block[:-1]) & loud[1:]
    return int((flat[1:] & flat[:-1]).sum())
