"""A run that has ended: how its epochs went, and its files."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.finetuning.history import Epoch
from core.finetuning.runs import RunFolder
from core.text import _, n_
from pages._kit import steps
from pages._kit.plain import plain
from pages._kit.training import course, live, search


def draw(run: RunFolder, place: DeltaGenerator) -> None:
    """Draw loss and accuracy of the whole run, and offer its event files."""
    asked, epochs = run.asked, course.last_epochs(run)
    place.markdown(_sentence(asked.title, epochs))
    live.charts(epochs, asked.settings.epochs, live.classes(asked))
    search.trials(run)
    with st.container(horizontal=True):
        steps.onward("outcome", _("To before and after"), _("What the teaching changed, on sounds it never heard."))
        board(run)


def _sentence(title: str, epochs: tuple[Epoch, ...]) -> str:
    count = n_("{count} epoch", "{count} epochs", len(epochs)).format(count=len(epochs))
    said = _("The copy was taught on **{title}** for {count}.").format(title=plain(title), count=count)
    known = [epoch for epoch in epochs if epoch.validation_loss is not None]
    if not known:
        return said
    best = min(known, key=lambda epoch: epoch.validation_loss or 0.0)
    return (
        said
        + " "
        + _("Epoch {number} had the lowest loss on sounds that it does not learn from.").format(number=best.number)
    )


def board(run: RunFolder) -> None:
    """Offer the event files that TensorBoard reads."""

    def packed() -> bytes:
        from core.finetuning.export import zip_of

        return zip_of(run.board, smaller=True)

    if any(path.is_file() for path in run.board.rglob("*")):
        st.download_button(
            _("Event files"),
            packed,
            f"strata-{run.token[:8]}-events.zip",
            "application/zip",
            key="teach-board",
            on_click="ignore",
            icon=":material/download:",
            help=_("For TensorBoard: every epoch with its loss, accuracy and learning rate."),
        )
