"""The command line prepares sounds with the same settings as the page, and what it prepared opens in the app."""

from argparse import ArgumentParser
from dataclasses import fields
from pathlib import Path

import pytest

from core.dataset.preparing import find, open_prepared
from core.finetuning.__main__ import main
from core.finetuning.arguments import add_settings, option, read_settings
from core.finetuning.settings import FineTuneSettings, PrepareSettings, SplitSettings
from tests.dataset.made import foldered, sound, zipped

FILES = {"cat/1.wav": sound(400), "dog/1.wav": sound(500), "dog/2.wav": b"woof"}


@pytest.mark.parametrize("kind", ["folder", "zip"])
def test_a_folder_and_a_zip_are_prepared_and_open_in_the_app(
    tmp_path: Path, home: Path, kind: str, capsys: pytest.CaptureFixture[str]
) -> None:
    place = foldered(FILES, tmp_path / "pets")
    if kind == "zip":
        place = tmp_path / "pets.zip"
        place.write_bytes(zipped(FILES))
    words = ["prepare", str(place), "--home", str(home), "--sample-rate", "8000", "--trim", "--normalise", "peak"]
    assert main([*words, "--seconds", "0.5"]) == 0
    lines = capsys.readouterr().out.splitlines()
    data = open_prepared(Path(lines[-1]))
    assert lines[0] == "pets: 2 sounds, 1.0 s"
    assert "  2.wav: 2.wav is not a sound file." in lines
    assert data.settings == PrepareSettings(8000, trim=True, normalise="peak", seconds=0.5)
    assert find(data.key, home).items == data.items


def test_every_setting_of_preparing_is_an_argument(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["prepare", "--help"])
    told = capsys.readouterr().out
    for field in fields(PrepareSettings):
        assert option(PrepareSettings, field) in told
        assert str(field.metadata["title"]) in " ".join(told.split())


@pytest.mark.parametrize("settings", [PrepareSettings, SplitSettings, FineTuneSettings])
def test_settings_become_arguments_and_arguments_settings(settings: type) -> None:
    parser = ArgumentParser()
    add_settings(parser, settings)
    assert read_settings(parser.parse_args([]), settings) == settings()


def test_settings_of_all_kinds_are_read_from_one_line() -> None:
    parser = ArgumentParser()
    for settings in (SplitSettings, FineTuneSettings):
        add_settings(parser, settings)
    line = (
        "--split-kind folds --split-seed 3 --seed 5 --augment noise,mixup --no-class-weights --unlabelled consistency"
    )
    arguments = parser.parse_args(line.split())
    split, tuning = read_settings(arguments, SplitSettings), read_settings(arguments, FineTuneSettings)
    assert (split.kind, split.seed, tuning.seed, tuning.augment) == ("folds", 3, 5, ("noise", "mixup"))
    assert (tuning.class_weights, tuning.unlabelled) == (False, "consistency")


@pytest.mark.parametrize(
    ("words", "code"),
    [(["--sample-rate", "100"], 2), (["--normalise", "loud"], 2), (["--seconds", "long"], 2), (["--unknown"], 2)],
)
def test_arguments_out_of_bounds_are_not_understood(tmp_path: Path, words: list[str], code: int) -> None:
    with pytest.raises(SystemExit) as caught:
        main(["prepare", str(foldered(FILES, tmp_path / "pets")), *words])
    assert caught.value.code == code


def test_what_cannot_be_prepared_is_told_with_what_to_do(
    tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    for place, sentence in (("nowhere", "no folder, zip or ready set called nowhere"), (str(tmp_path), "No sound")):
        assert main(["prepare", place, "--home", str(home)]) == 1
        told = capsys.readouterr()
        assert sentence in told.err
        assert len(told.err.splitlines()) == 2
        assert not told.out


def test_labels_are_merged_when_asked(tmp_path: Path, home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    place = foldered({"cat/1.wav": sound(400), "Cat/2.wav": sound(450), "dog/1.wav": sound(500)}, tmp_path / "pets")
    words = ["prepare", str(place), "--home", str(home)]
    assert main(words) == 1
    assert main([*words, "--merge-case"]) == 0
    assert "Cat: 2" in capsys.readouterr().out


def test_a_copy_is_taught_and_judged_from_the_command_line(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = ["finetune", "vowels", "--home", str(home), "--epochs", "1", "--option", "layers=last"]
    assert main(words) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any(line.endswith("the taught copy") for line in lines)
    assert (Path(lines[-1]) / "model.safetensors").is_file()


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["vowels", "--strategy", "magic"], "no strategy called magic"),
        (["vowels", "--option", "colour=red"], "no setting called colour"),
        (["vowels", "--strategy", "lora", "--option", "rank=many"], "many is not a value"),
        (["nowhere"], "no folder, zip or ready set called nowhere"),
        (["vowels", "--resume", "0" * 32], "is not here"),
    ],
)
def test_what_cannot_be_taught_is_said_in_a_sentence(
    home: Path, words: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["finetune", *words, "--home", str(home)]) == 1
    assert said in capsys.readouterr().err
