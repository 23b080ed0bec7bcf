"""The sample clips are what their table says."""

import tomllib
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from core import textgrid
from core.tiers import Interval, Tiers
from models.recipes.samples.syllables import syllables

FOLDER = Path(__file__).parents[2] / "models" / "samples"
TABLE: dict[str, dict[str, Any]] = tomllib.loads((FOLDER / "samples.toml").read_text())
SPOKEN = [name for name, row in TABLE.items() if "textgrid" in row]
PLANTED = [(name, fact) for name, row in TABLE.items() for fact in row.get("facts", [])]


def _tiers(name: str) -> Tiers:
    return textgrid.read(name, (FOLDER / TABLE[name]["textgrid"]).read_bytes()).tiers


def test_there_are_ten_clips_or_more_and_they_stay_small() -> None:
    assert len(TABLE) >= 10
    assert sum(path.stat().st_size for path in FOLDER.iterdir() if path.is_file()) <= 1_500_000


def test_every_file_is_in_the_table() -> None:
    named = {row["file"] for row in TABLE.values()} | {row["textgrid"] for row in TABLE.values() if "textgrid" in row}
    assert {path.name for path in FOLDER.iterdir() if path.suffix in {".flac", ".TextGrid"}} == named


def test_there_are_five_english_voices_and_a_german_one() -> None:
    speech = [row for row in TABLE.values() if row["kind"] == "speech"]
    assert len({(row["voice"], row["made_with"]) for row in speech if row["language"] == "en"}) >= 5
    assert any(row["language"] == "de" for row in speech)


@pytest.mark.parametrize("name", TABLE)
def test_a_clip_opens_lasts_at_most_ten_seconds_and_peaks_at_minus_3_decibels(name: str) -> None:
    samples, rate = soundfile.read(FOLDER / TABLE[name]["file"])
    assert rate == 16_000 and samples.ndim == 1
    assert 0.8 <= len(samples) / rate <= 10
    assert 20 * np.log10(np.abs(samples).max()) == pytest.approx(-3, abs=0.01)
    assert TABLE[name]["licence"] == "CC0-1.0"


@pytest.mark.parametrize("name", SPOKEN)
def test_tiers_cover_the_clip_in_order_and_nest(name: str) -> None:
    seconds = soundfile.info(FOLDER / TABLE[name]["file"]).duration
    tiers = _tiers(name)
    for row, intervals in tiers:
        assert intervals[0].start == 0 and intervals[-1].end == pytest.approx(seconds), row
        assert all(a.end == b.start for a, b in pairwise(intervals)), row
    for coarse, fine in (("sentence", "word"), ("word", "syllable"), ("syllable", "phone")):
        for item in tiers.spoken(fine):
            assert any(outer.start <= item.start and item.end <= outer.end for outer in tiers.spoken(coarse)), item


@pytest.mark.parametrize("name", SPOKEN)
def test_phones_fill_their_words_without_a_gap(name: str) -> None:
    tiers = _tiers(name)
    for word in tiers.spoken("word"):
        inside = [p for p in tiers.spoken("phone") if p.start >= word.start - 1e-9 and p.end <= word.end + 1e-9]
        assert inside[0].start == word.start and inside[-1].end == word.end
        assert sum(phone.seconds for phone in inside) == pytest.approx(word.seconds)


@pytest.mark.parametrize("name", SPOKEN)
def test_the_words_are_the_text(name: str) -> None:
    spoken = " ".join(word.label for word in _tiers(name).spoken("word"))
    plain = "".join(letter for letter in TABLE[name]["text"] if letter.isalpha() or letter in " '")
    assert spoken.lower() == plain.lower()


def test_the_cat_sits_on_six_words_and_seventeen_phones() -> None:
    tiers = _tiers("cat")
    assert [word.label for word in tiers.spoken("word")] == ["The", "cat", "sat", "on", "the", "mat"]
    said = " ".join(phone.label for phone in tiers.spoken("phone"))
    assert said == "dh ah k ae t s ae t aa n dh ah m ae t"


@pytest.mark.parametrize(("name", "fact"), PLANTED)
def test_a_planted_fact_stands_20_decibels_above_its_band_elsewhere(name: str, fact: dict[str, Any]) -> None:
    samples, rate = soundfile.read(FOLDER / TABLE[name]["file"])
    spectrum = np.fft.rfft(samples)
    frequencies = np.fft.rfftfreq(len(samples), 1 / rate)
    inside = (frequencies >= fact["low_hz"]) & (frequencies <= fact["high_hz"])
    power = np.fft.irfft(spectrum * inside, len(samples)) ** 2
    times = np.arange(len(samples)) / rate
    within = (times >= fact["start"]) & (times < fact["end"])
    # 50 ms around the edges belong to neither: a sharp band rings
    elsewhere = (times < fact["start"] - 0.05) | (times >= fact["end"] + 0.05)
    assert 10 * np.log10(power[within].mean() / power[elsewhere].mean()) >= 20


def test_a_consonant_begins_the_next_syllable_where_english_allows_it() -> None:
    labels = ["eh", "k", "s", "t", "r", "ah"]
    phones = [Interval(float(i), float(i + 1), label) for i, label in enumerate(labels)]
    assert [syllable.label for syllable in syllables(phones)] == ["eh k", "s t r ah"]
