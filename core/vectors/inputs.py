"""What plain inputs say of stretches of a corpus: the lines that a layer has to pass.

Log-mel is the mean over each 20 ms of columns 25 ms wide every 10 ms (Pasad et al. 2021 average it to a layer's frames
too); with context, four frames to either side are laid beside it. MFCC (Davis & Mermelstein 1980) are the first 13 with
their first and second differences, as librosa computes them.
"""

from typing import TYPE_CHECKING, Literal

import numpy as np
from jaxtyping import Float32

from core.clip import Clip
from core.mel import filters
from core.progress import Report, Step, silent
from core.resample import resampled
from core.spectrogram import LEAST_POWER, SILENCE_DB
from core.text import _
from core.timeline import TimeAxis
from core.vectors.stretches import Stretches, pooled

if TYPE_CHECKING:
    from core.corpus.corpus import Corpus

Kind = Literal["log-mel", "log-mel in context", "MFCC"]
KINDS: tuple[Kind, ...] = ("log-mel", "log-mel in context", "MFCC")

RATE = 16_000  # Hz
WINDOW, HOP, N_FFT = 400, 160, 512  # samples: 25 ms every 10 ms
COLUMNS = 2  # to a frame
BANDS = 80
CONTEXT = 4  # frames to either side
CEPSTRA = 13
DELTA_WIDTH = 9  # columns, as librosa's default
TOLD_EVERY = 32  # utterances

Plain = tuple[Float32[np.ndarray, "_frames _width"], TimeAxis]


def collect_inputs(
    corpus: "Corpus", stretches: Stretches, kind: Kind, report: Report = silent
) -> Float32[np.ndarray, "n width"]:
    """Say what a plain input says of stretches of a corpus, pooled as the layers are: (n, width).

    Width is 80 for log-mel, 720 in context, 39 for MFCC. Raises ClipError where a sound cannot be read.
    """
    found: Float32[np.ndarray, "n width"] = np.empty((len(stretches), width(kind)), np.float32)
    rows = list(stretches.by_utterance())
    for done, (index, places) in enumerate(rows):
        if done % TOLD_EVERY == 0:
            report(Step(done, len(rows), _("What plain inputs say of the corpus")))
        frames, time = plain(corpus.clip(index), kind)
        found[places] = pooled(frames, time, stretches.start[places], stretches.end[places])
    return found


def width(kind: Kind) -> int:
    """Count the numbers per frame."""
    return {"log-mel": BANDS, "log-mel in context": (2 * CONTEXT + 1) * BANDS, "MFCC": 3 * CEPSTRA}[kind]


def plain(clip: Clip, kind: Kind) -> Plain:
    """Take a plain input of a clip, (frames, width), and where its frames lie: 20 ms apart, as those of most models."""
    return _of_columns(log_mel(resampled(clip, RATE)), kind)


def log_mel(samples: Float32[np.ndarray, " time"]) -> Float32[np.ndarray, "columns bands"]:
    """Take 80 mel bands in dB of sound at 16 kHz, at least one column; column i sees samples [160 i, 160 i + 400)."""
    padded = np.pad(samples, (0, max(0, WINDOW + (COLUMNS - 1) * HOP - samples.size)))
    framed = np.lib.stride_tricks.sliding_window_view(padded, WINDOW)[::HOP]
    hann = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(WINDOW) / WINDOW)).astype(np.float32)
    spectrum = np.fft.rfft(framed * hann, N_FFT)
    power = (spectrum.real**2 + spectrum.imag**2) @ filters(RATE, N_FFT, BANDS, 0.0, RATE / 2).T
    return np.maximum(10 * np.log10(np.maximum(power, LEAST_POWER)), SILENCE_DB).astype(np.float32)


def mfcc(columns: Float32[np.ndarray, "columns bands"]) -> Float32[np.ndarray, "columns width"]:
    """Take 13 cepstra of log-mel in dB, then their first and second differences over 9 columns: (columns, 39)."""
    from scipy.fft import dct

    cepstra = dct(columns, type=2, norm="ortho", axis=1)[:, :CEPSTRA]
    return np.concatenate([cepstra, _differences(cepstra, 1), _differences(cepstra, 2)], 1).astype(np.float32)


def _differences(values: Float32[np.ndarray, "columns width"], order: int) -> Float32[np.ndarray, "columns width"]:
    """Fit a polynomial of ``order`` to each column and its neighbours and take its derivative (Savitzky & Golay)."""
    from scipy.signal import savgol_filter

    half = DELTA_WIDTH // 2
    # a clip shorter than the fit is continued by its last column
    laid = np.pad(values, ((0, max(0, DELTA_WIDTH - len(values))), (0, 0)), "edge")
    found = savgol_filter(laid, 2 * half + 1, polyorder=order, deriv=order, axis=0, mode="interp")
    return found[: len(values)].astype(np.float32)


def _of_columns(columns: Float32[np.ndarray, "columns bands"], kind: Kind) -> Plain:
    """Bring columns of 10 ms to frames of 20 ms."""
    values = mfcc(columns) if kind == "MFCC" else columns
    count = len(values) // COLUMNS
    frames = values[: count * COLUMNS].reshape(count, COLUMNS, -1).mean(1)
    start = (WINDOW + (COLUMNS - 1) * HOP) / 2 / RATE
    reach = WINDOW + (COLUMNS - 1) * HOP
    if kind == "log-mel in context":
        frames, reach = _in_context(frames), reach + 2 * CONTEXT * COLUMNS * HOP
    return frames, TimeAxis(start, COLUMNS * HOP / RATE, reach / RATE, count)


def _in_context(frames: Float32[np.ndarray, "frames bands"]) -> Float32[np.ndarray, "frames width"]:
    """Lay the neighbours of every frame beside it, earliest first; at the ends the last one stands in."""
    padded = np.pad(frames, ((CONTEXT, CONTEXT), (0, 0)), "edge")
    return np.concatenate([padded[at : at + len(frames)] for at in range(2 * CONTEXT + 1)], 1)
