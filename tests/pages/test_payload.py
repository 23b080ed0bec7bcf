"""What travels to the browser is what was drawn, and little of it."""

import json
import struct
import zlib
from typing import Any

import numpy as np
import pytest

from core.clip import Clip
from core.spectrogram import SpectrogramSettings, spectrogram
from core.tiers import Interval, Tiers
from core.timeline import TimeAxis
from pages._kit import strip
from pages._kit.browser.payload import Packer, Payload, levelled, limits, pack, placed, quantised
from pages._kit.heads import Heads, heads_payload

MOST = 300_000  # bytes that one change may send
TIME = TimeAxis(0.0125, 0.02, 0.025, 500)  # 10 s of the bundled model


def opened(payload: Payload) -> tuple[dict[str, Any], dict[str, Any]]:
    """Unpack as the browser does: the head, and the tree with its arrays in place."""
    length = struct.unpack_from("<I", payload.data)[0]
    head = json.loads(payload.data[4 : 4 + length])
    body = payload.data[4 + length :]
    text, arrays = zlib.decompress(body[: head["tree"]]), zlib.decompress(body[head["tree"] :])

    def revive(found: dict[str, Any]) -> Any:
        return array(found["$"], arrays) if "$" in found else found

    return head, json.loads(text, object_hook=revive)


def array(entry: list[Any], arrays: bytes) -> np.ndarray:
    kind, shape, offset, length, change, levels, _ = entry
    raw = np.frombuffer(arrays[offset : offset + length], np.uint8)
    if kind in {"i2", "u2"}:
        raw = np.ascontiguousarray(raw.reshape(2, -1).T).reshape(-1)
    values = raw.view(np.dtype(kind)).reshape(shape)
    values = np.cumsum(values, axis=-1, dtype=values.dtype) if change else values
    return np.round(values * (255 / (levels - 1))).astype(np.uint8) if levels else values


def smooth(shape: tuple[int, ...], seed: int = 0) -> np.ndarray:
    """Noise of variance one whose neighbours in time are alike (correlation 0.8)."""
    values = np.random.default_rng(seed).standard_normal(shape).astype(np.float32)
    for frame in range(1, shape[-1]):
        values[..., frame] = 0.8 * values[..., frame - 1] + 0.6 * values[..., frame]
    return values


@pytest.mark.parametrize("kind", ["uint8", "int16", "uint16", "float32"])
@pytest.mark.parametrize("like", ["smooth", "rough"])
def test_an_array_arrives_as_it_left(kind: str, like: str) -> None:
    rng = np.random.default_rng(3)
    rough = rng.integers(0, 250, (7, 33)) if kind == "uint8" else rng.integers(0, 30_000, (7, 33))
    sent = (np.cumsum(rough % 3, axis=1) if like == "smooth" else rough).astype(kind)
    packer = Packer()
    tree = {"deep": [{"inside": packer.array(sent)}], "other": packer.array(sent[0])}
    _, got = opened(pack("test", tree, packer))
    assert np.array_equal(got["deep"][0]["inside"], sent)
    assert np.array_equal(got["other"], sent[0])


def test_the_same_content_has_the_same_identity_wherever_it_stands() -> None:
    rows = [strip.Curve("a", smooth((500,)), TIME)]
    one, two = strip.rows_payload(rows), strip.rows_payload(rows)
    assert one.id == two.id
    moved = placed(one, key="below", order=3)
    head, tree = opened(moved)
    assert (head["id"], head["key"], head["order"]) == (one.id, "below", 3)
    assert tree["rows"][0]["name"] == "a"
    assert strip.rows_payload([strip.Curve("a", smooth((500,), 1), TIME)]).id != one.id


def test_levels_are_worked_out_by_hand() -> None:
    assert quantised([-1.0, 0.0, 0.5, 1.0, 2.0], 0.0, 1.0).tolist() == [0, 0, 128, 255, 255]
    assert quantised([0.0, 0.3, 1.0], 0.0, 1.0, levels=3).tolist() == [0, 1, 2]
    assert levelled([0.0, np.nan, 1.0], 0.0, 1.0).tolist() == [1, 0, 4096]
    assert limits([1.0, np.nan, 3.0], None, None) == (1.0, 3.0)
    assert limits([2.0, 2.0], None, None) == (2.0, 3.0), "a flat line has somewhere to lie"
    assert limits([], None, None) == (0.0, 1.0)
    assert limits([1.0, 3.0], 0.0, 10.0) == (0.0, 10.0)


def test_a_clip_brings_its_sound_tiers_and_spectrogram() -> None:
    tiers = Tiers((("word", (Interval(0.0, 0.5, "hm"), Interval(0.5, 1.0, ""))), ("phone", (Interval(0.0, 1.0, ""),))))
    tone = np.sin(2 * np.pi * 1000 * np.arange(16_000) / 16_000)
    clip = Clip.of("tone", tone, 16_000, tiers)
    seen = spectrogram(clip)
    shown = strip.clip_payload(clip, strip.spectrogram_row(seen))
    head, tree = opened(shown.sound)
    tree |= opened(shown.picture)[1]
    assert head["kind"] == "clip"
    assert np.abs(tree["pcm"] / 32767 - tone).max() <= 0.5 / 32767 + 1e-6
    assert (tree["seconds"], tree["rate"]) == (1.0, 16_000)
    assert [tier["name"] for tier in tree["tiers"]] == ["word"], "a tier that says nothing is left out"
    assert np.array_equal(tree["picture"]["values"], seen.quantised())
    loudest = int(tree["picture"]["values"][:, 50].argmax())
    assert abs(float(tree["picture"]["bands"][loudest].removesuffix(" Hz")) - 1000) < 60


def test_another_picture_of_a_clip_does_not_change_its_sound() -> None:
    clip = Clip.of("tone", np.sin(np.arange(16_000) / 3), 16_000)
    mel = strip.clip_payload(clip, strip.spectrogram_row(spectrogram(clip)))
    settings = SpectrogramSettings.suited(16_000, "linear")
    linear = strip.clip_payload(clip, strip.spectrogram_row(spectrogram(clip, settings)))
    assert mel.sound == linear.sound
    assert mel.picture.id != linear.picture.id


def test_ticks_stand_at_the_bands_that_hold_their_frequency() -> None:
    noise = Clip.of("noise", np.random.default_rng(0).uniform(-0.5, 0.5, 16_000), 16_000)
    seen = spectrogram(noise)
    for band, label in strip.spectrogram_row(seen).ticks:
        hertz = float(label.split()[0]) * (1000 if label.endswith("kHz") else 1)
        # the middle of a band lies at its index, its edges half a band away
        assert np.interp(band + 0.5, np.arange(len(seen.edges)), seen.edges) == pytest.approx(hertz, rel=1e-6)


def test_every_kind_of_row_arrives() -> None:
    interval = (Interval(0.1, 0.2, "k"),)
    rows = (
        strip.Curve("curve", np.linspace(0, 1, 500), TIME, "σ", chance=0.5),
        strip.Matrix("matrix", smooth((4, 500)), TIME, -3, 3, units=(9, 8, 7, 6), colours="layer:2/8"),
        strip.Colours("colours", np.arange(1500, dtype=np.uint8).reshape(500, 3), TIME),
        strip.Labels("labels", interval, (0.25,)),
        strip.Slice("slice", "matrix"),
    )
    _, tree = opened(strip.rows_payload([strip.Choice("layer", "Layer", rows)]))
    curve, matrix, colours, labels, cut = tree["rows"][0]["options"]
    assert curve["values"][[0, -1]].tolist() == [1, 4096]
    assert matrix["units"] == [9, 8, 7, 6]
    assert tree["tables"]["layer:2/8"].shape == (256, 3)
    assert colours["values"].shape == (3, 500)
    assert colours["values"][:, 1].tolist() == [3, 4, 5]
    assert labels["items"] == [[0.1, 0.2, "k"]]
    assert labels["confidence"] == [0.25]
    assert cut["of"] == "matrix"
    assert (curve["start"], curve["step"]) == (0.0125, 0.02)


def test_heads_keep_their_small_values_apart() -> None:
    maps = np.full((1, 1, 4, 4), 0.01)
    maps[0, 0] += np.eye(4) * 0.96
    spans = np.stack([np.arange(4.0), np.arange(1.0, 5.0)], 1)
    _, tree = opened(heads_payload(Heads(maps, spans)))
    shown = tree["tops"][0][0] * (tree["maps"][0, 0] / 255) ** 2
    assert shown == pytest.approx(maps[0, 0], abs=0.002)


def test_ten_seconds_of_every_layer_and_head_of_the_bundled_model_are_small() -> None:
    layers, units, heads = 8, 96, 6

    def layer_map(layer: int) -> strip.Matrix:
        values = smooth((units, 500), layer)
        return strip.Matrix(
            "Map", values, TIME, -3, 3, units=tuple(range(units)), levels=32, colours=f"layer:{layer}/8"
        )

    def head_lines(layer: int) -> strip.Choice:
        lines = np.abs(smooth((heads, 500), 50 + layer)) / 500
        return strip.Choice("head", "Head", tuple(strip.Curve("Looked at", line, TIME) for line in lines))

    maps = strip.Choice("layer", "Layer", tuple(layer_map(layer) for layer in range(layers + 1)))
    lines = strip.Choice("layer", "Layer", tuple(head_lines(layer) for layer in range(layers + 1)))
    sizes = {name: len(strip.rows_payload([row]).data) for name, row in {"maps": maps, "lines": lines}.items()}
    assert sum(sizes.values()) <= MOST, sizes
