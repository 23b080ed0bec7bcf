"""Where labelled sounds come from: ready sets, a zip, files and recordings class by class, a folder."""

from pathlib import Path

import streamlit as st

from core.text import _
from pages._kit import errors, session
from pages._kit.policy import policy
from pages._kit.sounds import classwise, ready, sets

LONGEST = 1000  # characters of a path


def draw() -> None:
    """Let the visitor choose a way, and draw it."""
    ways = {
        "ready": _("Ready sets"),
        "own": _("Record, or choose files"),
        "zip": _("A zip"),
        "folder": _("A folder"),
    }
    if not policy().local_folders:
        ways.pop("folder")
    known = session.recall("sounds-way", "ready")
    way = st.segmented_control(
        _("Sounds from"),
        list(ways),
        format_func=ways.get,
        default=known if known in ways else "ready",
        required=True,
        wrap=True,
        key="sounds-way",
        help=_("Ready sets show how it goes. With your own sounds you teach it what you want it to hear."),
    )
    session.remember("sounds-way", way)
    {"ready": ready.draw, "own": classwise.draw, "zip": _zip, "folder": _folder}[way]()


def _layout() -> str:
    return _(
        "One folder per class, its name the name of the class: `cat/1.wav`, `cat/2.wav`, `dog/1.wav`. Or a table "
        "`metadata.csv` with the columns `file_name` and `label`, and if you like `group` (who speaks) and `split`."
    )


def _merging() -> bool:
    return st.toggle(
        _("“Cat” and “cat” are one class"),
        key="sounds-merge",
        help=_("Names of classes that differ only in capitals or spaces are put together."),
    )


def _zip() -> None:
    st.markdown(_layout())
    merge = _merging()
    file = st.file_uploader(
        _("A zip with labelled sounds"), "zip", key="sounds-zip", help=_("Nothing of it is unpacked onto the disk.")
    )
    if file is None or session.recall("taken-zip") == (file.file_id, merge):
        return
    with errors.shown():
        from core.dataset import archive

        found = archive.read(file.name, file.getvalue(), merge_case=merge)
        session.remember("taken-zip", (file.file_id, merge))
        sets.gather(found)
        st.rerun()


def _folder() -> None:
    st.markdown(_layout())
    merge = _merging()
    path = st.text_input(
        _("Folder on this computer"), max_chars=LONGEST, key="sounds-folder", help=_("The whole path of the folder.")
    )
    if not st.button(_("Read it"), key="sounds-read", disabled=not path, help=_("Lists the files; decodes none yet.")):
        return
    with errors.shown():
        from core.dataset import audiofolder

        sets.gather(audiofolder.read(Path(path.strip()).expanduser(), merge_case=merge))
        st.rerun()
