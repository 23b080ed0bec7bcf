"""The ready sets that ship are what their tables say, and their recipe makes them again."""

import csv
import hashlib
import io
import re
import tomllib
import zipfile
from collections import Counter
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import soundfile

from models.recipes.sets import digits, german_words, sounds, vowels
from models.recipes.sets.archive import LabelledClip, place
from models.recipes.sets.ogg import decode, encode
from models.recipes.sets.recording import MARGINS, RecordingSettings, levelled, record
from models.recipes.sets.speakers import Line, Speaker, speak, versions
from models.recipes.speech_tiny.utterance import RATE

FOLDER = Path(__file__).parents[2] / "models" / "sets"
CLASSES = {
    "vowels": vowels.NAMES,
    "digits": digits.DIGITS,
    "german-words": [word.lower() for word in german_words.WORDS],
    "sounds": sounds.KINDS,
}
TAKES = {
    "vowels": vowels.TAKES, "digits": digits.TAKES, "german-words": german_words.TAKES, "sounds": sounds.TAKES,
}  # fmt: skip
FEWEST_CLIPS = {"vowels": 300, "digits": 400, "german-words": 300, "sounds": 240}
FEWEST_GROUPS = {"vowels": 10, "digits": 12, "german-words": 12, "sounds": 6}
SECONDS = {"vowels": (0.15, 0.6), "digits": (0.2, 1.6), "german-words": (0.15, 1.6), "sounds": (0.9, 1.01)}
LARGEST = 2_500_000  # bytes
NAMES = list(CLASSES)
Row = dict[str, str]


@cache
def _rows(name: str) -> tuple[Row, ...]:
    with zipfile.ZipFile(FOLDER / f"{name}.zip") as archive:
        return tuple(csv.DictReader(io.StringIO(archive.read("metadata.csv").decode())))


@cache
def _files(name: str) -> dict[str, bytes]:
    with zipfile.ZipFile(FOLDER / f"{name}.zip") as archive:
        return {entry: archive.read(entry) for entry in archive.namelist()}


@cache
def _sounds(name: str) -> dict[str, np.ndarray]:
    return {row["file_name"]: decode(_files(name)[row["file_name"]]) for row in _rows(name)}


def _facts(name: str) -> dict[str, str]:
    return tomllib.loads(_files(name)["set.toml"].decode())


@pytest.mark.parametrize("name", NAMES)
def test_a_set_opens_as_a_plain_zip_and_stays_small(name: str) -> None:
    with zipfile.ZipFile(FOLDER / f"{name}.zip") as archive:
        assert archive.testzip() is None
    assert (FOLDER / f"{name}.zip").stat().st_size <= LARGEST


@pytest.mark.parametrize("name", NAMES)
def test_every_file_is_in_the_table_once_and_nothing_else_lies_there(name: str) -> None:
    named = Counter(row["file_name"] for row in _rows(name))
    assert set(named.values()) == {1}
    assert {*named, "set.toml", "metadata.csv"} == set(_files(name))


@pytest.mark.parametrize("name", NAMES)
def test_every_group_makes_every_class_equally_often(name: str) -> None:
    made = Counter((row["label"], row["group"]) for row in _rows(name))
    groups = {group for _label, group in made}
    assert len(_rows(name)) >= FEWEST_CLIPS[name] and len(groups) >= FEWEST_GROUPS[name]
    assert made == {(label, group): TAKES[name] for label in CLASSES[name] for group in groups}


@pytest.mark.parametrize("name", NAMES)
def test_a_clip_lies_in_the_folder_of_its_class(name: str) -> None:
    assert all(row["file_name"].split("/")[0] == row["label"] for row in _rows(name))


@pytest.mark.parametrize("name", NAMES)
def test_a_set_says_what_it_is_who_made_it_and_under_which_licence(name: str) -> None:
    facts, rows = _facts(name), _rows(name)
    assert facts["licence"] == "CC0-1.0" and facts["task"] == "classes"
    assert facts["source"] == "made for Strata by models/recipes/sets"
    assert re.search(r"\d\.\d", facts["made_with"])
    assert facts["title"] and facts["summary"].count(".") == 1
    assert f"{len(rows)} " in facts["summary"]


@pytest.mark.parametrize("name", NAMES)
def test_every_clip_is_16_khz_mono_of_fitting_length_and_level(name: str) -> None:
    for row in _rows(name):
        samples, rate = soundfile.read(io.BytesIO(_files(name)[row["file_name"]]), dtype="float32")
        shortest, longest = SECONDS[name]
        assert rate == RATE and samples.ndim == 1, row
        assert shortest <= len(samples) / RATE <= longest, row
        assert -24 <= 20 * np.log10(np.abs(samples).max()) <= -1, row


@pytest.mark.parametrize("name", NAMES)
def test_no_two_clips_are_the_same(name: str) -> None:
    fingerprints = {hashlib.sha256(samples.tobytes()).digest() for samples in _sounds(name).values()}
    assert len(fingerprints) == len(_rows(name))


@pytest.mark.parametrize("name", NAMES)
def test_the_edges_of_most_clips_are_quieter_than_their_middle(name: str) -> None:
    margin = round(MARGINS[0] / 2 * RATE)
    quieter = [np.std(samples[:margin]) < np.std(samples) for samples in _sounds(name).values()]
    assert np.mean(quieter) > 0.95


def _shown(name: str, clips: Iterable[LabelledClip], programs: tuple[str, ...]) -> None:
    """Hold clips that were made anew against those that ship; another version of a program may sound otherwise."""
    rows = {row["file_name"]: row for row in _rows(name)}
    same = all(version in _facts(name)["made_with"] for version in versions(programs).split(", ")) if programs else True
    for clip in clips:
        row = rows[place(clip)]
        assert (row["label"], row["group"], row["text"]) == (clip.label, clip.group, clip.text)
        shipped, made = _sounds(name)[place(clip)], decode(encode(clip.samples))
        if same:
            assert len(made) == len(shipped)
            assert np.sum((made - shipped) ** 2) <= 1e-3 * np.sum(shipped**2), place(clip)
        else:
            assert 0.5 < len(made) / len(shipped) < 2


# Festival is not needed here: voices of espeak-ng and flite stand for the others
SPOKEN = [
    ("vowels", vowels.clips_of, vowels.SPEAKERS, "espeak-ng"),
    ("vowels", vowels.clips_of, vowels.SPEAKERS, "flite"),
    ("digits", digits.clips_of, digits.SPEAKERS, "espeak-ng"),
    ("digits", digits.clips_of, digits.SPEAKERS, "flite"),
    ("german-words", german_words.clips_of, german_words.SPEAKERS, "espeak-ng"),
]


@pytest.mark.parametrize(("name", "clips_of", "speakers", "program"), SPOKEN)
def test_a_voice_that_speaks_again_says_the_same(
    name: str, clips_of: Callable[[Speaker], Iterable[LabelledClip]], speakers: tuple[Speaker, ...], program: str
) -> None:
    speaker = next(speaker for speaker in speakers if speaker.program == program.removesuffix("-ng"))
    _shown(name, clips_of(speaker), (program,))


def test_a_maker_of_sounds_makes_the_same_again() -> None:
    _shown("sounds", sounds.clips_of(sounds.MAKERS[2]), ())


def test_the_same_samples_are_the_same_bytes_of_ogg() -> None:
    samples = levelled(np.random.default_rng(0).standard_normal(RATE).astype(np.float32), -6.0)
    data = encode(samples)
    assert encode(samples) == data and len(decode(data)) == RATE


def test_background_lies_as_far_below_the_sound_as_asked() -> None:
    tone = np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE).astype(np.float32)
    settings = RecordingSettings(room=0.0, noisy=1.0, noisy_decibels=(15.0, 15.0), microphone=0.0)
    samples = record(tone, settings, np.random.default_rng(3))
    spectrum = np.abs(np.fft.rfft(samples)) ** 2
    near = np.abs(np.fft.rfftfreq(len(samples), 1 / RATE) - 440) < 60
    assert 10 * np.log10(spectrum[near].sum() / spectrum[~near].sum()) == pytest.approx(15, abs=1)


def _middle_frequency(samples: np.ndarray) -> float:
    power = np.abs(np.fft.rfft(samples)) ** 2
    return float((np.fft.rfftfreq(len(samples), 1 / RATE) * power).sum() / power.sum())


def test_a_smaller_person_speaks_as_long_with_higher_resonances() -> None:
    grown, small = (
        speak(Speaker("someone", "flite", "rms", size=size), [Line("one two three")])[0] for size in (1.0, 1.25)
    )
    assert small.phones[-1].end == pytest.approx(grown.phones[-1].end, rel=0.05)
    assert _middle_frequency(small.samples) / _middle_frequency(grown.samples) == pytest.approx(1.25, rel=0.08)
