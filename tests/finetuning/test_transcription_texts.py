"""Transcripts: what is kept of them, what is written for classes, what a phone looks like in letters, and errors."""

from pathlib import Path

import numpy as np
import pytest
import torch

from core.ctc import errors
from core.errors import DatasetError
from core.finetuning.transcription import error_rates, letters, texts, vocabulary
from core.finetuning.transcription.ctc_loss import ctc_loss
from core.finetuning.transcription.decoding import best_path
from core.sources import CHECKPOINTS
from models.recipes.speech_tiny.phones import PHONES
from tests.finetuning.tones import by_voice, written


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("Größe, bitte!", "größe bitte"),
        ("  Das  IST's.\n", "das ist's"),
        ("Ein-Mal 7", "ein mal 7"),
        ("U\u0308ber", "über"),
        ("“’Hallo’”", "hallo"),
        ("… – !", ""),
        ("Я пою", "я пою"),
    ],
)
def test_a_transcript_keeps_what_can_be_heard(text: str, plain: str) -> None:
    assert vocabulary.normalised(text) == plain


def test_what_is_encoded_is_spelled_again() -> None:
    symbols = vocabulary.symbols_of(["das öl", "ab"])
    assert symbols == ("<pad>", "|", "a", "b", "d", "l", "s", "ö")
    places = vocabulary.places_of(symbols)
    assert vocabulary.encoded("öl ab", places) == (7, 5, 1, 2, 3)
    assert vocabulary.spelled((7, 5, 1, 2, 3), symbols) == "öl ab"
    assert vocabulary.encoded("ox", places) == (), "the head knows neither"
    assert vocabulary.spelled((1, 1, 2, 1, 1, 3, 1), symbols) == "a b"


def test_every_phone_of_the_bundled_model_has_letters() -> None:
    assert set(PHONES) == letters.LETTERS.keys()
    assert (CHECKPOINTS / "speech-tiny").is_dir()
    written_as = letters.alphabet(("<pad>", "sh", "ow", "|", "<s>"), 0)
    assert written_as == ("", "sch", "o", " ", "")


def test_a_recogniser_of_letters_writes_them_in_lower_case_and_an_unknown_alphabet_writes_nothing() -> None:
    assert letters.alphabet(("<pad>", "|", "A", "'"), 0) == ("", " ", "a", "'")
    assert letters.alphabet(("<pad>", "tx", "qq"), 0) is None
    assert letters.alphabet(("<pad>",), 0) is None


def test_the_best_path_joins_repeats_before_it_drops_blanks() -> None:
    scores = torch.nn.functional.one_hot(torch.tensor([0, 1, 1, 0, 1, 2, 2, 0]), 3).float()
    assert best_path(scores) == (1, 1, 2)


def test_the_loss_of_two_frames_can_be_worked_out_by_hand() -> None:
    """One character over two even frames of three classes: aa, a-, -a are 3 of 9 ways."""
    found = ctc_loss(torch.zeros(1, 2, 3), torch.tensor([2]), [(1,)])
    assert found.item() == pytest.approx(np.log(3))
    twice = ctc_loss(torch.zeros(2, 2, 3), torch.tensor([2, 2]), [(1,), (1, 2)])
    assert twice.item() == pytest.approx((np.log(3) + np.log(9) / 2) / 2), "per character, then over the batch"


def test_a_transcript_that_cannot_fit_its_frames_counts_nothing() -> None:
    assert ctc_loss(torch.zeros(1, 2, 3), torch.tensor([2]), [(1, 1, 2)]).item() == 0.0


def test_edits_are_those_of_levenshtein() -> None:
    said, wrote, voices = ("der hund", "ab"), ("da hunt x", "ab"), ("one", "two")
    by_hand = errors("der hund", "da hunt x")
    found = error_rates.rate(said, wrote, voices, "characters")
    assert found.rate.value == pytest.approx((by_hand.rate * 8 + 0) / 10)
    assert found.substitutions + found.deletions + found.insertions == round(by_hand.rate * 8)
    assert found.reference == 10
    words = error_rates.rate(said, wrote, voices, "words")
    assert (words.substitutions, words.deletions, words.insertions, words.reference) == (2, 0, 1, 3)
    assert words.rate.value == pytest.approx(1.0)


def test_more_can_be_wrong_than_was_said() -> None:
    assert error_rates.rate(("a", "b"), ("abc", "bcd"), ("", ""), "characters").rate.value == pytest.approx(2.0)
    assert error_rates.characters_right(("a",), ("abc",)) == 0.0


def test_the_interval_is_over_voices_where_they_are_known() -> None:
    said = ("abcd",) * 8
    wrote = ("abcd",) * 4 + ("abxx",) * 4
    alone = error_rates.rate(said, wrote, ("",) * 8, "characters").rate
    grouped = error_rates.rate(said, wrote, ("one",) * 4 + ("two",) * 4, "characters").rate
    assert (alone.method, grouped.method) == ("clips", "groups")
    assert grouped.high - grouped.low > alone.high - alone.low
    assert (grouped.low, grouped.high) == (0.0, 0.5), "one voice makes no error, the other half"


def test_nothing_wrong_is_no_certainty() -> None:
    found = error_rates.rate(("ab", "ba"), ("ab", "ba"), ("one", "two"), "characters").rate
    assert found.value == 0.0
    assert 0.0 == found.low < found.high < 1.0
    assert found.method == "wilson"


def test_a_gain_is_below_zero_and_needs_both_texts() -> None:
    found = error_rates.change(("ab",) * 6, ("xx",) * 6, ("ab",) * 6, ("",) * 6, "characters")
    assert (found.value, found.low, found.high) == (-1.0, -1.0, -1.0)


@pytest.mark.parametrize("unit", ["words", "characters"])
def test_pieces_give_both_texts_back(unit: error_rates.Unit) -> None:
    said, wrote = "der hund schläft", "da hunt im schläft"
    found = error_rates.pieces(said, wrote, unit)
    glue = " " if unit == "words" else ""
    assert glue.join(piece.said for piece in found if piece.said) == said
    assert glue.join(piece.written for piece in found if piece.written) == wrote
    assert {piece.kind for piece in found} <= {"same", "changed", "missing", "extra"}
    assert all((piece.said == piece.written) == (piece.kind == "same") for piece in found)


def test_nothing_written_is_all_missing() -> None:
    assert error_rates.pieces("ab", "") == (error_rates.Piece("missing", "ab", ""),)


def test_sounds_without_words_are_left_out_and_named(tmp_path: Path) -> None:
    data = written(tmp_path, texts=("ab", "…", "b", "a", "ba", "a"))
    found = texts.read(data, by_voice(data))
    assert found.left_out.keys() == {1}
    assert found.among((0, 1, 2)) == (0, 2)


@pytest.mark.parametrize("said", [("?", "!", ".", "a", "b", "a"), ("a", "b", "a", "b", "?", "!")])
def test_without_words_to_learn_or_to_test_there_is_no_run(said: tuple[str, ...], tmp_path: Path) -> None:
    data = written(tmp_path, texts=said)
    division = by_voice(data)
    with pytest.raises(DatasetError, match="transcript"):
        texts.demand_enough(texts.read(data, division), division)


def test_new_words_are_counted_as_often_as_they_are_said() -> None:
    assert texts.share_of_new_words(["der hund"], ["der fuchs", "ein hund"]) == 0.5
