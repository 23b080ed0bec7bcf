"""The German set: sentences and voices of its sides differ, it is short, and every sound has what is said in it."""

from pathlib import Path

import pytest

from core.dataset import archive
from core.dataset.preparing import prepare
from core.dataset.splits import divide
from core.finetuning.settings import PrepareSettings, SplitSettings
from core.finetuning.transcription.vocabulary import normalised, symbols_of
from models.recipes.sets.german_speech.speech import sentences, side_of
from models.recipes.sets.german_speech.voices import SIDES, speakers

ARCHIVE = Path(__file__).parents[2] / "models" / "sets" / "german-speech.zip"
RELATIVES = ("klatt", "steph", "edward", "gene", "iven")


def test_no_sentence_is_there_twice() -> None:
    plain = [normalised(text) for text in sentences()]
    assert len(set(plain)) == len(plain)


def test_no_voice_and_no_relative_of_one_stands_on_two_sides() -> None:
    names = [speaker.name for side in SIDES for speaker in speakers(side)]
    assert len(set(names)) == len(names)
    for relative in RELATIVES:
        assert len({side for side in SIDES for variant in SIDES[side] if variant.startswith(relative)}) <= 1


def test_every_character_of_the_test_is_learned() -> None:
    by_side = {side: [normalised(text) for n, text in enumerate(sentences()) if side_of(n) == side] for side in SIDES}
    assert set(symbols_of(by_side["test"])) <= set(symbols_of(by_side["train"]))


@pytest.fixture(scope="module")
def collected() -> archive.Collection:
    return archive.read(ARCHIVE.name, ARCHIVE.read_bytes())


def test_the_archive_tells_what_it_is(collected: archive.Collection) -> None:
    assert collected.task == "transcripts"
    assert collected.licence == "CC0-1.0"
    assert not collected.skipped
    assert [example.text for example in sorted(collected.examples, key=lambda one: Path(one.name).stem)] == list(
        sentences()
    )
    assert ARCHIVE.stat().st_size < 3_000_000


def test_it_is_prepared_in_one_go_divided_by_its_publisher_and_shorter_than_ten_minutes(
    collected: archive.Collection, tmp_path: Path
) -> None:
    data = prepare(collected, PrepareSettings(), tmp_path)
    assert 300 < data.seconds < 600
    (division,) = divide(data, SplitSettings())
    assert division.by == "publisher"
    sides = [
        {data.items[place].group for place in part} for part in (division.train, division.validation, division.test)
    ]
    assert not sides[0] & sides[1] and not sides[0] & sides[2] and not sides[1] & sides[2]
    assert [len(part) for part in (division.train, division.validation, division.test)] == [204, 29, 58]
