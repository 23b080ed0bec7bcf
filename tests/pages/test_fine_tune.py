"""What the page Fine-tune promises, with small sets in a home of their own and, where it trains, a stand-in."""

import io
import threading
import time
import wave
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Literal, get_args, get_type_hints

import numpy as np
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core.attribution.erasing import Erased
from core.attribution.methods import methods
from core.finetuning import runs
from core.finetuning.augmentation import augmentations, options_of
from core.finetuning.history import Epoch
from core.finetuning.runs import Asked, RunFolder
from core.finetuning.search import SearchSettings
from core.finetuning.settings import FineTuneSettings, PrepareSettings, SplitSettings
from core.finetuning.strategies import strategies
from core.finetuning.transcription.options import TranscriptOptions
from core.finetuning.transcription.outcome import Line
from core.model_spec import ModelSpec
from core.progress import Report, Step
from core.setting import setting
from pages._kit import earlier, engine, form, session
from pages._kit.policy import Policy
from pages._kit.sounds import classwise, ready, source
from pages._kit.training import choice, work, written
from tests.pages.opening import words

RATE = 8_000  # Hz
PATIENCE = 20  # seconds
Row = tuple[str, str, str, str]  # class, voice, side, file name


def fine_tune_page() -> None:
    """Run the page inside its frame: a script of its own, because Streamlit's runner loses clicks on other pages."""
    import runpy

    from pages._kit import address, frame, navigation

    address.restore()
    frame.sidebar()
    frame.top()
    with navigation.running():
        runpy.run_path(str(navigation.FOLDER / "fine_tune.py"))
    address.keep()


def tone(pitch: float, seed: int, seconds: float = 0.3) -> bytes:
    """Make a WAV of a tone in some noise, unlike any other of another seed."""
    noise = np.random.default_rng(seed).normal(0, 0.02, int(seconds * RATE))
    samples = 0.3 * np.sin(2 * np.pi * pitch * np.arange(noise.size) / RATE) + noise
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((samples * 32767).astype("<i2").tobytes())
    return buffer.getvalue()


def archive(rows: Sequence[Row], more: dict[str, bytes] | None = None) -> bytes:
    """Pack tones with a table of who says what; ``more`` are files as they are."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as packed:
        table = ["file_name,label,group,split"]
        for number, (label, voice, side, name) in enumerate(rows):
            packed.writestr(name, tone(200 + 100 * len(label), number))
            table.append(f"{name},{label},{voice},{side}")
        for name, data in (more or {}).items():
            packed.writestr(name, data)
            table.append(f"{name},broken,,")
        packed.writestr("metadata.csv", "\n".join(table))
    return buffer.getvalue()


def rows(voices: int = 4, each: int = 3, labels: Sequence[str] = ("a", "ee")) -> list[Row]:
    """List sounds: every voice says every class ``each`` times."""
    return [
        (label, f"voice {voice}", "", f"{label}-{voice}-{take}.wav")
        for label in labels
        for voice in range(voices)
        for take in range(each)
    ]


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Keep everything that is prepared and taught in a folder of the test."""
    monkeypatch.setenv("STRATA_HOME", str(tmp_path))
    st.cache_resource.clear()
    yield tmp_path
    st.cache_resource.clear()


def opened(**query: str) -> AppTest:
    app = AppTest.from_function(fine_tune_page, default_timeout=60)
    for name, value in query.items():
        app.query_params[name] = value
    return app.run()


def until(app: AppTest, there: Callable[[AppTest], bool]) -> AppTest:
    """Look again and again, as the page's timer would."""
    end = time.monotonic() + PATIENCE
    while not there(app) and time.monotonic() < end:
        time.sleep(0.05)
        app.run()
    assert not app.exception
    assert there(app), words(app)
    return app


def uploaded(data: bytes, app: AppTest | None = None) -> AppTest:
    app = app or opened()
    app.segmented_control(key="sounds-way").set_value("zip").run()
    app.file_uploader(key="sounds-zip").upload("mine.zip", data)
    return app.run()


def prepared(data: bytes, app: AppTest | None = None) -> AppTest:
    app = uploaded(data, app)
    app.button(key="prepare").click().run()
    return until(app, lambda now: bool(now.session_state["chosen"].dataset))


@pytest.fixture
def taught() -> AppTest:
    """The second step with a small set that is prepared."""
    app = prepared(archive(rows()))
    app.session_state["chosen"] = replace(app.session_state["chosen"], step="training")
    return app.run()


def key_of(app: AppTest) -> str:
    return app.session_state["chosen"].dataset


@dataclass
class Teaching:
    """A stand-in for the loop: tells of epochs when it is let, and of being stopped."""

    go: threading.Event
    error: Exception | None = None

    def of(self, run: RunFolder, data: object, shelf: object) -> Callable[[Report], None]:
        def task(report: Report) -> None:
            with run.at_work():
                run.add_epoch(Epoch(1, 0.1, 0.9, 0.5, 1e-3, 0.8, 0.75))
                while not self.go.is_set():
                    report(Step(1, 5, "Epoch 2"))
                    time.sleep(0.01)
                if self.error:
                    raise self.error

        return task


@pytest.fixture
def teaching(monkeypatch: pytest.MonkeyPatch) -> Iterator[Teaching]:
    stand_in = Teaching(threading.Event())
    monkeypatch.setattr(work, "of", stand_in.of)
    yield stand_in
    stand_in.go.set()


def test_the_page_says_what_is_to_be_done_first() -> None:
    app = opened()
    assert not app.exception and not app.run().exception
    assert app.title[0].value == "Can it learn something new?"
    assert "Choose sounds that are sorted into classes" in words(app)


@pytest.mark.parametrize("step", ["training", "outcome"])
def test_later_steps_lead_back_to_what_is_missing(step: str) -> None:
    app = opened(step=step)
    assert not app.exception
    assert any(button.key and button.key.startswith("onward-") for button in app.button)


def test_a_zip_becomes_a_set_that_is_ready_and_its_split_is_fair() -> None:
    app = prepared(archive(rows(voices=4, each=3)))
    assert "**24 sounds** of 2 classes by 4 voices or groups are ready" in words(app)
    assert "nothing of one voice or group stands on both sides." in words(app)
    assert "24 sounds · 2 classes · 4 voices or groups" in words(app)
    assert app.query_params["dataset"] == key_of(app)


def test_the_key_in_the_address_opens_the_set_for_whoever_has_it() -> None:
    app = prepared(archive(rows()))
    other = opened(dataset=key_of(app))
    assert not other.exception
    assert "are ready" in words(other)


@pytest.mark.parametrize("key", ["0" * 32, "../../etc", "x", "a" * 500])
def test_a_key_of_nothing_is_said_and_changes_nothing(key: str) -> None:
    app = opened(dataset=key)
    assert not app.exception
    assert app.session_state["chosen"].dataset == ""
    assert app.segmented_control(key="sounds-way").value == "ready"


@pytest.mark.parametrize("token", ["0" * 32, "f" * 16])
def test_a_token_of_no_run_is_said(token: str) -> None:
    app = opened(run=token, step="training")
    assert not app.exception
    assert "This run of fine-tuning is not here." in words(app)
    assert app.session_state["chosen"].run == ""


def test_a_voice_that_the_publisher_put_on_both_sides_is_told() -> None:
    both = [
        ("a" * (1 + take % 2), "anna", side, f"{side}{take}.wav") for side in ("train", "test") for take in range(8)
    ]
    said = words(prepared(archive(both)))
    assert "1 voice or group stands on both sides, so the test says little about new ones" in said


def test_without_voices_the_sentence_says_what_cannot_be_known() -> None:
    nobody = [(label, "", "", name) for label, _voice, _side, name in rows()]
    assert "no voices or groups are named, so the same one may stand on both sides" in words(prepared(archive(nobody)))


def test_files_that_cannot_be_used_are_listed_with_the_reason() -> None:
    app = prepared(archive(rows(), {"broken.wav": b"RIFF, but not really", "empty.wav": b""}))
    assert any("left out" in expander.label for expander in app.expander)
    listed = app.dataframe[0].value
    assert {"broken.wav", "empty.wav"} <= set(listed["file"]) and all(listed["why"])


def test_one_class_is_refused_with_a_sentence_and_nothing_is_lost() -> None:
    app = uploaded(archive(rows(labels=("a",))))
    assert not app.exception
    assert app.text and app.segmented_control(key="sounds-way").value == "zip"


def test_the_split_follows_its_seed_and_its_kind() -> None:
    app = prepared(archive(rows(voices=6)))
    app.segmented_control(key="split-kind").set_value("leave-one-out").run()
    assert not app.exception
    assert len(app.selectbox(key="split-shown").options) == 6


def test_other_sounds_can_be_chosen_and_the_first_stay_prepared(own_home: Path) -> None:
    app = prepared(archive(rows()))
    key = key_of(app)
    app.button(key="sounds-other").click().run()
    assert key_of(app) == "" and (own_home / "sets" / key).is_dir()


def test_a_click_on_a_tile_puts_the_sound_on_the_strip() -> None:
    app = prepared(archive(rows()))
    app.session_state["set-tiles"] = {"clip": {"name": "3", "turn": 1}}
    app.run()
    assert not app.exception


def test_folders_are_offered_only_where_the_computer_is_the_visitors_own(monkeypatch: pytest.MonkeyPatch) -> None:
    for own in (True, False):
        monkeypatch.setattr(source, "policy", lambda own=own: Policy(local_folders=own))
        assert ("folder" in opened().segmented_control(key="sounds-way").options) is own or own
        assert ("A folder" in opened().segmented_control(key="sounds-way").options) is own


def test_nothing_is_fetched_where_the_server_may_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ready, "policy", lambda: Policy(hub="none"))
    assert opened().button(key="take-fsdd").disabled


def draft(app: AppTest, *labels: str) -> AppTest:
    app.segmented_control(key="sounds-way").set_value("own").run()
    for number, label in enumerate(labels):
        app.text_input(key=f"class-name-{number}").set_value(label).run()
        app.button(key=f"class-add-{number}").click().run()
        assert not app.exception
    return app


def give(app: AppTest, label: str, count: int, first: int = 0) -> AppTest:
    turn = app.session_state["kept-draft-turn"] if "kept-draft-turn" in app.session_state else 0  # noqa: SIM401  has no get
    for number in range(count):
        app.file_uploader(key=f"files-{turn}-{label}").upload(f"{label}{number}.wav", tone(300, first + number))
    return app.run()


def test_a_set_is_put_together_class_by_class_from_files_and_recordings() -> None:
    app = draft(opened(), "clap", "snap")
    give(app, "snap", 4)
    app.pills(key="draft-classes-2").set_value("clap").run()
    app.text_input(key="draft-group-name").set_value("Ada").run()
    app.audio_input(key="recording-1-clap").upload("r.wav", tone(500, 99)).run()
    assert not app.exception
    made = app.session_state["kept-draft"]
    assert [len(made.of(label)) for label in made.classes] == [1, 4]
    assert made.of("clap")[0].group == "Ada"
    app.button(key="draft-take").click().run()
    assert "**5 sounds** of 2 classes by 1 voice or group were found." in words(app)


def test_a_piece_can_be_removed_and_stays_away() -> None:
    app = give(draft(opened(), "clap"), "clap", 3)
    made = app.session_state["kept-draft"]
    assert len(made.pieces) == 3
    assert len(made.without(made.pieces[0].name).pieces) == 2


def test_a_background_class_is_suggested_with_its_reason() -> None:
    app = opened()
    app.segmented_control(key="sounds-way").set_value("own").run()
    assert "the model has to call every sound by the name of one of your classes" in words(app)
    app.button(key="class-background-0").click().run()
    assert app.session_state["kept-draft"].classes == ("background",)


@pytest.mark.parametrize("name", ["clap", "CLAP", "  ", "x" * 500])
def test_names_of_classes_are_unlike_and_bounded(name: str) -> None:
    app = draft(opened(), "clap")
    app.text_input(key="class-name-1").set_value(name[:60]).run()
    app.button(key="class-add-1").click().run()
    assert not app.exception
    assert all(len(label) <= 60 for label in app.session_state["kept-draft"].classes)
    assert len({label.casefold() for label in app.session_state["kept-draft"].classes}) == len(
        app.session_state["kept-draft"].classes
    )


def test_a_broken_file_among_good_ones_is_listed_and_the_others_stay() -> None:
    app = draft(opened(), "clap")
    app.file_uploader(key="files-0-clap").upload("good.wav", tone(300, 1))
    app.file_uploader(key="files-0-clap").upload("bad.wav", b"nothing of a sound")
    app.run()
    made = app.session_state["kept-draft"]
    assert [piece.name for piece in made.pieces] == ["good.wav"]
    assert [item.name for item in made.refused] == ["bad.wav"]


def test_what_one_visitor_puts_together_is_not_seen_by_another() -> None:
    draft(opened(), "secret")
    assert "secret" not in words(draft(opened(), "mine"))
    assert classwise.now is not None


@dataclass(frozen=True)
class Every:
    """One setting of each kind."""

    truth: bool = setting(True, "Truth", "Yes or no.")
    few: Literal["none", "peak"] = setting("none", "Few", "Of a few.")
    many: Literal["a", "b", "c", "d", "e"] = setting("a", "Many", "Of many.")
    whole: int = setting(3, "Whole", "A number.", least=0, most=10)
    wide: int = setting(3, "Wide", "A number.", least=0, most=100_000)
    share: float = setting(0.25, "Share", "A share.", least=0.0, most=1.0)
    seconds: float = setting(0.0, "Seconds", "A length.", least=0.0, most=30.0)
    rate: float = setting(0.0, "Rate", "A rate.", least=0.0, most=1.0, scale="log")


def form_of_everything() -> None:
    """Draw the form and keep what it returns."""
    import streamlit as st

    from pages._kit import form
    from tests.pages.test_fine_tune import Every

    st.session_state["made"] = form.draw(Every(), form.remaining(Every(), ()), "form")


def test_a_form_draws_every_kind_of_setting_with_title_and_help() -> None:
    app = AppTest.from_function(form_of_everything, default_timeout=30).run()
    assert not app.exception
    assert app.session_state["made"] == Every()
    drawn = [app.toggle[0], app.segmented_control[0], app.selectbox[0], *app.slider, *app.number_input]
    drawn += list(app.select_slider)
    assert sorted(one.label for one in drawn) == sorted(item.metadata["title"] for item in fields(Every))
    assert all(one.help for one in drawn)


def test_a_form_returns_what_was_set() -> None:
    app = AppTest.from_function(form_of_everything, default_timeout=30).run()
    app.toggle(key="form-truth").set_value(False)
    app.segmented_control(key="form-few").set_value("peak")
    app.slider(key="form-whole").set_value(7)
    app.select_slider(key="form-rate").set_value(0.001)
    app.run()
    assert app.session_state["made"] == replace(Every(), truth=False, few="peak", whole=7, rate=0.001)


SETTINGS = [PrepareSettings, SplitSettings, FineTuneSettings, SearchSettings, TranscriptOptions]


@pytest.mark.parametrize(
    "kind",
    [
        *SETTINGS,
        *(one.options for one in strategies().values()),
        *(one.options for one in augmentations().values()),
        *(one.settings for one in methods().values()),
    ],
)
def test_every_choice_of_the_settings_has_words(kind: type[Any]) -> None:
    hints = get_type_hints(kind)
    choices = {value for hint in hints.values() for value in get_args(hint) if isinstance(value, str)}
    assert choices <= form.CHOICES.keys()


def test_every_strategy_has_a_card_and_a_misfit_gives_its_reason(
    monkeypatch: pytest.MonkeyPatch, taught: AppTest
) -> None:
    assert {f"choose-{name}" for name in strategies()} <= {button.key for button in taught.button}
    monkeypatch.setattr(choice, "misfits", lambda: {"lora": "This model has no attention."})
    taught.run()
    assert taught.button(key="choose-lora").disabled
    assert "This model has no attention." in words(taught).replace("\\", "")


def test_a_strategy_is_chosen_with_its_own_settings(taught: AppTest) -> None:
    taught.button(key="choose-lora").click().run()
    assert not taught.exception
    assert taught.session_state["kept-fine-tune-classes"].strategy == "lora"


def test_what_was_handed_on_by_the_page_explain_is_masked_while_learning(taught: AppTest) -> None:
    taught.session_state["kept-erase"] = Erased(low_hz=300.0, high_hz=900.0, clip="cat")
    taught.run()
    assert not taught.exception
    assert any("300 to 900 Hz" in info.value for info in taught.info)
    chosen = taught.session_state["kept-fine-tune-classes"]
    assert chosen.augment == ("guided_erasing",)
    assert options_of("guided_erasing", chosen.augment_options).high_hz == 900.0
    taught.slider(key="strength-guided_erasing-share").set_value(0.8).run()
    assert ("guided_erasing.share", 0.8) in taught.session_state["kept-fine-tune-classes"].augment_options
    taught.button_group(key="teach-augment").set_value([]).run()
    assert not taught.session_state["kept-fine-tune-classes"].augment_options
    assert not any("Explain" in info.value for info in taught.info)


def test_the_sentence_counts_what_is_learned_and_what_is_tested(taught: AppTest) -> None:
    said = words(taught)
    assert "A copy will learn from **" in said and "and be tested on **6** others by 1 voice or group." in said


def test_a_run_is_followed_stopped_and_offered_again(taught: AppTest, teaching: Teaching) -> None:
    taught.button(key="teach-start").click().run()
    until(taught, lambda app: "After epoch 1 of 5 the copy is right about **75%**" in words(app))
    token = taught.session_state["chosen"].run
    assert taught.query_params["run"] == token
    taught.button(key="teach-stop").click().run()
    until(taught, lambda app: "broke off after 1 epoch" in words(app))
    assert taught.button(key="teach-continue").label == "Continue from epoch 2"


def test_a_run_is_found_again_by_its_address_from_another_window(taught: AppTest, teaching: Teaching) -> None:
    taught.button(key="teach-start").click().run()
    token = taught.session_state["chosen"].run
    other = until(opened(run=token, step="training"), lambda app: "After epoch 1 of 5" in words(app))
    assert any(button.key == "teach-stop" for button in other.button)


def test_a_second_run_of_the_same_visitor_is_refused_with_a_sentence(taught: AppTest, teaching: Teaching) -> None:
    taught.button(key="teach-start").click().run()
    taught.session_state["chosen"] = replace(taught.session_state["chosen"], run="")
    taught.run()
    taught.button(key="teach-start").click().run()
    assert not taught.exception
    assert "Something of yours is running already." in words(taught)


def test_a_run_that_a_killed_server_left_goes_on_from_its_last_epoch(taught: AppTest, teaching: Teaching) -> None:
    asked = Asked(ModelSpec("bundled", "speech-tiny"), key_of(taught), "mine", FineTuneSettings(), SplitSettings())
    run = runs.begin(asked)
    for number in (1, 2, 3):
        run.add_epoch(Epoch(number, 0.1, 1.0 / number, 0.5, 1e-3, 1.1 / number, 0.6))
    app = opened(run=run.token, step="training")
    assert not app.exception
    assert "broke off after 3 epochs" in words(app)
    app.button(key="teach-continue").click().run()
    until(app, lambda now: any(button.key == "teach-stop" for button in now.button))
    assert engine.training().snapshot(run.token) is not None


def test_classes_that_are_still_empty_are_named_rather_than_counted_out() -> None:
    app = give(draft(opened(), "clap", "snap"), "snap", 2)
    app.button(key="draft-take").click().run()
    assert not app.exception
    assert "Without a sound so far: clap." in words(app)
    assert app.session_state["kept-draft"].classes == ("clap", "snap")


def test_a_run_outlives_its_sounds(taught: AppTest, teaching: Teaching, own_home: Path) -> None:
    taught.button(key="teach-start").click().run()
    until(taught, lambda app: "After epoch 1 of 5" in words(app))
    key, token = key_of(taught), taught.session_state["chosen"].run
    (own_home / "sets" / key).rename(own_home / "elsewhere")
    assert "After epoch 1 of 5" in words(until(taught.run(), lambda app: bool(app.button(key="teach-stop"))))
    taught.button(key="teach-stop").click().run()
    until(taught, lambda app: "broke off after 1 epoch" in words(app))
    app = opened(run=token, dataset=key, step="training")
    assert not app.exception
    assert words(app).count("The sounds that this link speaks of are not on this computer.") == 1
    assert app.session_state["chosen"].run == token
    keys = {button.key for button in app.button}
    assert "teach-delete" in keys and "teach-continue" not in keys


@pytest.mark.parametrize("step", ["training", "outcome"])
def test_where_run_and_sounds_are_gone_there_is_a_way_on(step: str) -> None:
    app = opened(run="0" * 32, dataset="1" * 32, step=step)
    assert not app.exception
    assert any(button.key and button.key.startswith("onward-") for button in app.button)


def test_a_run_can_be_deleted_with_its_files(taught: AppTest, own_home: Path) -> None:
    asked = Asked(ModelSpec("bundled", "speech-tiny"), key_of(taught), "mine", FineTuneSettings(), SplitSettings())
    run = runs.begin(asked)
    app = opened(run=run.token, step="training")
    app.button(key="teach-delete").click().run()
    assert not run.path.exists() and app.session_state["chosen"].run == ""


def test_earlier_runs_are_listed_only_where_the_computer_is_the_visitors_own(
    monkeypatch: pytest.MonkeyPatch, taught: AppTest
) -> None:
    asked = Asked(ModelSpec("bundled", "speech-tiny"), key_of(taught), "mine", FineTuneSettings(), SplitSettings())
    run = runs.begin(asked)
    for own in (False, True):
        monkeypatch.setattr(earlier, "policy", lambda own=own: Policy(local_folders=own))
        taught.run()
        assert (f"open-{run.token}" in {button.key for button in taught.button}) is own
    taught.button(key=f"open-{run.token}").click().run()
    assert not taught.exception
    assert taught.session_state["chosen"].run == run.token


def test_a_damaged_run_is_said_and_leads_back_to_the_settings(taught: AppTest) -> None:
    asked = Asked(ModelSpec("bundled", "speech-tiny"), key_of(taught), "mine", FineTuneSettings(), SplitSettings())
    run = runs.begin(asked)
    (run.path / "outcome.json").write_text("{}")
    app = opened(run=run.token, step="outcome")
    assert not app.exception
    assert f"The files of run {run.token[:8]}" in words(app)
    app.button(key="teach-another").click().run()
    assert not app.exception and app.session_state["chosen"].run == ""


def test_what_was_written_is_marked_where_it_differs_from_what_was_said() -> None:
    line = Line(0, "a.wav", "", "der hund bellt", "derunbelt", "der und bellt laut")
    assert written._marked(line, line.after, line.after_pieces) == (
        "der :orange-background[und] bellt :blue-background[+laut]"
    )
    before = written._marked(line, line.before, line.before_pieces)
    assert ":red-background[–h]" in before and "un" in before
    assert written._marked(line, "", line.after_pieces) == "(nothing)"


def test_what_must_be_mended_keeps_from_training(monkeypatch: pytest.MonkeyPatch) -> None:
    from core.dataset.findings import Finding
    from pages._kit.sounds import findings

    monkeypatch.setattr(
        findings, "of", lambda data, divisions: (Finding("x", "stop", "It is silent.", "Record anew."),)
    )
    app = prepared(archive(rows()))
    assert "It is silent." in words(app).replace("\\", "") and "Record anew." in words(app).replace("\\", "")
    assert app.button(key="onward-training").disabled


def test_choices_of_a_set_and_a_run_are_part_of_what_every_page_knows() -> None:
    assert (session.Chosen().dataset, session.Chosen().run, session.Chosen().step) == ("", "", "sounds")
