"""The second step of fine-tuning: how a copy is taught."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.text import _, n_
from pages._kit import errors, session, steps
from pages._kit.plain import plain
from pages._kit.sounds import sets
from pages._kit.training import course, ended, live, setup
from pages._kit.training.course import Standing


def draw(place: DeltaGenerator) -> setup.Later:
    """Draw whatever comes next: the settings, the run while it goes on, or what became of it.

    What is returned takes a moment and is called when the rest of the page stands.
    """
    found = course.standing()
    if found and found.stage == "live":
        live.draw(found.run, place)
        return None
    if found and found.stage == "ended" and course.just_ended(found.run):
        steps.go("outcome")
    if found:
        _over(found, place)
        return None
    data = sets.shown()
    if data is None:
        place.markdown(_("First choose the sounds that the copy is to learn from."))
        steps.onward("sounds", _("Choose sounds"), _("Ready sets, your own files, or recordings made here."))
        return None
    return setup.draw(data, place)


def _over(found: Standing, place: DeltaGenerator) -> None:
    with errors.shown():
        if found.stage == "ended":
            ended.draw(found.run, place)
        elif found.stage == "elsewhere":
            place.markdown(_("Another program on this computer is working on this run."))
            st.button(_("Look again"), key="teach-look", help=_("Nothing here can stop it."))
        else:
            _broken_off(found, place)
    another()


def another() -> None:
    """Draw the way back to the settings."""
    if st.button(_("Teach another copy"), key="teach-another", icon=":material/restart_alt:",
                 help=_("Back to the settings; this run stays where it is, under its address.")):  # fmt: skip
        session.choose(run="")
        steps.go("training")


def _broken_off(found: Standing, place: DeltaGenerator) -> None:
    """Offer to go on with a run that has no outcome, and say why it has none where that is known."""
    run, error = found.run, course.failure(found)
    asked, epochs = run.asked, course.last_epochs(run)
    done = len(epochs)
    place.markdown(
        n_(
            "Teaching on **{title}** broke off after {count} epoch.",
            "Teaching on **{title}** broke off after {count} epochs.",
            done,
        ).format(title=plain(asked.title), count=done)
    )
    if error:
        errors.show(error)
    if session.chosen().dataset != asked.data:
        session.choose(dataset=asked.data)
    data = sets.shown()
    live.charts(epochs, asked.settings.epochs, len(data.labels) if data else 0)
    with st.container(horizontal=True):
        if data is not None and st.button(
            _("Continue from epoch {number}").format(number=done + 1) if done else _("Begin again"),
            key="teach-continue",
            type="primary",
            icon=":material/play_arrow:",
            help=_("With the same sounds, settings and seed; what was finished is not done again."),
        ):
            with errors.shown():
                course.go_on(run, data)
        if st.button(_("Delete it"), key="teach-delete", icon=":material/delete:", help=_("The run and its files.")):
            run.delete()
            session.choose(run="")
            st.rerun()
