"""Numbers of a trace that can be worked out by hand."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from core.timeline import TimeAxis
from core.trace import symbol_time, trace
from models import FAMILIES
from tests.contracts.small_models import STABLE, Pair, Small, noise

Paired = Callable[[Small], Pair]
SPEECH = [name for name, family in FAMILIES.items() if "conv_dim" in family.tiny_config]
# data2vec has norms over channels only; SEW has settings of its own
LOCAL = [
    Small(FAMILIES[name], FAMILIES[name].ctc, {} if name == "data2vec-audio" else STABLE)
    for name in SPEECH
    if name != "sew"
] + [Small(FAMILIES["sew"], "SEWForCTC", {"feat_extract_norm": "layer"})]


def front(pair: Pair) -> Any:
    """Return the convolutions of a model as transformers built it."""
    return getattr(pair.original, pair.original.base_model_prefix).feature_extractor


@pytest.mark.parametrize("sample", [0, 399, 1_000, 7_359, 12_345])
@pytest.mark.parametrize("small", LOCAL, ids=str)
def test_an_impulse_is_heard_by_the_frames_whose_400_samples_hold_it_and_no_other(
    small: Small, paired: Paired, sample: int
) -> None:
    pair = paired(small)
    quiet = torch.zeros(1, 16_000)
    loud = quiet.clone()
    loud[0, sample] = 10
    with torch.no_grad():
        change = (front(pair)(loud) - front(pair)(quiet))[0].abs().amax(0)
    heard = set(torch.nonzero(change > 1e-6)[:, 0].tolist())
    assert heard
    assert heard <= {frame for frame in range(49) if 320 * frame <= sample < 320 * frame + 400}
    # the same in seconds, from the grid; SEW's frames are two of these
    time = small.family.grids(pair.model.module, pair.model.extractor, 16_000)[0].time
    squeeze = round(time.step / 0.02)
    near = np.flatnonzero(np.abs(time.centres() - sample / 16_000) <= time.field / 2)
    assert {frame // squeeze for frame in heard} <= set(near.tolist())


@pytest.mark.parametrize("small", LOCAL, ids=str)
def test_convolutions_are_averaged_around_the_middle_of_each_frame(small: Small, paired: Paired) -> None:
    """Also at the end of a long clip, where what is left over at the end of each convolution has added up."""
    pair, clip = paired(small), noise(3.0)
    found = trace(pair.model, clip)
    values = pair.model.inputs(clip)["input_values"][:, None]
    hop, field, config = 1, 1, pair.original.config
    step = round(found.time.step * 16_000)
    frames = np.arange(found.time.count)
    with torch.no_grad():
        for at, layer in enumerate(front(pair).conv_layers):
            values = layer(values)
            field, hop = field + (config.conv_kernel[at] - 1) * hop, hop * config.conv_stride[at]
            many = step // hop
            # position p sees samples from hop * p on; the first of `many` positions around the middle of the frame
            exact = (16_000 * found.time.centres() - field / 2) / hop - (many - 1) / 2
            options = [
                np.stack([values[0, :, first : first + many].mean(1) for first in rounding(exact.round(6)).astype(int)])
                for rounding in (np.floor, np.ceil)
            ]
            apart = [np.abs(found.convolutions[at][frames] - expected).max() for expected in options]
            assert min(apart) < 1e-5


def test_the_first_convolution_of_whisper_is_averaged_by_twos(paired: Paired) -> None:
    pair, clip = paired(Small(FAMILIES["whisper"], "WhisperForAudioClassification")), noise(1.0)
    found = trace(pair.model, clip)
    encoder = pair.original.encoder
    with torch.no_grad():
        first = torch.nn.functional.gelu(encoder.conv1(pair.model.inputs(clip)["input_features"]))
        second = torch.nn.functional.gelu(encoder.conv2(first))
    assert [len(values) for values in found.convolutions] == [50, 50]
    expected = (first[0, :, 0:100:2] + first[0, :, 1:100:2]) / 2
    np.testing.assert_allclose(found.convolutions[0], expected.T, atol=1e-5)
    np.testing.assert_allclose(found.convolutions[1], second[0, :, :50].T, atol=1e-5)


def test_frames_of_ast_are_the_mean_of_their_bands(paired: Paired) -> None:
    pair = paired(Small(FAMILIES["audio-spectrogram-transformer"], "ASTForAudioClassification"))
    found = trace(pair.model, noise(0.5))
    # 5 bands of 19 frames after two special tokens; the first 5 frames hold some of the clip
    for layer in range(4):
        expected = [np.mean([found.hidden[layer][2 + 19 * band + frame] for band in range(5)], 0) for frame in range(5)]
        np.testing.assert_allclose(found.frames(layer), expected, atol=1e-6)


@pytest.mark.parametrize(
    ("frames", "step", "symbols", "expected"),
    [
        (49, 0.02, 49, (0.0125, 0.02)),  # one symbol a frame
        (24, 0.04, 48, (0.0025, 0.02)),  # SEW: two symbols a frame
        (24, 0.04, 49, (0.0025, 0.02)),  # and one more at the end
        (1, 0.04, 2, (0.0025, 0.02)),
        (1, 0.04, 3, (0.0025, 0.02)),
        (49, 0.02, 25, (0.0125, 0.04)),  # an adapter of one layer keeps frames 0, 2, 4, ...
        (50, 0.02, 25, (0.0125, 0.04)),
        (49, 0.02, 13, (0.0125, 0.08)),  # of two layers: 0, 4, 8, ...
        (3, 0.02, 2, (0.0125, 0.04)),
    ],
)
def test_symbols_are_placed_where_the_head_reads_them(
    frames: int, step: float, symbols: int, expected: tuple[float, float]
) -> None:
    placed = symbol_time(TimeAxis(0.0125, step, 0.025, frames), symbols)
    assert (placed.start, placed.step) == pytest.approx(expected)
    assert placed.count == symbols


@pytest.mark.parametrize("layers", [1, 2])
@pytest.mark.parametrize("seconds", [0.6, 1.0, 1.01])
def test_an_adapter_gives_a_symbol_for_every_second_frame(layers: int, seconds: float, paired: Paired) -> None:
    settings = {"add_adapter": True, "num_adapter_layers": layers}
    found = trace(paired(Small(FAMILIES["wav2vec2"], "Wav2Vec2ForCTC", settings)).model, noise(seconds))
    assert found.symbol_time.step == pytest.approx(0.02 * 2**layers)
    assert abs(found.symbol_time.centres()[-1] - found.time.centres()[-1]) < 0.02 * 2**layers


def test_sews_symbols_are_placed_at_the_frames_of_its_convolutions(paired: Paired) -> None:
    found = trace(paired(Small(FAMILIES["sew"], "SEWForCTC")).model, noise(0.995))
    assert (found.time.count, found.symbol_time.count) == (24, 49)
    assert (found.symbol_time.start, found.symbol_time.step) == pytest.approx((200 / 16_000, 320 / 16_000))
