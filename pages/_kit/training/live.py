"""A run while it goes on: how far, how long still, loss and accuracy after every epoch, and a way out."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from core.figures import learning
from core.finetuning.history import Epoch
from core.finetuning.runs import Asked, RunFolder
from core.finetuning.transcription.options import NAME as TRANSCRIPTS
from core.jobs import Snapshot
from core.text import _, n_
from pages._kit import engine, session
from pages._kit.plain import plain
from pages._kit.sounds import sets
from pages._kit.training.times import lasting

LOOK = 0.8  # seconds between two looks


def draw(run: RunFolder, place: DeltaGenerator) -> None:
    """Follow a run; when it is over the whole page is drawn once more, which switches the timer off."""
    asked = run.asked
    _follow(run, asked, place)
    st.caption(_("The page can be left and found again by its address; the work goes on."))


@st.fragment(run_every=LOOK)
def _follow(run: RunFolder, asked: Asked, place: DeltaGenerator) -> None:
    now = engine.training().snapshot(run.token)
    if now is None or now.over:
        st.rerun(scope="app")
    history = run.history()
    epochs = history[max(history)] if history else ()
    # what stands outside a fragment may be changed by it only where its first run wrote there too
    place.markdown(_sentence(asked, epochs))
    _progress(now)
    _stop(run, now)
    if len(history) > 1:
        st.caption(_("Split {number}: each part is the test once.").format(number=max(history) + 1))
    charts(epochs, asked.settings.epochs, classes(asked))


def _sentence(asked: Asked, epochs: tuple[Epoch, ...]) -> str:
    if not epochs:
        return _("A copy is being taught on **{title}**.").format(title=plain(asked.title))
    planned, last = asked.settings.epochs, epochs[-1]
    if asked.settings.strategy == TRANSCRIPTS:
        heard = last.accuracy if last.validation_accuracy is None else last.validation_accuracy
        said = _("After epoch {number} of {planned} the copy writes about **{share:.0%}** of the letters as said.")
        return said.format(number=last.number, planned=planned, share=heard)
    if last.validation_accuracy is None:
        return _(
            "After epoch {number} of {planned} the copy is right about {share:.0%} of what it learns from."
        ).format(number=last.number, planned=planned, share=last.accuracy)
    said = _(
        "After epoch {number} of {planned} the copy is right about **{share:.0%}** of sounds it does not learn from."
    )
    return said.format(number=last.number, planned=planned, share=last.validation_accuracy)


def _progress(now: Snapshot) -> None:
    if now.status == "waiting":
        text = n_("{count} run comes before it.", "{count} runs come before it.", now.ahead).format(count=now.ahead)
        st.progress(0.0, text=text)
        return
    step = now.step
    share = min(step.fraction, 1.0) if step and step.total else 0.0
    note = step.note if step and step.note else _("Getting ready")
    parts = [note[:1].upper() + note[1:], f"{share:.0%}"]
    if now.left is not None:
        parts.append(_("about {time} left").format(time=lasting(now.left)))
    st.progress(share, text=plain(" · ".join(parts)))


def _stop(run: RunFolder, now: Snapshot) -> None:
    if st.button(
        _("Stopping…") if now.stopping else _("Stop here"),
        key="teach-stop",
        icon=":material/stop:",
        disabled=now.stopping,
        help=_("At the next step. The best epoch so far is kept and tested; before the first, nothing is."),
    ):
        engine.training().cancel(run.token)
        st.rerun(scope="fragment")


def classes(asked: Asked) -> int:
    """Count the classes of the sounds that a run learns from; 0 where that is not known, or for transcripts."""
    data = sets.shown() if session.chosen().dataset == asked.data else None
    return len(data.labels) if data else 0


def charts(epochs: tuple[Epoch, ...], planned: int, classes: int) -> None:
    """Draw loss and accuracy side by side."""
    if not epochs:
        st.skeleton(learning.HEIGHT)
        return
    pictures = (
        (learning.loss(epochs, planned), _("Loss"), _("How far its answers are from the right ones; less is better.")),
        (learning.accuracy(epochs, planned, classes), _("Share right"), _("Of the sounds asked after each epoch.")),
    )
    for column, (figure, title, about) in zip(st.columns(2, gap="large"), pictures, strict=True):
        with column:
            st.header(title, anchor=False, help=about)
            st.vega_lite_chart(figure.spec, width="stretch", alt=figure.alt, key=f"chart-{title}")
