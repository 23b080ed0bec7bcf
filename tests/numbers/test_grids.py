"""Where tokens lie: the arithmetic of grids, a bump that moves its patches only, and the published sizes."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
import torch

from core.family import transformers_class
from core.grid import TokenGrid
from core.timeline import TimeAxis
from models import FAMILIES
from tests.contracts.small_models import EVERY, Pair, Small

Paired = Callable[[Small], Pair]
SPEECH = ("wav2vec2", "hubert", "wavlm", "data2vec-audio", "unispeech-sat", "wav2vec2-conformer")

# family: blocks, heads, width; frames of 4 s; tokens; bands
PUBLISHED = {
    **dict.fromkeys(SPEECH, (12, 12, 768, 199, 199, 1)),
    "sew": (12, 12, 768, 99, 99, 1),
    "wav2vec2-bert": (24, 16, 1024, 199, 199, 1),
    "whisper": (4, 6, 384, 200, 1500, 1),
    "audio-spectrogram-transformer": (12, 12, 768, 40, 1214, 12),
    "clap": (12, 32, 768, 103, 4096, 16),
    # 398 columns of 10 ms; the stem leaves half of 64 bands
    "log-mel-cnn": (5, 0, 160, 398, 32 * 398, 32),
    "log-mel-crnn": (5, 0, 192, 398, 32 * 398, 32),
}


def skeleton(name: str) -> tuple[Any, Any]:
    """Build a published base model without its numbers, and its extractor."""
    family = FAMILIES[name]
    config = family.base_config()
    with torch.device("meta"):
        module = transformers_class(family.bare)._from_config(config)
    return module, family.plain_extractor(config)


@pytest.mark.parametrize("name", FAMILIES)
def test_the_published_base_model_has_its_published_size(name: str) -> None:
    module, extractor = skeleton(name)
    family = FAMILIES[name]
    layers, heads, width, frames, tokens, bands = PUBLISHED[name]
    shape = family.shape(module.config)
    assert (shape.layers, shape.heads, shape.width) == (layers, heads, width)
    assert len(family.attention(module)) == (layers if family.attends else 0)
    grids = family.grids(module, extractor, 4 * extractor.sampling_rate)
    assert len(grids) == layers + 1
    assert (grids[0].time.count, grids[0].tokens, grids[0].bands) == (frames, tokens, bands)
    assert extractor.sampling_rate == family.sample_rate


@pytest.mark.parametrize("name", SPEECH)
@pytest.mark.parametrize(("samples", "frames"), [(400, 1), (719, 1), (720, 2), (64_000, 199), (480_000, 1499)])
def test_frames_of_20_ms_begin_at_every_320th_sample_and_see_400(name: str, samples: int, frames: int) -> None:
    module, extractor = skeleton(name)
    time = FAMILIES[name].grids(module, extractor, samples)[0].time
    assert time.count == frames
    assert (time.start, time.step, time.field) == pytest.approx((200 / 16_000, 320 / 16_000, 400 / 16_000))


def test_two_frames_of_the_convolutions_are_one_of_sew() -> None:
    module, extractor = skeleton("sew")
    time = FAMILIES["sew"].grids(module, extractor, 64_000)[0].time
    assert (time.start, time.step, time.field) == pytest.approx((360 / 16_000, 640 / 16_000, 720 / 16_000))


def test_ten_seconds_of_htsat_are_256_frames_that_halve_from_stage_to_stage() -> None:
    module, extractor = skeleton("clap")
    grids = FAMILIES["clap"].grids(module, extractor, 480_000)
    # depths 2, 2, 6, 2; the input of the first block belongs to the first stage
    assert [grid.time.count for grid in grids] == [256] * 3 + [128] * 2 + [64] * 6 + [32] * 2
    assert [grid.bands for grid in grids] == [16] * 3 + [8] * 2 + [4] * 6 + [2] * 2
    for grid in grids:
        assert grid.time.step * grid.time.count == pytest.approx(10, rel=0.003)


@pytest.mark.parametrize(
    ("seconds", "frames"), [(0.025, 1), (0.175, 1), (0.185, 2), (4.0, 40), (10.0, 100), (10.24, 101)]
)
def test_frames_of_ast_are_patches_that_begin_where_no_earlier_one_ended(seconds: float, frames: int) -> None:
    """Rows of 10 ms under windows of 25 ms; patches of 16 rows, one every 10; 1024 rows in all."""
    module, extractor = skeleton("audio-spectrogram-transformer")
    grid = FAMILIES["audio-spectrogram-transformer"].grids(module, extractor, round(seconds * 16_000))[0]
    assert (grid.time.count, grid.padded, grid.special) == (frames, 101, 2)
    # middle of rows 0 to 15, whose windows begin every 10 ms and are 25 ms wide
    assert (grid.time.start, grid.time.step, grid.time.field) == pytest.approx((0.0875, 0.1, 0.175))


@pytest.mark.parametrize(("row", "bin_"), [(300, 60), (0, 0), (1023, 127), (15, 9), (1009, 125)])
def test_a_bump_in_the_spectrogram_changes_the_patches_of_ast_that_cover_it_and_no_other(row: int, bin_: int) -> None:
    family = FAMILIES["audio-spectrogram-transformer"]
    config = transformers_class(family.config)(num_hidden_layers=1, intermediate_size=16)
    module = family.random(family.bare, config)
    quiet = torch.zeros(1, config.max_length, config.num_mel_bins)
    bump = quiet.clone()
    bump[0, row, bin_] = 1
    with torch.no_grad():
        change = (module.embeddings(bump) - module.embeddings(quiet))[0].abs()
    # the whole length, so that no frame is left out
    grid = family.grids(module, family.plain_extractor(config), 164_000)[0]
    bands, frames = np.nonzero(grid.place(change.numpy()).max(-1) > 0)
    covering = {
        (band, frame)
        for band in range(12)
        for frame in range(101)
        if 10 * band <= bin_ < 10 * band + 16 and 10 * frame <= row < 10 * frame + 16
    }
    assert set(zip(bands.tolist(), frames.tolist(), strict=True)) == covering
    assert not change[:2].any()
    if (row, bin_) == (300, 60):
        assert covering == {(5, 29), (5, 30), (6, 29), (6, 30)}
        # the grid says the same in seconds: the middle of that row is near the middle of these frames only
        near = np.flatnonzero(np.abs(grid.time.centres() - (0.0125 + 3.0)) < 0.08)
        assert near.tolist() == [29, 30]


@pytest.mark.parametrize("hertz", [150.0, 500.0, 1_000.0, 2_000.0, 4_000.0, 7_000.0])
def test_a_tone_lies_in_the_band_of_ast_whose_edges_enclose_it(hertz: float) -> None:
    module, extractor = skeleton("audio-spectrogram-transformer")
    tone = np.sin(2 * np.pi * hertz * np.arange(16_000) / 16_000).astype(np.float32)
    rows = extractor(tone, sampling_rate=16_000, return_tensors="np")["input_values"][0][:90]
    loudest = rows.mean(0).argmax()
    edges = FAMILIES["audio-spectrogram-transformer"].grids(module, extractor, 16_000)[0].edges
    band = np.searchsorted(edges, hertz) - 1
    # a band is named by the ten bins around the middle of its patch; a tone on an edge may be counted to either side
    assert 10 * band + 3 - 1 <= loudest <= 10 * band + 12 + 1


@pytest.mark.parametrize("hertz", [300.0, 1_000.0, 3_000.0, 9_000.0])
def test_a_tone_lies_in_the_band_of_clap_whose_edges_enclose_it(hertz: float) -> None:
    module, extractor = skeleton("clap")
    tone = np.sin(2 * np.pi * hertz * np.arange(48_000) / 48_000).astype(np.float32)
    loudest = extractor(tone, sampling_rate=48_000, return_tensors="np")["input_features"][0, 0, :90].mean(0).argmax()
    for grid in FAMILIES["clap"].grids(module, extractor, 48_000):
        band, bins = np.searchsorted(grid.edges, hertz) - 1, 64 // grid.bands
        assert band * bins - 1 <= loudest <= (band + 1) * bins


def test_tokens_are_specials_then_bands_of_frames_and_padding_is_left_out() -> None:
    grid = TokenGrid(TimeAxis(0.0, 0.1, 0.1, 2), bands=2, special=1, padded=3)
    assert (grid.stride, grid.tokens) == (3, 7)
    values = np.arange(7, dtype=np.float32)[:, None]
    # special 0; band 0: frames 1, 2, padding 3; band 1: frames 4, 5, padding 6
    np.testing.assert_array_equal(grid.place(values)[..., 0], [[1, 2], [4, 5]])
    np.testing.assert_array_equal(grid.frames(values)[:, 0], [2.5, 3.5])


def test_frames_of_one_band_are_handed_out_without_a_copy() -> None:
    values = np.arange(12, dtype=np.float32).reshape(4, 3)
    grid = TokenGrid(TimeAxis(0.0, 0.1, 0.1, 3), padded=4)
    assert np.shares_memory(grid.frames(values), values)
    np.testing.assert_array_equal(grid.frames(values), values[:3])


@pytest.mark.parametrize("small", EVERY, ids=str)
def test_every_base_is_sized_as_the_catalogue_says_before_loading(small: Small, paired: Paired) -> None:
    from core.catalogue import family_of

    pair = paired(small)
    entry = family_of(pair.model.module.config.model_type)
    grid = small.family.grids(pair.model.module, pair.model.extractor, 4 * pair.extractor.sampling_rate)[0]
    assert entry is not None
    assert entry.name == small.family.name
    if entry.layout == "frames" and not entry.seconds:
        assert grid.time.count == pytest.approx(4 * entry.frames_per_second, abs=1)
