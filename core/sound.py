"""Sound as it comes in: decode a file of any common kind, check it, and say what was changed."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float32

from core import containers
from core.clip import Clip
from core.containers import Container
from core.decoder import HIGHEST_RATE, Decoded, Limits, opened, read
from core.errors import ClipError
from core.text import _, n_

SHORTEST_SECONDS = 0.025
"""One frame of a speech model."""

LEAST_RESCUED_SECONDS = 0.1
"""A file that is cut short is opened from this length on."""

CLIPPED_SHARE = 1e-4
CANCELLED_SHARE = 1e-3
LONGEST_NAME = 80
LIMITS = Limits()


@dataclass(frozen=True, eq=False)
class Sound:
    """A decoded file, however long.

    clip         the whole of it, mono; core.window takes the part of a long sound that is looked at
    container    what the file is, such as "WAV"
    channels     channels in the file
    source_rate  Hz in the file
    notices      sentences on what was changed or is odd
    """

    clip: Clip
    container: str
    channels: int
    source_rate: int
    notices: tuple[str, ...] = ()


def decode(name: str, data: bytes, limits: Limits = LIMITS) -> Sound:
    """Decode WAV, FLAC, Ogg (Vorbis, Opus), MP3, AIFF, CAF and, where ffmpeg is, M4A, AAC and WebM.

    The kind is told by the content. Channels are mixed down, a rate over 48 kHz is brought to 48 kHz, a peak over full
    scale is brought to full scale; each is said in a notice. Raises ClipError for everything that cannot be used.
    """
    name = shown_name(name)
    container = _checked_container(name, data, limits)
    with opened(name, data, container, limits) as (file, missed):
        decoded = read(name, file, limits)
    share = containers.held_share(data, container)
    if share < 1:
        decoded.promised = round(decoded.frames / share)
    decoded.broken |= missed or share < 1
    samples = _checked_samples(name, decoded)
    peak = float(max(samples.max(), -samples.min()))
    notices = tuple(_notices(decoded, samples, peak))
    if peak > 1.0:
        samples = np.clip(samples / np.float32(peak), -1.0, 1.0)
    clip = Clip(name, samples, decoded.kept_rate)
    return Sound(clip, container.title, decoded.channels, decoded.rate, notices)


def shown_name(name: str) -> str:
    """Make a file name safe to show: the last part of its path, no control characters, at most 80 characters."""
    last = name.replace("\\", "/").rstrip("/").rsplit("/", 1)[-1]
    seen = "".join(" " if unicodedata.category(letter)[0] in "CZ" else letter for letter in last)
    short = " ".join(seen.split())
    if len(short) > LONGEST_NAME:
        short = short[: LONGEST_NAME - 9].rstrip() + "…" + short[-8:]
    return short or _("sound")


def readable() -> str:
    """List the kinds of file that can be opened, for a person."""
    return ", ".join(container.title for container in containers.READABLE)


def _checked_container(name: str, data: bytes, limits: Limits) -> Container:
    if not data:
        raise ClipError(_("{name} is an empty file.").format(name=name), hint=_("Choose another file."))
    if len(data) > limits.bytes:
        raise ClipError(
            _("{name} is {size:.0f} MB large.").format(name=name, size=len(data) / 1e6),
            hint=_("At most {most:.0f} MB can be opened; cut it, or save it as FLAC or MP3.").format(
                most=limits.bytes / 1e6
            ),
        )
    container = containers.sniff(data)
    kinds = _("These kinds can be opened: {kinds}.").format(kinds=readable())
    if container is None:
        raise ClipError(_("{name} is not a sound file.").format(name=name), hint=kinds)
    if not container.reader:
        raise ClipError(
            _("{name} is {format}, which cannot be opened.").format(name=name, format=_(container.title)), hint=kinds
        )
    return container


def _checked_samples(name: str, decoded: Decoded) -> Float32[np.ndarray, " time"]:
    samples = decoded.samples()
    least = LEAST_RESCUED_SECONDS if decoded.broken else SHORTEST_SECONDS
    if decoded.broken and decoded.seconds < least:
        raise ClipError(
            _("{name} is cut short: less than {least} s of it can be read.").format(name=name, least=least),
            hint=_("Download or export it again."),
        )
    if not samples.size:
        raise ClipError(_("{name} holds no sound at all.").format(name=name), hint=_("Choose another file."))
    if decoded.seconds < least:
        raise ClipError(
            _("{name} is {milliseconds:.0f} ms long.").format(name=name, milliseconds=1000 * decoded.seconds),
            hint=_("A model needs at least {least:.0f} ms.").format(least=1000 * least),
        )
    return samples


def _notices(decoded: Decoded, samples: Float32[np.ndarray, " time"], peak: float) -> Iterator[str]:
    if decoded.broken:
        yield _short_notice(decoded)
    if decoded.channels > 1:
        yield n_(
            "{count} channel was mixed down to one.", "{count} channels were mixed down to one.", decoded.channels
        ).format(count=decoded.channels)
    if decoded.rate > HIGHEST_RATE:
        yield _("Its {rate:g} kHz were brought to 48 kHz; what sounds above 24 kHz is left out.").format(
            rate=decoded.rate / 1000
        )
    if decoded.energy == 0:
        yield _("It is silent: every sample is zero.")
    elif decoded.channels > 1 and _mean_square(samples) < CANCELLED_SHARE * decoded.power:
        yield _("Its channels cancel each other out when they are mixed.")
    if decoded.clipped_share > CLIPPED_SHARE:
        yield _("{share:.2%} of its samples stay at full scale: the recording is overloaded.").format(
            share=decoded.clipped_share
        )
    if peak > 1.0:
        yield _("It was louder than full scale and was made quieter, by {decibels:.1f} dB.").format(
            decibels=20 * np.log10(peak)
        )


def _mean_square(samples: Float32[np.ndarray, " time"]) -> float:
    return float(np.vdot(samples, samples)) / samples.size


def _short_notice(decoded: Decoded) -> str:
    if decoded.promised <= decoded.frames:
        return _("The file is cut short; its first {seconds:.2f} s could be read.").format(seconds=decoded.seconds)
    return _("The file is cut short: it promises {promised:.2f} s, {seconds:.2f} s could be read.").format(
        promised=decoded.promised / decoded.rate, seconds=decoded.seconds
    )
