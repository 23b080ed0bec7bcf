"""Clips in which the reason is known: a target tone that moves, and a louder one that stays and means nothing."""

import hashlib
import inspect
import shutil
import tempfile
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from jaxtyping import Bool
from torch import Tensor

from core.clip import Clip
from core.family import transformers_class
from core.input_plane import InputPlane
from core.loading import LoadedModel, load_folder
from core.mel import hertz, mel
from core.model_spec import ModelSpec
from core.samples import Fact
from models import FAMILIES, networks

RATE = 16_000  # Hz
SECONDS, TONE, MARGIN = 1.0, 0.2, 0.01  # of a clip, of a box, of the silence at both ends of a target in its box
WIDE = 0.24  # relative width of a target in Hz: five of 64 mel bands
LOUDER = 8.0  # dB by which the distractor stands out
LEVEL, NOISE = 0.05, 0.001  # amplitude of a target, standard deviation of the noise
SHAPES = ("rising", "falling", "wavering")
BANDS, TAUGHT, BATCH = 64, 900, 32
SILENT = 30  # times that silence is among what is taught
LOWEST_HZ, HIGHEST_HZ = 2_000.0, 5_000.0  # so near that no pre-emphasis makes up for the distractor


@dataclass(frozen=True, eq=False)
class Planted:
    """A clip, what the target does in it (index into SHAPES), and where it lies; None where there is no target."""

    clip: Clip
    shape: int | None
    fact: Fact | None

    def box(self, plane: InputPlane, wider: int = 0) -> Bool[np.ndarray, "bands columns"]:
        """Mark the cells of a plane that hold the target, and ``wider`` cells around them."""
        found = np.zeros((plane.bands, plane.time.count), bool)
        if self.fact is None:
            return found
        edges, columns = np.array(plane.edges), plane.time.within(self.fact.start, self.fact.end)
        middles = (edges[:-1] + edges[1:]) / 2
        bands = np.flatnonzero((middles >= self.fact.low_hz) & (middles < self.fact.high_hz))
        first, left = max(bands[0] - wider, 0), max(columns.start - wider, 0)
        found[first : bands[-1] + 1 + wider, left : columns.stop + wider] = True
        return found


def planted(count: int, seed: int, empty: float = 0.0) -> tuple[Planted, ...]:
    """Make clips of which the share ``empty`` has no target; every clip has a distractor."""
    draw = np.random.default_rng(seed)
    return tuple(_clip(draw, None if draw.random() < empty else at % len(SHAPES), at) for at in range(count))


def _clip(draw: np.random.Generator, shape: int | None, at: int) -> Planted:
    samples = draw.normal(0, NOISE, round(SECONDS * RATE))
    start, middle = _place(draw)
    other, beside = _place(draw)
    while abs(other - start) < TONE + 0.05 and abs(np.log(beside / middle)) < 2 * WIDE:
        other, beside = _place(draw)
    _add(samples, other, np.full(round(TONE * RATE), beside), LEVEL * 10 ** (LOUDER / 20), draw)
    if shape is None:
        return Planted(Clip.of(f"nothing {at}", samples, RATE), None, None)
    _add(samples, start + MARGIN, _course(shape, middle, draw), LEVEL, draw)
    low, high = (float(middle * np.exp(side * WIDE / 2)) for side in (-1, 1))
    fact = Fact(start, start + TONE, low, high, SHAPES[shape])
    return Planted(Clip.of(f"{SHAPES[shape]} {at}", samples, RATE), shape, fact)


def _place(draw: np.random.Generator) -> tuple[float, float]:
    """Draw when a tone begins, in seconds, and around which frequency it lies, in Hz."""
    low, high = mel(np.array([LOWEST_HZ, HIGHEST_HZ]))
    return draw.uniform(0.02, SECONDS - TONE - 0.04), float(hertz(np.array([draw.uniform(low, high)]))[0])


def _course(shape: int, middle: float, draw: np.random.Generator) -> np.ndarray:
    """Frequency in Hz over the time of a target; it stays so far within its box that it does not leak out of it."""
    place = np.linspace(-1, 1, round((TONE - 2 * MARGIN) * RATE))
    course = (place, -place, np.sin(2 * np.pi * (place + draw.random())))[shape]
    return middle * np.exp(0.24 * WIDE * course)


def _add(samples: np.ndarray, start: float, course: np.ndarray, level: float, draw: np.random.Generator) -> None:
    ramp = np.minimum(np.minimum(np.arange(course.size), np.arange(course.size)[::-1]) / (0.01 * RATE), 1)
    first = round(start * RATE)
    phase = 2 * np.pi * (np.cumsum(course) / RATE + draw.random())
    samples[first : first + course.size] += level * ramp * np.sin(phase)


@dataclass(frozen=True)
class Recipe:
    """A network small enough to be taught in seconds.

    scale   by how many of its ``std`` the extractor divides
    rate    at which it learns; epochs, how often it meets every clip
    blur    standard deviation of the noise under which it learns, so that faint cells do not count
    floor   of the extractor, where it has one: as strong as the noise of the clips, which then hardly differs from
            silence
    """

    settings: dict[str, Any]
    scale: float
    rate: float
    epochs: int
    blur: float = 0.3
    floor: float = 1e-5


# a maximum hands all that comes back to one cell of four, and leaves the other cells of the target unmarked
CONVOLUTIONS = {"num_mel_bins": BANDS, "dropout": 0.0, "pooling": "average"}
RECURRENT = {"recurrent_layers": 1, "recurrent_width": 24}
PATCHES = {"patch_size": 8, "frequency_stride": 8, "time_stride": 8, "num_mel_bins": BANDS, "max_length": 100}
BLOCKS = {
    "hidden_size": 64,
    "num_hidden_layers": 4,
    "num_attention_heads": 4,
    "intermediate_size": 128,
    "initializer_range": 0.1,
}
POOLS = {"widths": [12, 24, 32, 32], "pools": [[1, 2], [2, 2], [2, 2], [1, 1]]}
FEWER = {"widths": [12, 24, 32], "pools": [[2, 1], [2, 2], [4, 2]]}
RECIPES = {
    "log-mel-cnn": Recipe({**CONVOLUTIONS, **POOLS}, 1, 1e-2, 24, blur=0.2),
    "log-mel-crnn": Recipe({**CONVOLUTIONS, **FEWER, **RECURRENT}, 1, 3e-3, 20, blur=0.0),
    "audio-spectrogram-transformer": Recipe({**PATCHES, **BLOCKS}, 2, 1e-3, 24, blur=0.0),
}


def lent(name: str, seed: int = 0) -> LoadedModel:
    """Load a network that was taught before by the same lines of code, else teach it now and keep it for next time."""
    sources = [Path(__file__), *sorted(Path(inspect.getfile(networks)).parent.glob("*.py"))]
    lines = b"".join(source.read_bytes() for source in sources) + torch.__version__.encode()
    home = Path(tempfile.gettempdir()) / f"strata-planted-{hashlib.blake2b(lines, digest_size=6).hexdigest()}"
    folder = home / f"{name}-{seed}"
    if not folder.is_dir():
        home.mkdir(exist_ok=True)
        fresh = Path(tempfile.mkdtemp(dir=home))
        try:
            taught(name, fresh, seed)
            with suppress(OSError):  # somebody else was quicker
                fresh.rename(folder)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    return load_folder(folder, ModelSpec("folder", str(folder)))


def taught(name: str, folder: Path, seed: int = 0) -> LoadedModel:
    """Teach a small network of a family to name what the target does, and load it from ``folder``; same seed, same.

    One yes or no for each shape, so that no shape is told by the absence of the others.
    """
    family, recipe = FAMILIES[name], RECIPES[name]
    labels = dict(enumerate(SHAPES))
    config = transformers_class(family.config)(
        **recipe.settings, id2label=labels, label2id={label: at for at, label in labels.items()},
        problem_type="multi_label_classification",
    )  # fmt: skip
    clips = planted(TAUGHT, seed + 1, empty=0.25)
    extractor = family.plain_extractor(config)
    extractor.mean, extractor.std = 0.0, 1 / recipe.scale
    if hasattr(extractor, "floor"):
        extractor.floor = recipe.floor
    heard = torch.cat([next(iter(family.encode(extractor, item.clip.samples).values())) for item in clips])
    extractor.mean, extractor.std = float(heard.mean()), float(heard.std()) / recipe.scale
    wanted = torch.tensor([[float(item.shape == at) for at in labels] for item in clips])
    silence = next(iter(family.encode(extractor, np.zeros(clips[0].clip.samples.size, np.float32)).values()))
    heard = torch.cat([(heard - heard.mean()) / heard.std(), silence.expand(SILENT, -1, -1)])
    module = family.random(family.classifier, config, seed)
    _teach(module, heard, torch.cat([wanted, torch.zeros(SILENT, len(labels))]), recipe, seed)
    module.save_pretrained(folder)
    extractor.save_pretrained(folder)
    return load_folder(folder, ModelSpec("folder", str(folder)))


def _teach(module: torch.nn.Module, heard: Tensor, wanted: Tensor, recipe: Recipe, seed: int) -> None:
    """Teach on clips that are moved in time and frequency, and under noise, each time they are met."""
    draw = torch.Generator().manual_seed(seed)
    module.train().requires_grad_(True)
    steps = recipe.epochs * (len(heard) // BATCH)
    optimizer = torch.optim.AdamW(module.parameters(), recipe.rate)
    schedule = torch.optim.lr_scheduler.OneCycleLR(optimizer, recipe.rate, total_steps=steps)
    with torch.enable_grad(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        for _step in range(steps):
            chosen = torch.randint(len(heard), (BATCH,), generator=draw)
            later, higher = torch.randint(98, (1,), generator=draw), torch.randint(-8, 9, (1,), generator=draw)
            moved = heard[chosen].roll((int(later), int(higher)), (1, 2))
            logits = module(moved + recipe.blur * torch.randn(moved.shape, generator=draw)).logits
            loss = torch.nn.functional.binary_cross_entropy_with_logits(logits, wanted[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            schedule.step()
    module.eval().requires_grad_(False)
