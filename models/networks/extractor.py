"""Log-mel of a waveform at fixed loudness: the input of the small networks, computed the same for every clip."""

from collections.abc import Sequence
from typing import Any, ClassVar

import numpy as np
from jaxtyping import Float32

from core.audio_backend import transformers
from core.mel import filters


class LogMelExtractor(transformers.SequenceFeatureExtractor):  # type: ignore[misc]
    """Turn waveforms into (batch, columns, bands) of log-mel; columns begin with the sound, none reaches beyond it.

    The power under a Hann window is gathered in triangular mel bands of equal area (librosa's default), and
    (log(power + floor) - mean) / std is what a network hears: loud and quiet clips stay loud and quiet.

    sampling_rate, hop_length, window_length, n_fft  Hz; samples from column to column, under the window, transformed
    low_hz, high_hz                                  where the lowest band begins and the highest ends
    floor, mean, std                                 constants of the formula above, fixed when a network is trained
    max_length                                       columns at most; what comes later is left out
    """

    model_input_names: ClassVar[list[str]] = ["input_features", "attention_mask"]

    def __init__(
        self,
        feature_size: int = 64,
        sampling_rate: int = 16_000,
        padding_value: float = 0.0,
        hop_length: int = 160,
        window_length: int = 400,
        n_fft: int = 512,
        low_hz: float = 50.0,
        high_hz: float = 8_000.0,
        floor: float = 1e-6,
        mean: float = -6.0,
        std: float = 4.0,
        max_length: int = 1024,
        return_attention_mask: bool = True,
        **more: Any,
    ) -> None:
        super().__init__(feature_size=feature_size, sampling_rate=sampling_rate, padding_value=padding_value, **more)
        if not hop_length <= window_length <= n_fft:
            raise ValueError(f"hop {hop_length}, window {window_length} and transform {n_fft} do not follow each other")
        if not 0 <= low_hz < high_hz <= sampling_rate / 2:
            raise ValueError(f"no bands lie between {low_hz} Hz and {high_hz} Hz")
        if not (floor > 0 and std > 0 and np.isfinite(mean)):
            raise ValueError("floor and std have to be above zero, and the mean a number")
        self.hop_length = hop_length
        self.window_length = window_length
        self.n_fft = n_fft
        self.low_hz = low_hz
        self.high_hz = high_hz
        self.floor = floor
        self.mean = mean
        self.std = std
        self.max_length = max_length
        self.return_attention_mask = return_attention_mask

    def columns(self, samples: int) -> int:
        """Count the columns of a clip of so many samples; at least one."""
        return min(1 + max(samples - self.window_length, 0) // self.hop_length, self.max_length)

    def power(self, samples: Float32[np.ndarray, " time"]) -> Float32[np.ndarray, "columns bands"]:
        """Gather the power spectrum of every column in mel bands, before the logarithm."""
        padded = np.pad(samples, (0, max(self.window_length - samples.size, 0)))
        windows = np.lib.stride_tricks.sliding_window_view(padded, self.window_length)[:: self.hop_length]
        hann = (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(self.window_length) / self.window_length)).astype(np.float32)
        spectrum = np.fft.rfft(windows[: self.max_length] * hann, self.n_fft)
        power = (spectrum.real**2 + spectrum.imag**2).astype(np.float32)
        bank = filters(self.sampling_rate, self.n_fft, self.feature_size, float(self.low_hz), float(self.high_hz))
        return power @ bank.T

    def log_mel(self, samples: Float32[np.ndarray, " time"]) -> Float32[np.ndarray, "columns bands"]:
        """Compute what a network hears of one waveform."""
        return ((np.log(self.power(samples) + self.floor) - self.mean) / self.std).astype(np.float32)

    def __call__(
        self,
        raw_speech: np.ndarray | Sequence[Any],
        sampling_rate: int | None = None,
        padding: bool | str = True,
        return_attention_mask: bool | None = None,
        return_tensors: str | None = None,
        **_more: Any,
    ) -> Any:
        """Extract one waveform or several; shorter ones are padded to the longest, and a mask tells which columns are.

        Raises ValueError where the waveform has another rate than the network was trained for.
        """
        if sampling_rate is not None and sampling_rate != self.sampling_rate:
            raise ValueError(f"this extractor hears {self.sampling_rate} Hz, not {sampling_rate} Hz")
        several = np.ndim(raw_speech[0]) > 0
        waves = [np.asarray(wave, np.float32) for wave in (raw_speech if several else [raw_speech])]
        found = transformers.BatchFeature({"input_features": [self.log_mel(wave) for wave in waves]})
        return self.pad(
            found, padding=padding, return_attention_mask=return_attention_mask, return_tensors=return_tensors
        )
