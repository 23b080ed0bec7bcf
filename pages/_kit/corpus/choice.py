"""Choose a corpus: the one that ships, or a zip or a folder of the visitor's own, which lives in the session alone."""

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from core.corpus.corpus import Corpus
from core.errors import StrataError
from core.text import _, n_
from pages._kit import errors, session
from pages._kit.policy import policy

LONGEST = 1000  # characters of a path
WAYS = ("shipped", "own")


def chosen() -> Corpus:
    """Return the corpus that the visitor chose; the one that ships until an own one is there.

    Raises DatasetError where the one that ships is missing or damaged.
    """
    return session.recall("corpus-own") if own() else _shipped()


def own() -> bool:
    """Tell whether the chosen corpus is the visitor's; nothing is opened."""
    return session.recall("corpus-own") is not None and _way() == "own"


def draw() -> None:
    """Let the visitor choose a corpus, and say in one line what is in it."""
    titles = {"shipped": _("The corpus that ships"), "own": _("Your own (zip of sounds with TextGrids)")}
    way = st.segmented_control(
        _("Corpus"),
        WAYS,
        format_func=titles.get,
        default=_way(),
        required=True,
        wrap=True,
        key="corpus-way",
        help=_("Sentences of several voices, with what is said when: probes learn from some and are tested on others."),
    )
    if way != _way():
        session.remember("corpus-way", way)
        st.rerun()
    if way == "own":
        _bring()
    with errors.shown():
        _tell(chosen())


def _way() -> str:
    known = session.recall("corpus-way", "shipped")
    return known if known in WAYS else "shipped"


@st.cache_resource(show_spinner=False)
def _shipped() -> Corpus:
    from core.corpus.shipped import DEFAULT, FOLDER, open_corpus

    return open_corpus(FOLDER / f"{DEFAULT}.zip")


def _bring() -> None:
    st.markdown(
        _(
            "Each sound needs a TextGrid of the same name beside it: `anna/01.wav` and `anna/01.TextGrid`, with rows "
            "called sentence, word, syllable or phone. The folder tells who speaks, or a column `speaker` in "
            "`metadata.csv`. Several voices that say the same words make the best test."
        )
    )
    file = st.file_uploader(
        _("A zip of sounds with TextGrids"),
        "zip",
        key="corpus-zip",
        help=_("Nothing of it is unpacked onto the disk, and it is gone when you close this window."),
    )
    if file is not None:
        _take(("zip", file.file_id), lambda: _read_zip(file.name, file.getvalue()))
    if policy().local_folders:
        _folder()


def _folder() -> None:
    path = st.text_input(
        _("Or a folder on this computer"),
        max_chars=LONGEST,
        key="corpus-folder",
        help=_("The whole path of the folder."),
    )
    if path.strip():
        _take(("folder", path.strip()), lambda: _read_folder(path.strip()))


def _take(given: tuple[str, str], read: Callable[[], Corpus]) -> None:
    """Read what is new, once; where it cannot be used say so for as long as it is there, and keep what was before."""
    taken: dict[str, tuple[tuple[str, str], StrataError | None]] = session.recall("corpus-taken", {})
    known, error = taken.get(given[0], (None, None))
    if known != given:
        error = _kept(read)
        session.remember("corpus-taken", {**taken, given[0]: (given, error)})
        if error is None:
            st.rerun()
    if error is not None:
        errors.show(error)


def _kept(read: Callable[[], Corpus]) -> StrataError | None:
    """Read a corpus and keep it for this session; return what is wrong with it, if anything."""
    try:
        with st.spinner(_("Reading the corpus…")):
            session.remember("corpus-own", read())
    except StrataError as error:
        return error
    return None


def _read_zip(name: str, data: bytes) -> Corpus:
    from core.corpus import own as reading

    return reading.from_zip(name, data)


def _read_folder(path: str) -> Corpus:
    from core.corpus import own as reading

    return reading.from_folder(Path(path))


def _tell(corpus: Corpus) -> None:
    """Say what is in a corpus, and what of it is left out."""
    voices, sentences = len(corpus.speakers), len(corpus.sentences)
    parts = (
        _("{minutes:.1f} minutes").format(minutes=corpus.seconds / 60),
        n_("{count} voice", "{count} voices", voices).format(count=voices) if voices else _("voices unknown"),
        n_("{count} sentence", "{count} sentences", sentences).format(count=sentences),
    )
    st.text(f"{corpus.title}: {', '.join(parts)}.")
    if _way() == "own" and session.recall("corpus-own") is None:
        st.text(_("Until you bring your own, the one that ships is used."))
    for notice in corpus.notices:
        st.text(notice)
