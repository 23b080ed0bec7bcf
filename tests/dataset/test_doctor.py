"""The training doctor finds what was planted, and finds nothing bad where nothing is."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from core.dataset import doctor
from core.dataset.division import Division
from core.dataset.duplicates import components, overlap
from core.dataset.prepared import PreparedSet
from core.evaluation.predictions import Predictions
from core.finetuning.history import Epoch, History
from core.finetuning.outcome import Inside, Outcome
from core.finetuning.settings import FineTuneSettings, SplitSettings
from core.model_spec import ModelSpec
from tests.evaluation.made import noise, prepared, said

PITCHES = {"low": (100.0, 900.0), "high": (1200.0, 3000.0)}
SPEAKERS, EACH = 12, 10
NOTHING = Inside(*(np.zeros(0),) * 2, *(np.zeros((0, 0)),) * 2)

NO_HISTORY = History()

Clip = tuple[str, str, np.ndarray]
Change = Callable[[list[Clip]], list[Clip]]


def clean() -> list[Clip]:
    """Two classes by twelve speakers, ten sounds of each; length and level differ by chance."""
    chance = np.random.default_rng(6)
    return [
        (label, f"s{who:02}", noise(1000 * who + 10 * take + at, chance.uniform(0.3, 0.4), *pitch,
                                    decibels=chance.uniform(-26, -20)))
        for who in range(SPEAKERS)
        for take in range(EACH)
        for at, (label, pitch) in enumerate(PITCHES.items())
    ]  # fmt: skip


def by_speaker(data: PreparedSet) -> Division:
    """Twelve speakers: half are tested."""
    known = sorted({item.group for item in data.items})
    tested = set(known[-len(known) // 2 :])
    places = range(len(data.items))
    learned = [place for place in places if data.items[place].group not in tested]
    return Division(
        "", "group", tuple(learned[: -2 * EACH]), tuple(learned[-2 * EACH :]),
        tuple(place for place in places if data.items[place].group in tested),
    )  # fmt: skip


def names(found: tuple[doctor.Finding, ...]) -> set[str]:
    return {finding.name for finding in found}


@pytest.fixture(scope="module")
def healthy(tmp_path_factory: pytest.TempPathFactory) -> PreparedSet:
    return prepared(tmp_path_factory.mktemp("clean"), clean())


def test_a_clean_set_gets_nothing_bad_and_hears_what_is_good(healthy: PreparedSet) -> None:
    found = doctor.before(healthy, [by_speaker(healthy)])
    assert doctor.bad(found) == ()
    assert {"groups apart", "no copies"} <= names(found)


def test_the_same_speaker_on_both_sides_is_found(healthy: PreparedSet) -> None:
    """Planted leakage: every second sound is tested, whoever speaks."""
    places = range(len(healthy.items))
    leaky = Division("", "file", tuple(places[::2]), (), tuple(places[1::2]))
    found = {finding.name: finding for finding in doctor.before(healthy, [leaky])}
    assert found["group on both sides"].severity == "warning"
    assert len(found["group on both sides"].items) == len(leaky.test)
    assert "groups apart" not in found


@pytest.mark.parametrize(
    "change",
    [
        lambda samples: samples,
        lambda samples: samples * 0.2,
        lambda samples: -samples,
        lambda samples: np.concatenate([np.zeros(200), samples]),
        lambda samples: samples[300:],
        lambda samples: samples + noise(77, len(samples) / 8000, 100, 3900, -40)[: len(samples)],
    ],
    ids=["as it is", "quieter", "upside down", "later", "its beginning cut off", "with a little noise"],
)
def test_a_copy_on_the_other_side_is_found_even_changed(
    change: Callable[[np.ndarray], np.ndarray], tmp_path: Path
) -> None:
    clips = clean()
    clips[-1] = (clips[-1][0], clips[-1][1], change(clips[1][2]))
    data = prepared(tmp_path, clips)
    found = {finding.name: finding for finding in doctor.before(data, [by_speaker(data)])}
    assert found["same sound on both sides"].items == (1, len(clips) - 1)
    assert found["same sound on both sides"].severity == "warning"
    assert found["same sound on both sides"].advice


def test_one_sound_under_two_labels_is_found(tmp_path: Path) -> None:
    clips = clean()
    clips[0] = ("high", clips[0][1], clips[2][2])
    data = prepared(tmp_path, clips)
    found = {finding.name: finding for finding in doctor.before(data, [by_speaker(data)])}
    assert found["two labels"].items == (0, 2)


def test_two_halves_of_one_recording_that_share_a_stretch_count_as_one_sound() -> None:
    long = noise(5, 1.0).astype(np.float32)
    assert overlap(long[:5200], long[2800:]) == pytest.approx(1, abs=1e-3)
    assert overlap(noise(6, 0.5).astype(np.float32), noise(7, 0.5).astype(np.float32)) < 0.5


def test_two_takes_of_a_word_by_one_speaker_are_not_one_sound(fsdd: PreparedSet) -> None:
    assert components(fsdd) == ()


@pytest.fixture(scope="module")
def fsdd(tmp_path_factory: pytest.TempPathFactory) -> PreparedSet:
    """Real digits: four speakers, ten digits, three takes of each."""
    import os

    from core import sound

    root = Path(__file__).parents[2]
    folder = Path(os.environ.get("STRATA_DATA", root.parent / "shared" / "data")) / "fsdd"
    paths = sorted(path for path in folder.glob("*.wav") if path.stem.endswith(("_5", "_6", "_7")))
    if not paths:
        pytest.skip("the recordings of spoken digits are not here; set STRATA_DATA")
    clips = [(*path.stem.split("_")[:2], sound.decode(path.name, path.read_bytes()).clip.samples) for path in paths]
    return prepared(tmp_path_factory.mktemp("digits"), clips)


def _relabel(label: str, new: str, every: int) -> Change:
    return lambda clips: [
        (new if was == label and number % every == 0 else was, who, samples)
        for number, (was, who, samples) in enumerate(clips)
    ]


PLANTED: dict[str, Change] = {
    "one class": lambda clips: [("low", who, samples) for _label, who, samples in clips],
    "few clips": _relabel("low", "rare", 60),
    "imbalance": lambda clips: [clip for n, clip in enumerate(clips) if clip[0] == "low" or n % 10 == 1],
    "labels alike": _relabel("low", "Low ", 4),
    "groups unknown": lambda clips: [(label, "", samples) for label, _who, samples in clips],
    "silence": lambda clips: [(*clips[0][:2], clips[0][2] * 1e-4), *clips[1:]],
    "clipping": lambda clips: [(*clips[0][:2], np.clip(clips[0][2] * 100, -1, 1)), *clips[1:]],
    "too short": lambda clips: [(*clips[0][:2], clips[0][2][:100]), *clips[1:]],
    "odd length": lambda clips: [(*clips[0][:2], noise(1, 3.0)), *clips[1:]],
    "class follows group": lambda clips: [(label, who + label, samples) for label, who, samples in clips],
    "class with one group": lambda clips: [c for c in clips if c[0] == "low" or c[1] == "s00"],
    "shortcut: length": lambda clips: [
        (label, who, samples if label == "low" else samples[:1600]) for label, who, samples in clips
    ],
    "shortcut: loudness": lambda clips: [
        (label, who, samples if label == "low" else samples / 10) for label, who, samples in clips
    ],
    "shortcut: clipping": lambda clips: [
        (label, who, samples if label == "low" else np.clip(samples * 20, -1, 1)) for label, who, samples in clips
    ],
    "small test": lambda clips: [clip for n, clip in enumerate(clips) if n % 6 < 2],
    "few groups in test": lambda clips: [clip for clip in clips if clip[1] < "s08"],
    "class not tested": lambda clips: [c for c in clips if c[0] == "low" or c[1] < "s03"],
}


@pytest.mark.parametrize("name", PLANTED)
def test_what_is_planted_is_found_and_there_is_advice(name: str, tmp_path: Path) -> None:
    data = prepared(tmp_path, PLANTED[name](clean()))
    found = {finding.name: finding for finding in doctor.before(data, [by_speaker(data)])}
    assert found[name].severity != "good"
    assert found[name].advice
    assert "{" not in found[name].sentence + found[name].advice


def test_a_split_that_leaves_nothing_to_test_stops(healthy: PreparedSet) -> None:
    found = doctor.before(healthy, [Division("", "group", tuple(range(240)), (), ())])
    assert found[0].name == "empty side"
    assert found[0].severity == "stop"


def test_transcripts_are_not_asked_about_classes(tmp_path: Path) -> None:
    clips = [("", f"s{n % 12:02}", noise(n, 0.3)) for n in range(240)]
    data = prepared(tmp_path, clips, task="transcripts")
    assert doctor.bad(doctor.before(data, [by_speaker(data)])) == ()


def test_an_empty_set_stops(healthy: PreparedSet) -> None:
    assert doctor.before(replace(healthy, items=()), [])[0].severity == "stop"


def outcome(
    data: PreparedSet, before: Predictions, after: Predictions, history: History, division: Division
) -> Outcome:
    return Outcome(
        "run", ModelSpec("bundled", "speech-tiny"), data.key, data.title, FineTuneSettings(), SplitSettings(),
        (division,), (history,), (before,), after, NOTHING, Path(), 1.0,
    )  # fmt: skip


def judged(data: PreparedSet, before: np.ndarray, after: np.ndarray, history: History = NO_HISTORY) -> dict:
    """Ask about answers over the test of a division by speaker."""
    division = by_speaker(data)
    true = np.array(data.targets(division.test))
    groups = [data.items[place].group for place in division.test]
    first, second = (
        said(true, answers, 2, groups, name=name) for name, answers in (("log-mel", before), ("after", after))
    )
    return {finding.name: finding for finding in doctor.after(data, outcome(data, first, second, history, division))}


def wrong_in(true: np.ndarray, count: int) -> np.ndarray:
    """Answers with so many wrong, spread evenly over speakers and classes."""
    return np.where(np.argsort(np.arange(120) % 20, kind="stable").argsort() < count, 1 - true, true)


@pytest.fixture(scope="module")
def true(healthy: PreparedSet) -> np.ndarray:
    return np.array(healthy.targets(by_speaker(healthy).test))


def test_a_good_run_gets_nothing_bad(healthy: PreparedSet, true: np.ndarray) -> None:
    history = History((Epoch(1, 1.0, 0.5, 0.8, 1e-3, 0.4, 0.85), Epoch(2, 1.0, 0.2, 0.95, 1e-3, 0.2, 0.94)), best=2)
    found = judged(healthy, wrong_in(true, 40), wrong_in(true, 6), history)
    assert doctor.bad(found.values()) == ()
    assert "better" in found


def test_labels_at_random_show_no_evidence_of_learning(healthy: PreparedSet, true: np.ndarray) -> None:
    chance = np.random.default_rng(4)
    found = judged(healthy, chance.integers(0, 2, 120), chance.integers(0, 2, 120))
    assert "No evidence of learning" in found["chance level"].sentence
    assert "better" not in found


def test_naming_one_class_always_is_seen(healthy: PreparedSet, true: np.ndarray) -> None:
    assert "It names b (nearly) always" in judged(healthy, true, np.ones(120, int))["majority result"].sentence


def test_becoming_worse_is_said(healthy: PreparedSet, true: np.ndarray) -> None:
    assert judged(healthy, wrong_in(true, 6), wrong_in(true, 40))["worse"].severity == "warning"


def test_a_test_too_small_for_its_difference_names_the_size_that_would_do(
    healthy: PreparedSet, true: np.ndarray
) -> None:
    """3 of 120 mended, none broken: 7.85 · (0.025 - 0.025²) / 0.025² = 306.15 sounds."""
    found = judged(healthy, wrong_in(true, 23), wrong_in(true, 20))
    assert "about 307 sounds" in found["test too small"].advice


def test_learning_by_heart_is_seen(healthy: PreparedSet, true: np.ndarray) -> None:
    learned = History((Epoch(1, 1.0, 0.1, 1.0, 1e-3, 0.9, 0.6),), best=1)
    assert "by heart" in judged(healthy, true, wrong_in(true, 3), learned)["over-fitting"].sentence
    risen = History((Epoch(1, 1.0, 0.4, 0.9, 1e-3, 0.4, 0.88), Epoch(2, 1.0, 0.1, 1.0, 1e-3, 0.6, 0.87)), best=1)
    assert "Epoch 1 was kept" in judged(healthy, true, wrong_in(true, 3), risen)["over-fitting"].sentence


@pytest.mark.parametrize("ended", ["diverged", "full disk"])
def test_a_run_that_broke_off_says_what_was_kept(ended: str, healthy: PreparedSet, true: np.ndarray) -> None:
    found = judged(healthy, wrong_in(true, 40), wrong_in(true, 6), History(ended=ended))
    assert "last good epoch was kept" in found[ended].sentence


def test_a_random_split_is_said_to_flatter(healthy: PreparedSet) -> None:
    """G23."""
    places = np.arange(240)
    leaky = Division("", "file", tuple(places[::2].tolist()), (), tuple(places[1::2].tolist()))
    true = np.array(healthy.targets(leaky.test))
    after = said(true, true, 2, [healthy.items[place].group for place in leaky.test])
    found = doctor.after(healthy, outcome(healthy, after, after, History(), leaky))
    flattered = next(finding for finding in found if finding.name == "random split")
    assert "120 of 120 tested sounds" in flattered.sentence
