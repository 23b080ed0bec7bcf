"""Look for a sound that one layer of a model cannot tell from a clip, and say how near it comes to the clip."""

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import torch
from jaxtyping import Float32
from torch import Tensor, nn

from core.audible import as_loud
from core.clip import Clip
from core.errors import MethodError
from core.input_plane import InputPlane
from core.inversion.inversion import alike
from core.inversion.optimised import Listen, Search, search
from core.inversion.picture import FLOOR, RATE, picture
from core.inversion.picture import centres as band_centres
from core.inversion.sound import sound
from core.loading import LoadedModel
from core.mel import mel
from core.progress import Report, silent
from core.resample import resampled
from core.text import _
from core.timeline import TimeAxis
from core.trace import told

LONGEST = 1.5  # seconds that are looked for at once; the search takes as long again for every second more
PICTURE_STEP = 0.01  # seconds between columns of the picture of a wave


@dataclass(frozen=True, eq=False)
class Rebuilt:
    """What was found for one stop.

    samples   the sound, at 16 kHz, as loud as the clip
    picture   its log-mel picture (columns, 80) in decibels, at ``time``
    error     squared distance to what the layer says of the clip, as a share of that
    likeness  correlation of the picture with that of the clip
    course    error after every step
    """

    stop: int
    samples: Float32[np.ndarray, " samples"]
    picture: Float32[np.ndarray, "columns bands"]
    time: TimeAxis
    error: float
    likeness: float
    course: tuple[float, ...]


def rebuild(
    model: LoadedModel, clip: Clip, stop: int, settings: Search | None = None, report: Report = silent
) -> Rebuilt:
    """Search over the model's own input: the wave, or the spectrogram it is given; the model is free between steps.

    Raises MethodError where the input holds the clip several times over, or where the clip is silent; ClipError where
    it is too short.
    """
    inputs, plane = _given(model, clip)
    settings = settings or Search()
    true = inputs[plane.name].float()
    with told(model.card.title):
        found = search(listener(model, clip, stop, inputs, plane), true, settings, report)
    values = plane.place(torch.from_numpy(found.values))[0].numpy()
    truth = plane.place(true.cpu())[0].numpy()
    samples, seen, at, wanted = (_wave if plane.waveform else _drawn)(model, clip, plane, values, truth)
    return Rebuilt(stop, samples, seen, at, found.error, alike(seen, wanted), found.course)


def estimate(model: LoadedModel, clip: Clip, stop: int, steps: int = Search().steps) -> float:
    """Say how many seconds a search will take here, by the time of two steps."""
    begun = time.perf_counter()
    rebuild(model, clip, stop, Search(steps=2))
    return (time.perf_counter() - begun) / 3 * steps


def listener(model: LoadedModel, clip: Clip, stop: int, inputs: Mapping[str, Tensor], plane: InputPlane) -> Listen:
    """Build the function from an input to what ``stop`` says of it; it borrows the model for each call alone."""
    family, samples, like = model.family, model.samples(clip).size, inputs[plane.name]

    def listen(values: Tensor) -> Tensor:
        given = {**inputs, plane.name: values.to(like.dtype)}
        with model.exclusive() as module, family.around(module):
            grid = family.grids(module, model.extractor, samples)[max(stop, 0)]
            with _taken_down(model, module, stop) as kept:
                output: Any = module(**given, **family.call, output_hidden_states=family.blocks is None)
            if stop < 0:
                return kept[0].float()
            tokens = kept[0] if family.blocks else output.hidden_states[stop]
            laid = family.arrange(module, tokens, stop)[0, grid.special :]
            return laid.unflatten(0, (grid.bands, -1))[:, : grid.time.count].float()

    return listen


@contextmanager
def _taken_down(model: LoadedModel, module: nn.Module, stop: int) -> Iterator[list[Tensor]]:
    """Take down a convolution as it is, before it is averaged onto frames, or a block that has to be listened to."""
    family, kept, hooks = model.family, list[Tensor](), []
    if stop < 0:
        tap = family.convolutions(module)[stop]
        hooks.append(tap.module.register_forward_hook(lambda _p, _i, output: kept.append(tap.activation(output))))
    elif family.blocks and stop == 0:
        hooks.append(family.blocks(module)[0].register_forward_pre_hook(lambda _p, given: kept.append(given[0])))
    elif family.blocks:
        hooks.append(
            family.blocks(module)[stop - 1].register_forward_hook(lambda _p, _i, out: kept.append(_first(out)))
        )
    try:
        yield kept
    finally:
        for hook in hooks:
            hook.remove()


def _first(output: "Tensor | tuple[Tensor, ...]") -> Tensor:
    return output[0] if isinstance(output, tuple) else output


def _given(model: LoadedModel, clip: Clip) -> tuple[dict[str, Tensor], InputPlane]:
    if model.family.plane is None:
        raise MethodError(
            _("{name} is given the sound several times over: there is no one input to look for.").format(
                name=model.card.title
            ),
            hint=_("Listen to what can be read off its layers instead."),
        )
    samples = model.samples(clip)
    return model.inputs(clip), model.family.plane(model.extractor, model.module.config, samples.size)


Outcome = tuple[np.ndarray, np.ndarray, TimeAxis, np.ndarray]


def _wave(model: LoadedModel, clip: Clip, plane: InputPlane, values: np.ndarray, truth: np.ndarray) -> Outcome:
    """What was found is a wave already."""
    found = resampled(Clip.of(clip.name, values[0], model.card.sample_rate), RATE)
    original = resampled(clip, RATE)
    at = TimeAxis(0.0, PICTURE_STEP, PICTURE_STEP, 1 + int(clip.seconds / PICTURE_STEP))
    seen = picture(Clip.of(clip.name, found, RATE), at)
    return as_loud(found, original, RATE), seen, at, picture(clip, at)


def _drawn(model: LoadedModel, clip: Clip, plane: InputPlane, values: np.ndarray, truth: np.ndarray) -> Outcome:
    """What was found is a spectrogram in the model's own bands and units: bring it to 80 bands in decibels.

    The units are found on the clip itself: decibels are a straight line of what the model is given.
    """
    at = replace(plane.time, count=values.shape[1])
    wanted = picture(clip, at)
    laid, told_true = _rebanded(values, plane), _rebanded(truth, plane)
    above = wanted > FLOOR
    slope, offset = np.polyfit(told_true[above], wanted[above], 1) if above.sum() > 1 else (1.0, 0.0)
    seen = np.clip(slope * laid + offset, FLOOR, None).astype(np.float32)
    return sound(seen, at, clip), seen, at, wanted


def _rebanded(values: np.ndarray, plane: InputPlane) -> np.ndarray:
    """Read bands of the model at the centres of the picture's bands: (columns, 80)."""
    edges = mel(np.array(plane.edges))
    own, wanted = (edges[:-1] + edges[1:]) / 2, mel(band_centres())
    return np.stack([np.interp(wanted, own, column) for column in values.T])
