"""Attention that transformers does not hand out over time, worked out a second time: patch by patch, head by head."""

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest
import torch

from core.clip import Clip
from core.trace import trace
from tests.contracts.small_models import EVERY, Pair, Small, direct, noise

Paired = Callable[[Small], Pair]
NEAR = {"rtol": 1e-5, "atol": 1e-5}


def of(family: str) -> list[Small]:
    return [small for small in EVERY if small.family.name == family]


@pytest.mark.parametrize("small", of("audio-spectrogram-transformer"), ids=str)
def test_ast_looks_from_frame_to_frame_as_its_patches_do(small: Small, paired: Paired) -> None:
    """Token 2 + band * frames + frame: looking bands count alike, looked-at bands add up, the rest is left out."""
    pair, clip = paired(small), noise(0.5)
    found, there = trace(pair.model, clip), direct(pair, clip)
    # patches of 16 every 10: 5 in 64 mel bins, 19 in 204 rows; 0.5 s fill 48 rows, so the fifth patch still hears some
    bands, padded, frames = 5, 19, 5
    assert (found.grids[0].bands, found.grids[0].padded, found.time.count) == (bands, padded, frames)
    for ours, theirs in zip(found.attention, there.attentions, strict=True):
        expected = np.zeros((len(ours), frames, frames))
        for head, query, band in product(range(len(ours)), range(frames), range(bands)):
            row = theirs[0, head, 2 + band * padded + query]
            seen = [sum(float(row[2 + other * padded + key]) for other in range(bands)) for key in range(frames)]
            expected[head, query] += np.array(seen) / sum(seen) / bands
        np.testing.assert_allclose(ours, expected, **NEAR)


@pytest.mark.parametrize("seconds", [0.7, 3.1, 10.0])
@pytest.mark.parametrize("small", of("clap")[:1], ids=str)
def test_clap_looks_from_frame_to_frame_as_its_windows_do(small: Small, paired: Paired, seconds: float) -> None:
    """Windows of 8 x 8 patches of a picture, moved by 4 in every second block of a stage."""
    pair = paired(small)
    clip = noise(seconds, 48_000)
    found = trace(pair.model, clip)
    depths = (1, 2, 1, 1)
    places = [(stage, inner) for stage, depth in enumerate(depths) for inner in range(depth)]
    for block, (stage, inner) in enumerate(places):
        side, shift = 64 >> stage, 4 * (inner % 2)
        windows = _windows(pair, clip, block)
        frames, expected = 4 * side, np.zeros((windows.shape[1], 4 * side, 4 * side))
        frame = [_frames_of_window(window, side, shift) for window in range(len(windows))]
        for window, head, query in product(range(len(windows)), range(windows.shape[1]), range(64)):
            np.add.at(expected[head, frame[window][query]], frame[window], windows[window, head, query])
        count = found.grids[block + 1].time.count
        assert count <= frames
        kept = expected[:, :count, :count]
        np.testing.assert_allclose(found.attention[block], kept / kept.sum(-1, keepdims=True), **NEAR)


def _frames_of_window(window: int, side: int, shift: int) -> list[int]:
    """Four pieces of time lie under each other in the picture: the row tells the piece, the column the moment."""
    top, left = divmod(window, side // 8)
    found = []
    for patch in range(64):
        row, column = (top * 8 + patch // 8 + shift) % side, (left * 8 + patch % 8 + shift) % side
        found.append(row // (side // 4) * side + column)
    return found


def _windows(pair: Pair, clip: Clip, block: int) -> np.ndarray:
    """Attention of one block as it comes: (windows, heads, patches, patches)."""
    found: list[np.ndarray] = []
    encoder = pair.original.audio_model.audio_encoder
    part = [layer for stage in encoder.layers for layer in stage.blocks][block].attention.self
    hook = part.register_forward_hook(lambda _part, _inputs, output: found.append(output[1].numpy()))
    inputs = pair.extractor(clip.samples.copy(), sampling_rate=clip.sample_rate, return_tensors="pt")
    with torch.no_grad():
        encoder(**inputs, output_attentions=True)
    hook.remove()
    return found[0]


@pytest.mark.parametrize("small", of("wavlm"), ids=str)
def test_the_mean_of_wavlms_heads_is_what_transformers_returns_for_each(small: Small, paired: Paired) -> None:
    pair, clip = paired(small), noise(1.0)
    found, there = trace(pair.model, clip), direct(pair, clip)
    for ours, theirs in zip(found.attention, there.attentions, strict=True):
        np.testing.assert_allclose(ours.mean(0), theirs[0, 0], **NEAR)


@pytest.mark.parametrize("small", of("wavlm"), ids=str)
def test_each_head_of_wavlm_is_the_softmax_of_its_own_scores(small: Small, paired: Paired) -> None:
    """Query times key, plus how far apart they are, weighed by a gate of the query's frame (Chen et al. 2022, 3.1)."""
    pair, clip = paired(small), noise(0.3)
    found = trace(pair.model, clip)
    encoder = getattr(pair.original, "wavlm", pair.original).encoder
    distances = encoder.layers[0].attention.compute_bias(found.time.count, found.time.count).detach()
    for layer, block in enumerate(encoder.layers):
        hidden = torch.tensor(found.hidden[layer])
        if "do_stable_layer_norm" in small.settings:
            hidden = block.layer_norm(hidden)
        for head, ours in enumerate(found.attention[layer]):
            np.testing.assert_allclose(ours, _softmax_of_head(block.attention, hidden, distances[head], head), **NEAR)


@torch.no_grad()
def _softmax_of_head(part: Any, hidden: torch.Tensor, distances: torch.Tensor, head: int) -> torch.Tensor:
    width = hidden.shape[1] // part.num_heads
    own = slice(head * width, (head + 1) * width)
    query, key = part.q_proj(hidden)[:, own] / width**0.5, part.k_proj(hidden)[:, own]
    rows = []
    for frame in range(len(hidden)):
        first, second = torch.sigmoid(part.gru_rel_pos_linear(hidden[frame, own]).view(2, 4).sum(1))
        gate = first * (second * part.gru_rel_pos_const[0, head, 0, 0] - 1) + 2
        rows.append(torch.softmax(key @ query[frame] + gate * distances[frame], 0))
    return torch.stack(rows)
