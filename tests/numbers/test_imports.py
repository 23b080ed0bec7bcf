"""What the first sight of the app must not wait for, and audio models beside a torchaudio that lacks its library."""

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HEAVY = {"torch", "torchaudio", "transformers", "librosa", "scipy", "sklearn", "matplotlib"}
WITH_STREAMLIT = {"pandas", "altair", "pyarrow"}  # whether these come is streamlit's own matter
LIGHT = (
    *("core.clip", "core.tiers", "core.samples", "core.spectrogram", "core.stored_trace", "core.trace", "core.ctc"),
    *("core.activity", "core.units", "core.directions", "core.attention", "core.segments", "core.figures.charts"),
    *("core.sound", "core.window", "core.sources", "core.catalogue", "core.cost", "core.lens", "core.loading"),
)
BROKEN = """
import sys
from importlib.abc import MetaPathFinder

class Broken(MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name == "torchaudio._extension":
            raise OSError("libtorchaudio.so: cannot open shared object file")

sys.meta_path.insert(0, Broken())
import core.audio_backend
import numpy, torch, torchaudio
assert not torchaudio._extension._IS_TORCHAUDIO_EXT_AVAILABLE
torch.set_num_threads(1)
"""
TONE = """
def tone(hertz):
    return torch.sin(2 * torch.pi * hertz * torch.arange(16_000) / 16_000)

def hertz(mel):
    return 700 * (10 ** (mel / 2595) - 1)

def mel(hertz):
    return 2595 * numpy.log10(1 + hertz / 700)
"""
MEL = """
# band m of 64 is a triangle around the (m + 1)th of 65 equal steps from 0 to 8 kHz in mel
step = mel(8000) / 65
for band in (10, 23, 47):
    heard = torchaudio.transforms.MelSpectrogram(16_000, n_fft=1024, n_mels=64)(tone(hertz((band + 1) * step)))
    assert heard.mean(1).argmax() == band, (band, heard.mean(1).argmax())
"""
KALDI = """
step = (mel(8000) - mel(20)) / 129
for band in (30, 64, 110):
    sound = tone(hertz(mel(20) + (band + 1) * step))[None]
    heard = torchaudio.compliance.kaldi.fbank(sound, sample_frequency=16_000, num_mel_bins=128)
    assert heard.shape == (98, 128)
    assert abs(int(heard.mean(0).argmax()) - band) <= 1, (band, heard.mean(0).argmax())
"""
RESAMPLE = """
half = torchaudio.functional.resample(tone(440), 16_000, 8_000)
spectrum = torch.fft.rfft(half).abs()
assert len(half) == 8_000 and spectrum.argmax() == 440
"""
MODEL = """
from core.audio_backend import transformers
extractor = transformers.ASTFeatureExtractor(num_mel_bins=64, max_length=100)
config = transformers.ASTConfig(hidden_size=8, num_hidden_layers=1, num_attention_heads=2, intermediate_size=8,
                                num_mel_bins=64, max_length=100)
inputs = extractor(tone(440).numpy(), sampling_rate=16_000, return_tensors="pt")
assert transformers.ASTModel(config)(**inputs).last_hidden_state.shape == (1, 2 + 5 * 9, 8)
"""


def loaded_by(*modules: str) -> set[str]:
    """Import modules in a process of their own; return the top-level packages that came with them."""
    script = "import sys\n" + "".join(f"import {name}\n" for name in modules)
    return set(_run(script + "print(*{name.partition('.')[0] for name in sys.modules})").split())


def _run(script: str) -> str:
    done = subprocess.run([sys.executable, "-W", "ignore", "-c", script], cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-1500:]
    return done.stdout


def test_what_a_clip_and_its_stored_layers_need_imports_nothing_heavy() -> None:
    assert not loaded_by(*LIGHT) & (HEAVY | WITH_STREAMLIT | {"streamlit"})


def test_the_frame_of_every_page_imports_nothing_heavy_beside_streamlit() -> None:
    alone, ours = loaded_by("streamlit"), loaded_by("streamlit", *LIGHT, "pages._kit.frame")
    assert not ours & HEAVY
    assert (ours - alone).isdisjoint(WITH_STREAMLIT)


def test_the_families_are_known_without_their_libraries() -> None:
    assert not loaded_by("models", "core.family") & HEAVY


@pytest.mark.skipif(find_spec("torchaudio") is None, reason="torchaudio is not installed")
@pytest.mark.parametrize("used", [MEL + KALDI + RESAMPLE, MODEL], ids=["sound", "model"])
def test_without_its_native_library_torchaudio_still_computes(used: str) -> None:
    _run(BROKEN + TONE + used)


@pytest.mark.skipif(find_spec("torchaudio") is None, reason="torchaudio is not installed")
def test_what_needs_the_native_library_says_so() -> None:
    said = _run(
        BROKEN + "try:\n    torchaudio.functional.forced_align(torch.zeros(1, 2, 2), torch.ones(1, 1).int())\n"
        "except RuntimeError as cause:\n    print(cause)\n"
    )
    assert "needs the native library of torchaudio, which is not loaded" in said
