"""Put a set of one's own together in the page: name classes, choose files for each, record."""

from collections.abc import Callable, Sequence

import streamlit as st

from core import samples
from core.text import _
from pages._kit import engine, errors, session, tiles
from pages._kit.plain import plain
from pages._kit.sounds import sets, shown
from pages._kit.sounds.draft import LONGEST_LABEL, Draft, Piece

ENOUGH = 8  # sounds of each class from which on a first try is worth it


def now() -> Draft:
    """What was put together in this session so far."""
    return session.recall("draft", Draft())


def draw() -> None:
    """Draw the classes, the sounds of the chosen one with the ways to add to them, and the way on."""
    draft = now()
    if not draft.classes:
        st.markdown(_first_steps())
        _name_class(draft)
        return
    label = _chosen(draft)
    with st.container(border=True, key="class-box"):
        _fill(draft, label)
    shown.skipped(draft.refused)
    _go_on(draft)


def _first_steps() -> str:
    return _(
        "Name two or more classes, such as *clap* and *snap*, and give each of them sounds: files, or recordings made "
        "here. Eight of each are enough for a first try; the more people and places, the better."
    )


def _chosen(draft: Draft) -> str:
    counts = {label: len(draft.of(label)) for label in draft.classes}
    known = session.recall("draft-class")
    left, right = st.columns([4, 1], vertical_alignment="bottom")
    with left:
        label = st.pills(
            _("Classes"),
            list(draft.classes),
            default=known if known in draft.classes else draft.classes[-1],
            required=True,
            format_func=lambda name: f"{plain(name)} · {counts[name]}",
            wrap=True,
            key=f"draft-classes-{len(draft.classes)}",
            help=_("Sounds are added to the class that is chosen; the number says how many it has."),
        )
    session.remember("draft-class", label)
    with right, st.popover(_("Add a class"), icon=":material/add:", width="stretch", help=_("Two or more are needed.")):
        _name_class(draft)
    return label


def _name_class(draft: Draft) -> None:
    turn = len(draft.classes)
    name = st.text_input(
        _("Name of the class"),
        max_chars=LONGEST_LABEL,
        key=f"class-name-{turn}",
        help=_("What all of its sounds have in common."),
    )
    if st.button(_("Add it"), key=f"class-add-{turn}", help=_("Its sounds come next.")):
        _keep(lambda: draft.with_class(name), newest=True)
    background = _("background")
    if background not in draft.classes:
        st.markdown(_why_background())
        if st.button(_("Add a background class"), key=f"class-background-{turn}", icon=":material/volume_off:",
                     help=_("A class for everything that is none of the others.")):  # fmt: skip
            _keep(lambda: draft.with_class(background), newest=True)


def _why_background() -> str:
    return _(
        "A class for *none of these* is worth having: the room, a chair, breathing. Without it the model has to call "
        "every sound by the name of one of your classes, silence too."
    )


def _fill(draft: Draft, label: str) -> None:
    turn = session.recall("draft-turn", 0)
    files, voice = st.columns(2, gap="medium")
    with files:
        given = st.file_uploader(
            _("Files of “{label}”").format(label=plain(label)),
            accept_multiple_files=True,
            key=f"files-{turn}-{label}",
            help=_("Choose as many as you like."),
        )
    with voice:
        recorded = st.audio_input(
            _("Or record one"),
            key=f"recording-{turn}-{label}",
            sample_rate=16_000,
            help=_("Each recording becomes one sound of the class. It stays in this window until you prepare the set."),
        )
        group = st.text_input(
            _("Whose voice, or which group? (optional)"),
            session.recall("draft-group", ""),
            max_chars=LONGEST_LABEL,
            key="draft-group-name",
            help=_("Holds for what you add next. No voice or group will then be both learned from and tested on."),
        )
        session.remember("draft-group", group)
    _take(draft, label, group, [(file.name, file.getvalue()) for file in given], recorded)
    _tiles(draft, label)


def _take(draft: Draft, label: str, group: str, files: Sequence[tuple[str, bytes]], recorded: object) -> None:
    """Move what was given into the draft; the next turn's controls are empty again."""
    new = list(files)
    if recorded is not None:
        number = sum(piece.label == label for piece in draft.pieces) + 1
        new.append((_("{label} {number}.wav").format(label=label, number=number), recorded.getvalue()))
    if not new:
        return
    session.remember("draft-turn", session.recall("draft-turn", 0) + 1)

    def added() -> Draft:
        wanted = draft
        for name, data in new:
            wanted = wanted.with_piece(name, data, label, group)
        return wanted

    _keep(added)


def _tiles(draft: Draft, label: str) -> None:
    pieces = draft.of(label)
    if not pieces:
        st.caption(_("No sounds yet."))
        return
    by_name = {piece.name: piece for piece in pieces}
    key = ("draft-tiles", tuple((piece.name, piece.group, piece.clip.fingerprint) for piece in pieces))
    payload = engine.store().get(key, lambda: tiles.tiles_payload([_tile(piece) for piece in pieces]))
    now_heard = next((piece.name for piece in pieces if piece.clip.fingerprint == session.chosen().clip), "")
    tiles.mount(
        payload,
        chosen=now_heard,
        on_choose=lambda name: session.keep_clip(by_name[name].clip),
        on_remove=lambda name: session.remember("draft", now().without(name)),
        key="draft-tiles",
    )


def _tile(piece: Piece) -> tiles.Tile:
    return tiles.Tile(piece.name, piece.name, piece.clip.seconds, samples.thumbnail(piece.clip), piece.group, own=True)


def _go_on(draft: Draft) -> None:
    short = [label for label in draft.classes if len(draft.of(label)) < ENOUGH]
    if short:
        names = ", ".join(plain(label) for label in short)
        st.caption(_("Fewer than {enough} sounds so far: {names}.").format(enough=ENOUGH, names=names))
    left, right = st.columns([3, 2])
    if left.button(_("Take these sounds"), key="draft-take", type="primary", width="stretch",
                   help=_("Shows what is in the set; then it can be prepared.")):  # fmt: skip
        with errors.shown():
            sets.gather(draft.collection())
            st.rerun()
    label = session.recall("draft-class")
    if right.button(_("Remove this class"), key="draft-drop", width="stretch", help=_("And the sounds in it.")):
        _keep(lambda: draft.without_class(label))


def _keep(change: Callable[[], Draft], newest: bool = False) -> None:
    with errors.shown():
        draft = change()
        session.remember("draft", draft)
        if newest:
            session.remember("draft-class", draft.classes[-1])
        st.rerun()
