"""Turn the kinds of sound that libsndfile cannot read (M4A, AAC, WebM) into a WAV file, by the program ffmpeg."""

import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from core.containers import Container
from core.errors import ClipError
from core.text import _

PATIENCE_SECONDS = 60.0
BYTES_A_VALUE = 4


@contextmanager
def as_wav(name: str, data: bytes, container: Container, seconds: float, values: int) -> Iterator[tuple[Path, bool]]:
    """Lend a float WAV file with the first sound track of ``data``, ``seconds`` or ``values`` long at most.

    The second value tells whether ffmpeg missed a part of the file.
    Raises ClipError where ffmpeg is not installed, finds no sound, or needs too long.
    """
    program = shutil.which("ffmpeg")
    if program is None:
        raise ClipError(
            _("{name} is {format}, which needs the program ffmpeg; it is not installed here.").format(
                name=name, format=container.title
            ),
            hint=_("Save it as WAV, FLAC, Ogg or MP3, or install ffmpeg."),
        )
    with TemporaryDirectory(prefix="strata-") as folder:
        source, target = Path(folder, "source"), Path(folder, "sound.wav")
        source.write_bytes(data)
        complained = _convert([program, *_arguments(source, target, container, seconds, values)], name)
        if not target.exists() or target.stat().st_size == 0:
            raise ClipError(
                _("{name} holds no sound that can be read; it may be cut short.").format(name=name),
                hint=_("Export it again, or save it as WAV."),
            )
        yield target, complained


def _arguments(source: Path, target: Path, container: Container, seconds: float, values: int) -> list[str]:
    # the demuxer is named and only this file may be opened, so that a playlist in disguise reaches nothing else
    reading = ["-nostdin", "-v", "error", "-protocol_whitelist", "file", "-f", container.demuxer, "-i", str(source)]
    limits = ["-t", str(seconds), "-fs", str(values * BYTES_A_VALUE)]
    sound = ["-map", "0:a:0", "-map_metadata", "-1", "-threads", "1", "-c:a", "pcm_f32le", "-f", "wav"]
    return [*reading, *limits, *sound, str(target)]


def _convert(command: list[str], name: str) -> bool:
    """Run ffmpeg and tell whether it complained; what it could read of a damaged file is kept."""
    try:
        done = subprocess.run(command, capture_output=True, timeout=PATIENCE_SECONDS, check=False)
        return bool(done.stderr.strip())
    except subprocess.TimeoutExpired:
        raise ClipError(
            _("{name} took too long to decode.").format(name=name), hint=_("Save it as WAV, or cut it shorter.")
        ) from None
