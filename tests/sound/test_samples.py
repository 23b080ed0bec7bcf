"""The shipped clips are found by their list, and a damaged folder says so."""

import numpy as np
import pytest

from core import samples, textgrid
from core.clip import Clip
from core.errors import ClipError
from core.tiers import Interval, Tiers

LIST = """
[bell]
file = "bell.flac"
title = "A bell / once"
kind = "sound"
facts = [{start = 0.5, end = 1.0, low_hz = 400, high_hz = 500, label = "strike"}]
colour = "unknown keys are passed over"

[cat]
file = "cat.flac"
title = "The cat"
language = "en"
voice = "slt"
licence = "CC0-1.0"
text = "cat"
"""


@pytest.fixture
def folder(tmp_path, encode, tone):
    (tmp_path / "samples.toml").write_text(LIST, encoding="utf-8")
    for name in ("bell", "cat"):
        (tmp_path / f"{name}.flac").write_bytes(encode(tone, kind="FLAC"))
    tiers = Tiers.of([("word", [Interval(0.0, 0.25, ""), Interval(0.25, 1.0, "cat")])])
    (tmp_path / "cat.TextGrid").write_bytes(textgrid.write(tiers, 1.0))
    return tmp_path


def test_samples_are_listed_in_order_with_what_is_known_of_them(folder):
    found = samples.samples(folder)
    assert list(found) == ["bell", "cat"]
    assert found["bell"].facts == (samples.Fact(0.5, 1.0, 400.0, 500.0, "strike"),)
    assert (found["cat"].kind, found["cat"].language, found["cat"].licence) == ("speech", "en", "CC0-1.0")


def test_a_sample_is_read_with_its_tiers_and_bears_its_title(folder):
    found = samples.samples(folder)
    cat, bell = samples.load(found["cat"]), samples.load(found["bell"])
    assert cat.tiers.spoken("word") == (Interval(0.25, 1.0, "cat"),)
    assert (cat.seconds, cat.sample_rate, bell.name) == (1.0, 16_000, "A bell / once")
    assert not bell.tiers


def test_a_folder_without_a_list_has_no_samples(tmp_path):
    assert samples.samples(tmp_path) == {}


@pytest.mark.parametrize(
    "text", ["[bell", "[bell]\nfile = 'bell.flac'", "[bell]\ntitle = 'A bell'", "[a]\nfile = 3\ntitle = ''"]
)
def test_a_damaged_list_is_said(text, tmp_path):
    (tmp_path / "samples.toml").write_text(text, encoding="utf-8")
    with pytest.raises(ClipError, match="list of sample clips is damaged"):
        samples.samples(tmp_path)


def test_a_missing_file_is_said(folder):
    (folder / "cat.flac").unlink()
    with pytest.raises(ClipError, match="The cat cannot be read"):
        samples.load(samples.samples(folder)["cat"])


def test_a_list_reaches_only_files_of_its_own_folder(folder):
    (folder / "samples.toml").write_text("[a]\nfile = '../../secret.wav'\ntitle = 'A'", encoding="utf-8")
    assert samples.samples(folder)["a"].path == folder / "secret.wav"


@pytest.mark.parametrize("seconds", [0.03, 1, 12])
def test_a_thumbnail_has_the_size_of_a_tile(seconds):
    rate = 16_000
    noise = np.random.default_rng(0).normal(0, 0.1, round(seconds * rate))
    picture = samples.thumbnail(Clip.of("noise", noise, rate), width=96, height=32)
    assert (picture.shape, picture.dtype, picture.max()) == ((32, 96), np.uint8, 255)


def test_a_thumbnail_shows_a_click_and_a_tone_where_they_are():
    rate = 16_000
    samples_ = np.zeros(10 * rate)
    samples_[3 * rate] = 1
    click = samples.thumbnail(Clip.of("click", samples_, rate))
    assert abs(int(click.sum(0).argmax()) - 96 * 0.3) <= 1
    high = samples.thumbnail(Clip.of("tone", np.sin(2 * np.pi * 7000 * np.arange(rate) / rate), rate))
    assert high[:, 48].argmax() > 28


def test_every_shipped_sample_opens():
    shipped = samples.samples()
    if not shipped:
        pytest.skip("no samples ship yet")
    for sample in shipped.values():
        clip = samples.load(sample)
        assert 0.5 <= clip.seconds <= 10
        assert bool(clip.tiers) == (sample.kind != "sound")
        assert all(0 <= fact.start < fact.end <= clip.seconds + 1e-6 for fact in sample.facts)


def test_tiles_show_the_samples_that_ship() -> None:
    """`make traces` draws them anew."""
    drawn = samples.outlines()
    assert list(drawn) == list(samples.samples())
    for name, sample in samples.samples().items():
        clip = samples.load(sample)
        assert drawn[name].seconds == clip.seconds
        assert np.array_equal(drawn[name].picture, samples.thumbnail(clip))
