"""Colours mean the same thing everywhere, for every kind of colour vision, on light and dark pages."""

import numpy as np
import pytest

from core.figures import palette

# Machado, Oliveira & Fernandes 2009, full severity, on linear RGB.
COLOUR_VISION = {
    "red-weak": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "green-weak": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
    "blue-weak": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
}


def _rgb(colours: tuple[str, ...]) -> np.ndarray:
    return np.array([[int(colour[at : at + 2], 16) for at in (1, 3, 5)] for colour in colours])


def _linear(rgb: np.ndarray) -> np.ndarray:
    coded = rgb / 255
    return np.where(coded <= 0.04045, coded / 12.92, ((coded + 0.055) / 1.055) ** 2.4)


def _seen_by(kind: str, rgb: np.ndarray) -> np.ndarray:
    linear = np.clip(_linear(rgb) @ np.array(COLOUR_VISION[kind]).T, 0, 1)
    return 255 * np.where(linear <= 0.0031308, 12.92 * linear, 1.055 * linear ** (1 / 2.4) - 0.055)


def _luminance(colour: str) -> float:
    return float(_linear(_rgb((colour,)))[0] @ [0.2126, 0.7152, 0.0722])


def test_white_and_red_have_the_oklab_values_of_the_paper() -> None:
    assert palette.oklab([255, 255, 255])[0] == pytest.approx([1.0, 0.0, 0.0], abs=1e-4)
    assert palette.oklab([255, 0, 0])[0] == pytest.approx([0.62796, 0.22486, 0.12585], abs=1e-4)


@pytest.mark.parametrize("layers", [8, 12, 24])
def test_layers_are_evenly_spaced_in_colour_and_grow_lighter(layers: int) -> None:
    seen = palette.oklab(_rgb(palette.depths(layers + 1)))
    steps = np.linalg.norm(np.diff(seen, axis=0), axis=1)
    assert steps.min() > 0.7 * steps.mean()
    assert steps.max() < 1.3 * steps.mean()
    assert (np.diff(seen[:, 0]) > 0).all()


@pytest.mark.parametrize("kind", COLOUR_VISION)
def test_no_two_of_nine_layers_look_alike_to_colour_blind_eyes(kind: str) -> None:
    seen = palette.oklab(_seen_by(kind, _rgb(palette.depths(9))))
    apart = np.linalg.norm(seen[:, None] - seen[None], axis=-1) + 9 * np.eye(9)
    assert apart.min() > 0.02  # about the smallest difference that is noticed between patches that touch


def test_every_layer_stands_out_from_white_and_from_near_black() -> None:
    for colour in palette.depths(13):
        assert 1.05 / (_luminance(colour) + 0.05) > 1.9
        assert (_luminance(colour) + 0.05) / (_luminance("#0e1117") + 0.05) > 1.9


def test_a_layer_keeps_its_colour_and_the_ends_are_blue_and_amber() -> None:
    first, last = _rgb((palette.depth(0, 12), palette.depth(12, 12)))
    assert first.argmax() == 2
    assert last[0] > last[1] > last[2]
    assert palette.depth(3, 6) == palette.depths(7)[3]


@pytest.mark.parametrize("table", [palette.SOUND, palette.layer_table(0, 8), palette.layer_table(8, 8)])
def test_more_is_lighter_in_every_sequential_map(table: np.ndarray) -> None:
    assert table.shape == (256, 3)
    assert not table.flags.writeable
    assert np.diff(palette.oklab(table)[::8, 0]).min() > 0


def test_zero_is_the_neutral_middle_of_the_signed_map() -> None:
    assert (palette.SIGNED[127] == palette.SIGNED[128]).all()
    assert np.ptp(palette.SIGNED[127].astype(int)) <= 2
    assert palette.SIGNED[0].argmax() == 2
    assert palette.SIGNED[-1].argmax() == 0
