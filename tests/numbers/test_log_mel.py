"""The small networks on log-mel: their input beside librosa's, and where every number of every layer lies."""

from collections.abc import Callable
from typing import Any

import librosa
import numpy as np
import pytest
import torch

from core.trace import trace
from models import FAMILIES
from tests.contracts.small_models import EVERY, Pair, Small, config_of, noise

Paired = Callable[[Small], Pair]
# bands of the input that one band of each layer gathers, of the smallest networks
GATHERED = {"log-mel-cnn": (2, 4, 8, 8), "log-mel-crnn": (2, 4, 16)}
NAMES = tuple(GATHERED)
SMALLS = [small for small in EVERY if small.family.name in NAMES and small.class_name == small.family.classifier]
ALL = pytest.mark.parametrize("small", SMALLS, ids=str)
RATE = 16_000


def extractor(**settings: Any) -> Any:
    from models.networks.extractor import LogMelExtractor

    return LogMelExtractor(**settings)


def test_the_power_in_mel_bands_is_librosas() -> None:
    samples = noise(0.7).samples
    # librosa centres its window of 400 samples in the 512 that it transforms
    padded = np.pad(samples, 56)
    theirs = librosa.feature.melspectrogram(
        y=padded, sr=RATE, n_fft=512, hop_length=160, win_length=400, center=False, n_mels=64, fmin=50, fmax=8_000
    )
    np.testing.assert_allclose(extractor().power(samples), theirs.T, rtol=1e-4, atol=1e-9)


def test_the_logarithm_is_shifted_and_scaled_by_constants_and_a_louder_clip_stays_louder() -> None:
    samples, found = noise(0.3).samples, extractor(floor=1e-5, mean=-3.0, std=2.0)
    np.testing.assert_allclose(
        found.log_mel(samples), (np.log(found.power(samples) + 1e-5) + 3.0) / 2.0, rtol=1e-5, atol=1e-6
    )
    louder = extractor(floor=1e-12, mean=0.0, std=1.0)
    # ten times the amplitude is a hundred times the power
    np.testing.assert_allclose(louder.log_mel(10 * samples) - louder.log_mel(samples), np.log(100), rtol=1e-3)


@pytest.mark.parametrize(("samples", "columns"), [(1, 1), (400, 1), (559, 1), (560, 2), (16_000, 98), (200_000, 1024)])
def test_columns_begin_every_160_samples_and_see_400(samples: int, columns: int) -> None:
    found = extractor()
    assert found.columns(samples) == columns == len(found.log_mel(np.zeros(samples, np.float32)))


@pytest.mark.parametrize(
    "wrong",
    [{"hop_length": 500}, {"n_fft": 256}, {"low_hz": 9_000.0}, {"high_hz": 9_000.0}, {"std": 0.0}, {"floor": 0.0}],
    ids=str,
)
def test_an_extractor_that_cannot_be_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        extractor(**wrong)


def test_a_waveform_of_another_rate_is_refused() -> None:
    with pytest.raises(ValueError, match="16000 Hz, not 8000 Hz"):
        extractor()(noise(0.1).samples, sampling_rate=8_000)


@ALL
def test_a_batch_says_of_each_clip_what_the_clip_says_alone(small: Small, paired: Paired) -> None:
    pair = paired(small)
    # numbers of columns that leave pools partly filled: 23, 48, 98
    waves = [noise(seconds, seed=seed).samples for seed, seconds in enumerate((0.25, 0.5, 1.0))]
    joined = pair.extractor(waves, sampling_rate=RATE, return_tensors="pt")
    assert joined["attention_mask"].sum(1).tolist() == [23, 48, 98]
    with torch.no_grad():
        together = pair.original(**joined, output_hidden_states=True)
        for row, wave in enumerate(waves):
            single = pair.extractor(wave, sampling_rate=RATE, return_tensors="pt")
            alone = pair.original(single["input_features"], output_hidden_states=True)
            torch.testing.assert_close(together.logits[row], alone.logits[0], atol=1e-5, rtol=1e-5)
            grids = small.family.grids(pair.original, pair.extractor, wave.size)
            longest = small.family.grids(pair.original, pair.extractor, waves[-1].size)
            for layer, grid in enumerate(grids):
                laid = together.hidden_states[layer][row].unflatten(0, (grid.bands, longest[layer].time.count))
                torch.testing.assert_close(
                    laid[:, : grid.time.count].flatten(0, 1), alone.hidden_states[layer][0], atol=1e-5, rtol=1e-5
                )


def convolutions(small: Small) -> tuple[Any, Any]:
    """Build a network in which nothing is ever silent: weights above zero, norms that change nothing, more is more."""
    module = small.family.random(small.family.bare, config_of(small))
    for name, part in module.named_parameters():
        if "convolution" in name:
            part.copy_(0.1 + part.abs())
    return module, small.family.plain_extractor(module.config)


@pytest.mark.parametrize(("column", "band"), [(0, 0), (41, 30), (50, 39), (96, 11), (97, 38)])
@ALL
def test_a_bump_in_the_input_changes_exactly_the_tokens_whose_field_covers_it(
    small: Small, column: int, band: int
) -> None:
    module, found = convolutions(small)
    quiet = torch.zeros(1, 98, module.config.num_mel_bins)
    bump = quiet.clone()
    bump[0, column, band] = 1.0
    with torch.no_grad():
        one, other = (module(values, output_hidden_states=True).hidden_states for values in (quiet, bump))
    grids = small.family.grids(module, found, RATE)
    for layer, (low, high, first, last) in enumerate(reaches(module.config, band, column)):
        grid = grids[layer]
        moved = grid.place((other[layer] - one[layer])[0].abs().numpy()).max(-1) > 0
        expected = np.zeros((grid.bands, grid.time.count), bool)
        expected[low : high + 1, first : last + 1] = True
        np.testing.assert_array_equal(moved, expected, err_msg=f"layer {layer}")
        # the grid says the same in seconds: columns of 10 ms under windows of 25 ms
        second = column * 0.01 + 0.0125
        near = np.abs(grid.time.centres() - second) <= (grid.time.field - 0.025) / 2 + 1e-9
        np.testing.assert_array_equal(near, expected.any(0), err_msg=f"layer {layer}")


def reaches(config: Any, band: int, column: int) -> "list[tuple[int, int, int, int]]":
    """Follow a bump by hand: a kernel carries it to its neighbours, a pool into the place that gathers it."""
    around, found = config.kernel_size // 2, []
    low = high = band
    first = last = column
    bands, columns = config.num_mel_bins, 98
    for gathered, joined in config.pools:
        low, high = max(low - around, 0) // gathered, min(high + around, bands - 1) // gathered
        first, last = max(first - around, 0) // joined, min(last + around, columns - 1) // joined
        bands, columns = -(-bands // gathered), -(-columns // joined)
        found.append((low, high, first, last))
    return found


@pytest.mark.parametrize("hertz", [200.0, 500.0, 1_000.0, 2_500.0, 6_000.0])
@pytest.mark.parametrize("name", NAMES)
def test_a_tone_lies_in_the_band_whose_edges_enclose_it(name: str, hertz: float) -> None:
    family = FAMILIES[name]
    module = family.tiny(family.bare)
    found = family.plain_extractor(module.config)
    tone = np.sin(2 * np.pi * hertz * np.arange(RATE) / RATE).astype(np.float32)
    plane = family.plane(found, module.config, RATE)
    loudest = found.log_mel(tone).mean(0).argmax()
    assert np.searchsorted(plane.edges, hertz) - 1 == loudest
    # each band of a layer gathers whole bands of the input
    for grid, gathered in zip(family.grids(module, found, RATE), GATHERED[name], strict=False):
        assert np.searchsorted(grid.edges, hertz) - 1 == loudest // gathered


@ALL
def test_the_plane_tells_where_every_number_of_the_input_lies(small: Small, paired: Paired) -> None:
    pair = paired(small)
    inputs = pair.model.inputs(noise(0.5))
    plane = small.family.plane(pair.extractor, pair.model.module.config, RATE // 2)
    assert plane.name in inputs
    laid = plane.place(inputs[plane.name])
    assert laid.shape == (1, pair.extractor.feature_size, 48) == (1, plane.bands, plane.time.count)
    assert (plane.time.start, plane.time.step, plane.time.field) == pytest.approx((0.0125, 0.01, 0.025))
    torch.testing.assert_close(plane.fill(inputs[plane.name], laid), inputs[plane.name], atol=0, rtol=0)
    grid = small.family.grids(pair.model.module, pair.extractor, RATE // 2)[0]
    assert grid.edges == plane.edges[:: len(plane.edges) // grid.bands]


def test_recurrent_layers_have_one_band_and_the_frames_of_the_maps_before_them(paired: Paired) -> None:
    found = trace(paired(SMALLS[1]).model, noise(1.0))
    # 98 columns, halved once; two recurrent layers
    assert [(grid.bands, grid.time.count) for grid in found.grids] == [(32, 98), (16, 49), (4, 49), (1, 49), (1, 49)]
    assert [tokens.shape[1] for tokens in found.hidden] == [6, 8, 12, 16, 16]


@ALL
def test_a_whole_network_has_at_most_two_million_numbers_and_each_module_is_used_once(small: Small) -> None:
    from core.family import transformers_class

    config = small.family.base_config()
    module = small.family.random(small.class_name, config)
    assert sum(part.numel() for part in module.parameters()) <= 2_000_000
    used: list[str] = []
    hooks = [
        part.register_forward_hook(lambda _part, _inputs, _output, name=name: used.append(name))
        for name, part in module.named_modules()
        if not list(part.children())
    ]
    with torch.no_grad():
        module(torch.zeros(1, 98, config.num_mel_bins))
    for hook in hooks:
        hook.remove()
    assert len(used) == len(set(used)) == len(hooks)
    assert not any(getattr(part, "inplace", False) for part in module.modules())
    assert isinstance(module, transformers_class(small.class_name))
