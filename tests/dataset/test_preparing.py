"""Preparing is done once, by content; what cannot be used is left out and said; nothing half done stays behind."""

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core import memory
from core.dataset import preparing
from core.dataset.collection import Collection, Example
from core.dataset.preparing import find, open_prepared, prepare
from core.dataset.uploads import collect
from core.errors import CancelledError, DatasetError
from core.finetuning import runs
from core.finetuning.runs import Asked
from core.finetuning.settings import FineTuneSettings, PrepareSettings, SplitSettings
from core.model_spec import ModelSpec
from core.progress import Step, silent
from tests.dataset.made import RATE, sound, tone, wav
from tests.full_disk import full_disk

PLAIN = PrepareSettings()
SILENT = np.zeros(RATE // 2, np.float32)


def pets(**more: bytes) -> Collection:
    files = {"cat": [("1.wav", sound(400)), ("2.wav", sound(450))], "dog": [("3.wav", sound(500, 0.5))]}
    for name, data in more.items():
        files["dog"].append((f"{name}.wav", data))
    return collect("Pets", files, {"1.wav": "ann"})


def one(samples: np.ndarray, settings: PrepareSettings, home: Path, rate: int = RATE) -> np.ndarray:
    """Prepare a set and return its first sound."""
    files = {"a": [("a.wav", wav(samples, rate))], "b": [("b.wav", sound())]}
    return np.array(prepare(collect("x", files), settings, home).samples(0))


def test_sounds_are_kept_as_they_are(home: Path) -> None:
    data = prepare(pets(), PLAIN, home)
    assert [(item.name, item.label, item.group, item.start, item.count) for item in data.items] == [
        ("1.wav", "cat", "ann", 0, 4000),
        ("2.wav", "cat", "", 4000, 4000),
        ("3.wav", "dog", "", 8000, 8000),
    ]
    np.testing.assert_array_equal(data.samples(2), tone(500, 0.5))
    assert (data.labels, data.targets(range(3)), data.seconds) == (("cat", "dog"), (0, 0, 1), 1.0)
    assert data.items[0].fingerprint == data.clip(0).fingerprint


def test_samples_cannot_be_changed(home: Path) -> None:
    with pytest.raises(ValueError, match="read-only"):
        prepare(pets(), PLAIN, home).samples(0)[0] = 1


def test_the_same_content_is_found_without_decoding_anything(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first = prepare(pets(), PLAIN, home)

    def never(*_arguments: object) -> None:
        pytest.fail("decoded again")

    monkeypatch.setattr(preparing, "decode", never)
    again = prepare(replace(pets(), title="Other"), PLAIN, home)
    assert (again.key, again.items, again.title) == (first.key, first.items, "Other")
    assert [path.name for path in (home / "sets").iterdir()] == [first.key]


def changed(what: str) -> tuple[Collection, PrepareSettings]:
    first, *rest = pets().examples
    other: Mapping[str, Example] = {
        "sound": replace(first, read=lambda: sound(401)),
        "label": replace(first, label="dog"),
        "group": replace(first, group="bob"),
        "side": replace(first, split="test"),
        "text": replace(first, text="meow"),
    }
    collection = replace(pets(), examples=(other.get(what, first), *rest))
    return collection, replace(PLAIN, trim=True) if what == "settings" else PLAIN


@pytest.mark.parametrize("what", ["sound", "label", "group", "side", "text", "settings"])
def test_other_content_has_another_key(home: Path, what: str) -> None:
    collection, settings = changed(what)
    assert prepare(collection, settings, home).key != prepare(pets(), PLAIN, home).key


def test_a_set_is_found_by_its_key_and_by_its_folder(home: Path) -> None:
    data = prepare(pets(), PLAIN, home)
    assert find(data.key, home).items == data.items
    assert open_prepared(data.folder).items == data.items


@pytest.mark.parametrize("key", ["", "../sets", "0" * 32, "/etc", "..", "0" * 31 + "G"])
def test_a_key_that_is_none_leads_nowhere(home: Path, key: str) -> None:
    prepare(pets(), PLAIN, home)
    with pytest.raises(DatasetError, match="not here any more"):
        find(key, home)


def test_another_rate_is_resampled(home: Path) -> None:
    samples = one(tone(440, 0.5, rate=8000), PLAIN, home, rate=8000)
    assert samples.size == 8000  # half a second at 16 kHz
    assert np.abs(samples[2000:6000] - tone(440, 0.5)[2000:6000]).max() < 1e-3


def test_quiet_ends_are_cut_off_but_for_a_margin(home: Path) -> None:
    samples = one(np.concatenate([SILENT, tone(400, 0.5), SILENT]), PrepareSettings(trim=True), home)
    assert samples.size == 9600  # 0.05 + 0.5 + 0.05 s
    assert not samples[:800].any()
    assert samples[800:8800].any()


def test_one_click_does_not_make_quiet_speech_count_as_silence(home: Path) -> None:
    quiet = tone(400, 0.5, level=0.0005)
    quiet[4000] = 1.0
    assert one(np.concatenate([SILENT, quiet, SILENT]), PrepareSettings(trim=True), home).size == 9600


def test_silence_is_neither_cut_nor_made_loud(home: Path) -> None:
    for normalise in ("peak", "loudness"):
        samples = one(SILENT, PrepareSettings(trim=True, normalise=normalise), home)
        np.testing.assert_array_equal(samples, SILENT)


def test_equal_peaks_stand_one_decibel_below_full_scale(home: Path) -> None:
    samples = one(tone(level=0.2), PrepareSettings(normalise="peak"), home)
    assert np.abs(samples).max() == pytest.approx(0.8913, abs=1e-3)


def test_equal_loudness_is_23_decibels_below_full_scale(home: Path) -> None:
    files = {"a": [("a.wav", wav(tone(400, level=0.2)))], "b": [("b.wav", wav(tone(400, level=0.01)))]}
    data = prepare(collect("x", files), PrepareSettings(normalise="loudness"), home)
    assert [item.loudness for item in data.items] == [pytest.approx(-23, abs=0.01)] * 2


def test_loudness_never_goes_beyond_full_scale(home: Path) -> None:
    click = np.zeros(RATE, np.float32)
    click[::4000] = 0.5
    assert one(click, PrepareSettings(normalise="loudness"), home).max() == pytest.approx(1.0)


@pytest.mark.parametrize(("seconds", "kept"), [(1.0, 4000), (0.125, 2000)])
def test_a_fixed_length_cuts_at_the_end_or_pads_with_silence(home: Path, seconds: float, kept: int) -> None:
    samples = one(tone(), PrepareSettings(seconds=seconds), home)
    assert samples.size == seconds * RATE
    np.testing.assert_array_equal(samples[:kept], tone()[:kept])
    assert not samples[kept:].any()


def test_loudness_and_clipping_are_measured(home: Path) -> None:
    square = np.where(np.arange(RATE) < RATE // 2, 0.1, -0.1).astype(np.float32)  # 20 dB below full scale
    half = np.where(np.arange(RATE) < RATE // 2, 0.0, 1.0).astype(np.float32)  # half of it at full scale
    files = {"a": [("a.wav", wav(square)), ("b.wav", wav(half))], "b": [("c.wav", wav(SILENT))]}
    items = prepare(collect("x", files), PLAIN, home).items
    assert [item.loudness for item in items] == [pytest.approx(-20, abs=1e-4), pytest.approx(-3.0103, abs=1e-3), -120]
    assert [item.clipped for item in items] == [0, 0.5, 0]


def test_clipping_is_measured_before_sounds_are_made_quieter(home: Path) -> None:
    files = {"a": [("a.wav", wav(np.ones(RATE, np.float32)))], "b": [("b.wav", sound())]}
    assert prepare(collect("x", files), PrepareSettings(normalise="peak"), home).items[0].clipped == 1


def test_sounds_that_cannot_be_used_are_listed_and_the_rest_goes_on(home: Path) -> None:
    data = prepare(pets(empty=b"", text=b"hello, I am text", short=wav(tone(seconds=0.01))), PLAIN, home)
    assert len(data.items) == 3
    assert [(entry.name, entry.reason) for entry in data.skipped] == [
        ("empty.wav", "empty.wav is an empty file."),
        ("text.wav", "text.wav is not a sound file."),
        ("short.wav", "short.wav is 10 ms long."),
    ]
    assert open_prepared(data.folder).skipped == data.skipped


def test_a_class_of_which_nothing_can_be_used_is_listed(home: Path) -> None:
    files = {"cat": [("1.wav", sound(400))], "dog": [("2.wav", sound(500))], "cow": [("3.wav", b"moo")]}
    data = prepare(collect("x", files), PLAIN, home)
    assert data.labels == ("cat", "dog")
    assert data.skipped[-1].name == "cow"


@pytest.mark.parametrize(
    ("dog", "sentence"), [(b"woof", "one class only, “cat”"), (None, "No sound was found")], ids=["one", "all"]
)
def test_too_few_usable_sounds_are_refused_and_leave_nothing(home: Path, dog: bytes | None, sentence: str) -> None:
    files = {"cat": [("1.wav", sound() if dog else b"?")], "dog": [("2.wav", dog or b"?")]}
    with pytest.raises(DatasetError, match=sentence) as caught:
        prepare(collect("x", files), PLAIN, home)
    assert caught.value.hint
    assert not list((home / "sets").iterdir())


def test_classes_are_ordered_as_people_count(home: Path) -> None:
    files = {name: [(f"{name}.wav", sound(200 + 50 * place))] for place, name in enumerate(("10", "9", "Bee", "ant"))}
    assert prepare(collect("x", files), PLAIN, home).labels == ("9", "10", "ant", "Bee")


@pytest.mark.parametrize("stop", [1, 2, 4, 6])
def test_stopping_at_any_step_leaves_nothing_behind(home: Path, stop: int) -> None:
    def report(step: Step) -> None:
        if step.done >= stop:
            raise CancelledError("stopped")

    with pytest.raises(CancelledError):
        prepare(pets(), PLAIN, home, report)
    left = list(home.rglob("*.f32"))
    assert len(left) == (stop == 6)  # the last step is told when all is written
    assert not list(home.rglob(".unfinished-*"))


def test_progress_grows_to_its_end(home: Path) -> None:
    steps: list[Step] = []
    prepare(pets(), PLAIN, home, steps.append)
    assert [step.done for step in steps] == sorted(step.done for step in steps)
    assert steps[-1].fraction == 1


@pytest.mark.parametrize("kind", ["disk", "memory"])
def test_a_set_that_cannot_fit_is_refused_before_any_work(
    home: Path, kind: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    free = {"disk": ("free_disk", lambda _folder: 200_000_000 + 63_999), "memory": ("available_memory", lambda: 63_999)}
    monkeypatch.setattr(preparing, *free[kind])
    monkeypatch.setattr(preparing, "decode", lambda *_arguments: pytest.fail("began all the same"))
    with pytest.raises(DatasetError, match="these sounds take 64 kB") as caught:  # 16,000 samples of 4 bytes
        prepare(pets(), PLAIN, home)
    assert caught.value.hint
    assert not home.exists()


def test_sets_that_nobody_used_for_long_make_room_but_not_those_of_kept_runs(
    home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(preparing, "BUDGET", 200_000)  # bytes: one set of these takes 64,000 and its table
    made = [prepare(pets(more=sound(300 + 10 * number)), PLAIN, home) for number in range(2)]
    asked = Asked(ModelSpec("bundled", "speech-tiny"), made[0].key, "Pets", FineTuneSettings(), SplitSettings())
    runs.begin(asked, home).keep()
    with pytest.raises(DatasetError, match="more than there is place for"):
        prepare(pets(more=sound(350)), PLAIN, home)  # both were used a moment ago
    for data in made:
        os.utime(data.folder, (0, 0))
    last = prepare(pets(more=sound(350)), PLAIN, home)
    assert sorted(path.name for path in (home / "sets").iterdir()) == sorted([made[0].key, last.key])


def test_a_disk_that_fills_up_is_told_and_leaves_nothing(home: Path) -> None:
    """The system itself refuses the write: no file may grow beyond 20 kB."""
    with full_disk() as fill:
        fill(20_000)
        with pytest.raises(DatasetError, match="The disk became full") as caught:
            prepare(pets(), PLAIN, home)
    assert caught.value.hint
    assert not list((home / "sets").iterdir())
    assert len(prepare(pets(), PLAIN, home).items) == 3


def test_a_disk_is_never_filled_to_the_last_byte(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    left = iter([memory.free_disk(home), 200_000_000 + 16_000, 200_000_000])
    monkeypatch.setattr(preparing, "free_disk", lambda _folder: next(left))
    with pytest.raises(DatasetError, match="The disk became full"):
        prepare(pets(), PLAIN, home)
    assert not list((home / "sets").iterdir())


def test_a_place_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("a file")
    with pytest.raises(DatasetError, match="could not be kept") as caught:
        prepare(pets(), PLAIN, tmp_path / "home")
    assert caught.value.hint


def test_too_many_sounds_are_refused(home: Path) -> None:
    example = Example("1.wav", sound, label="a")
    with pytest.raises(DatasetError, match="20001 sounds"):
        prepare(Collection("x", (example,) * 20_001), PLAIN, home)


@pytest.mark.parametrize(
    "settings",
    [
        PrepareSettings(sample_rate=100),
        PrepareSettings(seconds=31.0),
        PrepareSettings(seconds=-1.0),
        PrepareSettings(seconds=float("nan")),
        PrepareSettings(seconds=0.001),
    ],
    ids=str,
)
def test_settings_outside_their_bounds_are_refused(home: Path, settings: PrepareSettings) -> None:
    with pytest.raises(DatasetError) as caught:
        prepare(pets(), settings, home)
    assert caught.value.hint


def test_what_a_killed_process_left_is_removed_after_a_day(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    old = home / "sets" / ".unfinished-old"
    old.mkdir(parents=True)
    prepare(pets(), PLAIN, home)
    assert old.is_dir()
    monkeypatch.setattr(preparing, "FORGOTTEN_SECONDS", -1.0)
    prepare(pets(), PrepareSettings(trim=True), home, silent)
    assert not old.exists()


def test_a_set_that_was_damaged_since_is_prepared_anew(home: Path) -> None:
    folder = prepare(pets(), PLAIN, home).folder
    (folder / "samples.f32").write_bytes(b"")
    assert len(prepare(pets(), PLAIN, home).samples(2)) == 8000
