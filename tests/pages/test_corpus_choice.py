"""What the control that chooses a corpus promises."""

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.corpus import shipped
from tests.corpus.made import files_of, unpacked, zipped
from tests.corpus.planted import planted
from tests.pages.opening import words

PATIENCE = 60  # seconds
OWN = "Your own (zip of sounds with TextGrids)"


def chooses() -> None:
    """A page with nothing but the control; it tells beneath what another part of the page would be given."""
    import streamlit as st

    from pages._kit import corpus

    corpus.draw()
    st.caption(f"given {corpus.chosen().name}")


@pytest.fixture
def app(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """The control, where a small corpus stands in for the one that ships."""
    import streamlit as st

    path = tmp_path / "voices.zip"
    path.write_bytes(zipped(files_of(planted(3, sentences=2))))
    monkeypatch.setattr(shipped, "FOLDER", tmp_path)
    monkeypatch.setenv("STRATA_LOCAL_FOLDERS", "yes")
    st.cache_resource.clear()
    return AppTest.from_function(chooses, default_timeout=PATIENCE).run()


def _own(app: AppTest) -> AppTest:
    app.button_group(key="corpus-way").set_value("own").run()
    return app


def test_the_corpus_that_ships_is_chosen_first_and_told_in_one_line(app: AppTest) -> None:
    assert not app.exception
    assert "3 voices, 2 sentences." in words(app)
    assert "given voices" in words(app)


def test_until_an_own_corpus_is_there_the_one_that_ships_is_used(app: AppTest) -> None:
    said = words(_own(app))
    assert "Until you bring your own" in said
    assert "given voices" in said


def test_an_own_zip_is_used_at_once_and_stays_when_the_way_is_changed_back_and_forth(app: AppTest) -> None:
    app = _own(app)
    app.file_uploader(key="corpus-zip").upload("mine.zip", zipped(files_of(planted(2, sentences=3))))
    app.run()
    assert not app.exception
    assert "mine: 0.1 minutes, 2 voices, 3 sentences." in words(app)
    assert "given own-" in words(app)
    app.button_group(key="corpus-way").set_value("shipped").run()
    assert "given voices" in words(app)
    assert "given own-" in words(_own(app))


def test_what_is_wrong_is_said_and_what_was_there_before_stays(app: AppTest) -> None:
    app = _own(app)
    app.file_uploader(key="corpus-zip").upload("mine.zip", zipped(files_of(planted(2, sentences=3))))
    app.run()
    app.file_uploader(key="corpus-zip").upload("bad.zip", b"nothing")
    app.run()
    assert not app.exception
    # said for as long as the file is there
    for _again in range(2):
        assert "bad.zip is no zip" in words(app)
        assert "mine: 0.1 minutes" in words(app)
        assert "given own-" in words(app)
        app.run()


def test_a_folder_of_this_computer_is_read(app: AppTest, tmp_path: Path) -> None:
    folder = unpacked(files_of(planted(2, sentences=2)), tmp_path / "takes")
    app = _own(app)
    app.text_input(key="corpus-folder").set_value(str(folder)).run()
    assert "takes: 0.1 minutes, 2 voices, 2 sentences." in words(app)


def test_folders_are_not_offered_on_a_server_for_others(app: AppTest, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("STRATA_LOCAL_FOLDERS", "no")
    assert not _own(app).text_input


def test_a_damaged_corpus_that_ships_is_said_in_a_sentence(app: AppTest, tmp_path: Path) -> None:
    import streamlit as st

    (tmp_path / "voices.zip").write_bytes(b"nothing")
    st.cache_resource.clear()
    fresh = AppTest.from_function(told_only, default_timeout=PATIENCE).run()
    assert not fresh.exception
    assert "voices.zip is no zip" in words(fresh)


def told_only() -> None:
    """The control alone."""
    from pages._kit import corpus

    corpus.draw()
