"""A corpus of one's own is read as it was meant, and what is wrong with it is said in a sentence."""

from pathlib import Path

import numpy as np
import pytest

from core.corpus import own, reading
from core.corpus.corpus import STRESS, Corpus
from core.dataset.bounds import Bounds
from core.errors import ClipError, DatasetError
from core.sound import Sound
from tests.corpus.made import files_of, grid, unpacked, wav, zipped
from tests.corpus.planted import SENTENCES, planted

SECOND = wav(0.1 * np.sin(np.arange(16_000)))


def _read(**files: bytes) -> Corpus:
    """Read a zip whose files are named with two underscores for the slash and the dot."""
    return own.from_zip("mine.zip", zipped({_name(name): data for name, data in files.items()}))


def _name(name: str) -> str:
    return name.replace("__", "/").replace("_wav", ".wav").replace("_grid", ".TextGrid").replace("_csv", ".csv")


def test_a_zip_gives_back_sound_tiers_voices_and_sentences() -> None:
    whole = planted(2, sentences=3)
    corpus = own.from_zip("mine.zip", zipped(files_of(whole)))
    assert corpus.title == "mine"
    assert corpus.speakers == ("voice 1", "voice 2")
    assert corpus.sentences == tuple(sorted(SENTENCES[:3]))
    assert corpus.seconds == pytest.approx(whole.seconds, abs=0.001)
    for index in range(6):
        clip, planted_clip = corpus.clip(index), whole.clip(index)
        assert np.abs(clip.samples - planted_clip.samples).max() < 1e-4
        for row in ("sentence", "word", "syllable", "phone", STRESS):
            assert clip.tiers.spoken(row) == planted_clip.tiers.spoken(row)


def test_a_folder_reads_like_the_zip_of_it(tmp_path: Path) -> None:
    files = files_of(planted(2, sentences=2))
    from_folder = own.from_folder(unpacked(files, tmp_path / "mine"))
    from_zip = own.from_zip("mine.zip", zipped(files))
    assert from_folder.utterances == from_zip.utterances
    assert from_folder.fingerprint == from_zip.fingerprint
    assert np.array_equal(from_folder.clip(1).samples, from_zip.clip(1).samples)


def test_reading_twice_gives_the_same_and_another_content_another_fingerprint() -> None:
    files = files_of(planted(2, sentences=2))
    first, again = own.from_zip("a.zip", zipped(files)), own.from_zip("b.zip", zipped(files))
    assert (first.fingerprint, first.name) == (again.fingerprint, again.name)
    other = own.from_zip("a.zip", zipped(files_of(planted(2, sentences=3))))
    assert other.fingerprint != first.fingerprint


def test_a_column_tells_who_speaks_and_what_is_kept() -> None:
    spoken = grid(1.0, word=[(0.1, 0.5, "Hello"), (0.5, 0.9, "there")])
    table = b"file_name,speaker,kept_voice,kept_sentence\none.wav,Anna,,\ntwo.wav,Ben,yes,yes\n"
    corpus = _read(one_wav=SECOND, one_grid=spoken, two_wav=SECOND, two_grid=spoken, metadata_csv=table)
    assert corpus.speakers == ("Anna", "Ben")
    assert corpus.kept_voices == {"Ben"}
    # the same words are the same sentence, however they are written
    assert corpus.sentences == ("hello there",)
    assert corpus.kept_sentences == {"hello there"}


def test_what_is_kept_for_the_test_and_what_is_said_belong_to_the_content() -> None:
    spoken = grid(1.0, word=[(0.1, 0.5, "Hello"), (0.5, 0.9, "there")])
    head = b"file_name,speaker,kept_voice,sentence\n"
    found = [
        _read(one_wav=SECOND, one_grid=spoken, two_wav=SECOND, two_grid=spoken, metadata_csv=head + rows).fingerprint
        for rows in (
            b"one.wav,Anna,,\ntwo.wav,Ben,yes,\n",
            b"one.wav,Anna,yes,\ntwo.wav,Ben,,\n",
            b"one.wav,Anna,,first\ntwo.wav,Ben,yes,second\n",
        )
    ]
    assert len(set(found)) == 3


def test_without_folders_nobody_is_known_to_speak() -> None:
    corpus = _read(mine__one_wav=SECOND, mine__one_grid=grid(1.0, word=[(0.0, 1.0, "hello")]))
    assert corpus.speakers == ()


def test_stress_is_taken_from_the_digits_of_vowels_which_then_lose_them() -> None:
    phones = [(0.0, 0.2, "AH0"), (0.2, 0.4, "B"), (0.4, 0.6, "AW1"), (0.6, 0.8, "T"), (0.8, 1.0, "sil")]
    syllables = [(0.0, 0.2, "AH0"), (0.2, 0.8, "B AW1 T")]
    with_syllables = _read(one_wav=SECOND, one_grid=grid(1.0, syllable=syllables, phones=phones)).utterances[0].tiers
    assert [item.label for item in with_syllables.spoken("phone")] == ["ah", "b", "aw", "t"]
    assert [(item.start, item.end, item.label) for item in with_syllables.spoken(STRESS)] == [
        (0.0, 0.2, "unstressed"),
        (0.2, 0.8, "stressed"),
    ]
    without = _read(one_wav=SECOND, one_grid=grid(1.0, phones=phones)).utterances[0].tiers
    assert [(item.start, item.label) for item in without.spoken(STRESS)] == [(0.0, "unstressed"), (0.4, "stressed")]


def test_phones_without_digits_stay_as_they_were_written() -> None:
    tiers = _read(one_wav=SECOND, one_grid=grid(1.0, phone=[(0.0, 0.5, "ʃ"), (0.5, 1.0, "A")])).utterances[0].tiers
    assert [item.label for item in tiers.spoken("phone")] == ["ʃ", "A"]
    assert STRESS not in tiers


def test_a_recording_of_several_sentences_becomes_several_utterances() -> None:
    samples = np.zeros(3 * 16_000)
    samples[16_000 * 2 :] = 0.5
    rows = {"sentence": [(0.5, 1.0, "first one"), (2.2, 2.8, "second one")], "word": [(0.5, 1.0, "first")]}
    corpus = _read(one_wav=wav(samples), one_grid=grid(3.0, **rows))
    assert [utterance.sentence for utterance in corpus.utterances] == ["first", "second one"]
    # 0.15 s are kept on each side
    assert [utterance.seconds for utterance in corpus.utterances] == pytest.approx([0.8, 0.9])
    second = corpus.clip(1)
    assert second.seconds == pytest.approx(0.9)
    assert second.tiers.spoken("sentence")[0].start == pytest.approx(0.15)
    assert np.abs(second.samples).min() > 0.4


def test_a_recording_of_very_many_sentences_is_left_out_instead_of_being_cut_for_ever() -> None:
    many = np.arange(reading.MOST_SENTENCES + 1) / (reading.MOST_SENTENCES + 1)
    row = [(float(start), float(start) + 5e-4, "hm") for start in many]
    data = {"one_wav": SECOND, "one_grid": grid(1.0, sentence=row)}
    data |= {"two_wav": SECOND, "two_grid": grid(1.0, sentence=[(0.0, 1.0, "hello")])}
    corpus = _read(**data)
    assert [utterance.sentence for utterance in corpus.utterances] == ["hello"]
    assert "more than 1000 sentences" in corpus.notices[0]


def test_a_long_recording_without_sentences_is_left_out() -> None:
    long = wav(np.zeros(31 * 16_000))
    row = [(0.0, 1.0, "hello")]
    corpus = _read(one_wav=long, one_grid=grid(31.0, word=row), two_wav=SECOND, two_grid=grid(1.0, word=row))
    assert len(corpus.utterances) == 1
    assert "more than 30 s" in corpus.notices[0]


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"one_wav": SECOND}, "no TextGrid of the same name"),
        ({"one_grid": grid(1.0, word=[(0.0, 1.0, "a")])}, "no sound of the same name"),
        ({"one_wav": SECOND, "one_grid": b"no grid"}, "not a TextGrid"),
        ({"one_wav": SECOND, "one_grid": grid(1.0, gestures=[(0.0, 1.0, "a")])}, "No row of its TextGrid"),
        ({"one_wav": SECOND, "one_grid": grid(3.0, word=[(0.0, 1.0, "a")])}, "lasts 1.00 s, its TextGrid 3.00 s"),
        ({"one_wav": b"no sound at all", "one_grid": grid(1.0, word=[(0.0, 1.0, "a")])}, "no sound file"),
        ({"one_wav": SECOND[:30], "one_grid": grid(1.0, word=[(0.0, 1.0, "a")])}, "damaged"),
        ({}, "side by side"),
    ],
)
def test_what_is_wrong_with_a_zip_is_said(files: dict[str, bytes], reason: str) -> None:
    with pytest.raises(DatasetError) as caught:
        _read(**files)
    assert reason in f"{caught.value} {caught.value.hint}"


def test_one_bad_file_does_not_spoil_the_others() -> None:
    files = files_of(planted(2, sentences=2)) | {"voice 1/bad.wav": SECOND}
    corpus = own.from_zip("mine.zip", zipped(files))
    assert len(corpus.utterances) == 4
    assert corpus.notices == ("1 file was left out. bad.wav: There is no TextGrid of the same name beside it.",)


def test_what_is_no_zip_and_what_is_too_much_is_refused() -> None:
    with pytest.raises(DatasetError, match="is no zip"):
        own.from_zip("mine.zip", b"nothing")
    whole = zipped(files_of(planted(1, sentences=2)))
    with pytest.raises(DatasetError, match="more than 3 files"):
        own.from_zip("mine.zip", whole, Bounds(files=3))
    with pytest.raises(DatasetError, match="Unpacked"):
        own.from_zip("mine.zip", whole, Bounds(total_bytes=1000))


def test_entries_that_climb_out_are_never_read() -> None:
    files = files_of(planted(1, sentences=1)) | {"../evil.wav": SECOND, "../evil.TextGrid": b""}
    corpus = own.from_zip("mine.zip", zipped(files))
    assert len(corpus.utterances) == 1
    assert "leads out" in corpus.notices[0]


def test_sound_that_is_damaged_inside_says_so_when_it_is_asked_for() -> None:
    broken = b"RIFF" + SECOND[4:40] + b"\x00" * 4
    with pytest.raises((ClipError, DatasetError)):
        _read(one_wav=broken, one_grid=grid(1.0, word=[(0.0, 1.0, "a")])).clip(0)


def test_more_than_can_be_worked_on_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    data = zipped(files_of(planted(2, sentences=2)))
    monkeypatch.setattr(reading, "MOST_UTTERANCES", 3)
    with pytest.raises(DatasetError, match="4 utterances") as caught:
        own.from_zip("mine.zip", data)
    assert "At most 3 utterances" in caught.value.hint
    monkeypatch.setattr(reading, "MOST_UTTERANCES", 4)
    monkeypatch.setattr(reading, "MOST_MINUTES", 0)
    with pytest.raises(DatasetError, match="minutes"):
        own.from_zip("mine.zip", data)


def test_no_sound_is_decoded_before_it_is_asked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    decoded: list[str] = []
    decode = reading.sound.decode

    def counted(name: str, data: bytes) -> Sound:
        decoded.append(name)
        return decode(name, data)

    monkeypatch.setattr(reading.sound, "decode", counted)
    corpus = own.from_zip("mine.zip", zipped(files_of(planted(1, sentences=3))))
    assert decoded == []
    corpus.clip(2)
    assert decoded == ["002.wav"]
