"""Before the start: which model, which strategy, how long, what it will cost."""

from collections.abc import Callable
from dataclasses import asdict, fields, replace
from typing import Any

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.dataset.division import Division
from core.dataset.prepared import PreparedSet
from core.finetuning.settings import FineTuneSettings
from core.text import _, n_
from pages._kit import earlier, errors, form, present, session
from pages._kit.plain import plain
from pages._kit.sounds import sets
from pages._kit.training import choice, cost, course, handed, search

Later = Callable[[], None] | None
FIRST = ("epochs", "learning_rate")
DRAWN_ELSEWHERE = ("strategy", "options", "augment", "augment_options")
OF_CLASSES = ("class_weights", "smoothing", "focal", "unlabelled", "adversarial")  # mean nothing for transcripts


def draw(data: PreparedSet, place: DeltaGenerator) -> Later:
    """Draw what can be chosen before the start, and the start; what it costs is measured by what is returned."""
    divisions = sets.divisions(data)
    place.markdown(_sentence(data, divisions))
    _about_the_copy()
    if data.task == "classes":
        st.header(_("What learns"), anchor=False, help=_("From a thin layer on top to the whole model."))
        choice.cards()
    st.header(_("How it learns"), anchor=False, help=_("What is left as it is suits most sounds."))
    if data.task == "classes":
        handed.take()
    wanted = _form(data)
    if data.task == "classes":
        search.draw(wanted, len(divisions))
    choice.choose(wanted, data.task)
    later = _start(data, divisions)
    earlier.rows()
    return later


def _sentence(data: PreparedSet, divisions: tuple[Division, ...]) -> str:
    learned, tested = len(divisions[0].train), len(divisions[0].test)
    if len(divisions) > 1:
        return n_(
            "{title}: a copy is taught and tested {count} time, each time on other sounds.",
            "{title}: copies are taught and tested {count} times, each time on other sounds.",
            len(divisions),
        ).format(title=plain(data.title), count=len(divisions))
    voices = len({data.items[at].group for at in divisions[0].test} - {""})
    by = n_(" by {count} voice or group", " by {count} voices or groups", voices).format(count=voices) if voices else ""
    return _("A copy will learn from **{learned} sounds** and be tested on **{tested}** others{by}.").format(
        learned=learned, tested=tested, by=by
    )


def _about_the_copy() -> None:
    card, spec = present.card(), present.spec()
    said = _("The copy is made of **{model}** ({family}, {layers} layers).").format(
        model=plain(card.title), family=plain(card.family_title), layers=card.layers
    )
    if spec.source == "bundled":
        said += " " + _("It is the small model that ships with Strata: quick, but larger ones hear more.")
    st.markdown(said + " " + _("Another one can be chosen beside *Choose another model*."))


def _form(data: PreparedSet) -> FineTuneSettings:
    """Draw four settings, and the rest under More."""
    now = choice.settings(data.task)
    left, middle, right = st.columns([3, 4, 2], gap="medium", vertical_alignment="bottom")
    with left:
        now = form.draw(now, FIRST[:1], "teach")
    with middle:
        now = form.draw(now, FIRST[1:], "teach")
    with right, st.popover(_("More"), icon=":material/tune:", width="stretch", help=_("All other settings.")):
        leave = (*DRAWN_ELSEWHERE, *(OF_CLASSES if data.task == "transcripts" else ()))
        now = form.draw(now, form.remaining(now, FIRST, leave), "teach")
        now = choice.options(now)
    left, right = st.columns([3, 6], gap="medium")
    with left:
        split = form.draw(sets.split(), ("kind",), "teach-split")
        if split != sets.split():
            session.remember("split", split)
            st.rerun()
    if data.task == "classes":
        with right:
            now = _augment(now)
            handed.note()
    return now


def _augment(now: FineTuneSettings) -> FineTuneSettings:
    from core.finetuning.augmentation import augmentations, needs_encoder

    known = augmentations()
    about = next(item.metadata for item in fields(now) if item.name == "augment")
    chosen = st.pills(
        _(about["title"]),
        list(known),
        selection_mode="multi",
        default=[name for name in now.augment if name in known],
        format_func=lambda name: _(known[name].title),
        wrap=True,
        key="teach-augment",
        help=_(about["help"]) + " " + " ".join(f"**{_(one.title)}**: {_(one.summary)}" for one in known.values()),
    )
    if choice.strategy().stored and needs_encoder(chosen):
        st.caption(_("The encoder then runs anew for every epoch instead of once: changed sounds cannot be stored."))
    return _strengths(replace(now, augment=tuple(chosen)))


def _strengths(now: FineTuneSettings) -> FineTuneSettings:
    """Draw what each chosen way of changing sounds lets be set; keep only what is not as usual."""
    from core.finetuning.augmentation import augmentations, options_of

    if not now.augment:
        return replace(now, augment_options=())
    changed: list[tuple[str, Any]] = []
    with st.expander(_("How strongly the sounds are changed"), icon=":material/tune:"):
        for name in now.augment:
            way = augmentations()[name]
            st.markdown(f"**{_(way.title)}**")
            before = options_of(name, now.augment_options)
            after = form.draw(before, form.remaining(before, ()), f"strength-{name}")
            usual = asdict(way.options())
            changed += [(f"{name}.{key}", value) for key, value in asdict(after).items() if value != usual[key]]
    return replace(now, augment_options=tuple(changed))


def _start(data: PreparedSet, divisions: tuple[Division, ...]) -> Later:
    against = choice.misfits().get(choice.settings(data.task).strategy, "") if data.task == "classes" else ""
    left, right = st.columns([2, 3], gap="medium", vertical_alignment="center")
    with right:
        price = st.empty()
    with left:
        if st.button(
            _("Start"),
            key="teach-start",
            type="primary",
            icon=":material/play_arrow:",
            width="stretch",
            disabled=bool(against),
            help=against or _("Teaches a copy; the page can be left meanwhile, and the work can be stopped."),
        ):
            with errors.shown():
                course.start(data)
    return lambda: cost.fill(price, data, divisions)
