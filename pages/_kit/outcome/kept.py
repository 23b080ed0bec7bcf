"""Keep the taught copy: look at it on every page, take it away, read its card."""

import streamlit as st

from core.dataset.home import home
from core.finetuning import runs
from core.finetuning.runs import RunFolder
from core.text import _
from pages._kit import earlier, engine, errors, session
from pages._kit.outcome import together
from pages._kit.outcome.judged import Judged
from pages._kit.training import ended

CARD = "README.md"


def draw(found: Judged) -> None:
    """Offer the copy to every page and as a download, let kept runs answer together, and lead to earlier ones."""
    offer(runs.find(found.outcome.run, home()))
    together.draw(found)
    earlier.choice()


def offer(run: RunFolder) -> None:
    """Offer the copy of a run to every page, as a download, and show its card."""
    st.header(_("Keep what it learned"), anchor=False)
    with st.container(horizontal=True):
        _open(run)
        _download(run)
        ended.board(run)
    st.toggle(
        _("Keep this run"),
        run.kept,
        key=f"outcome-kept-{run.token}",
        on_change=_keep,
        args=(run,),
        help=_("Runs that are not kept make room, the oldest first, when the disk gets full."),
    )
    st.caption(
        _("The address of this page leads back to this run. Whoever has the address can look at the run; nobody else "
          "can find it.")
    )  # fmt: skip
    card = run.tuned / CARD
    if card.is_file():
        with st.expander(_("Its model card"), icon=":material/description:"):
            st.code(card.read_text("utf-8"), language="markdown", wrap_lines=True)


def _keep(run: RunFolder) -> None:
    with errors.shown():
        run.keep(session.widget(f"outcome-kept-{run.token}"))


def _open(run: RunFolder) -> None:
    name = f"tuned@{run.token}"
    here = session.chosen().model == name
    if st.button(
        _("Every page shows it now") if here else _("Look at it on every page"),
        key="outcome-open",
        type="primary",
        disabled=here,
        icon=":material/visibility:",
        help=_(
            "The taught copy becomes the chosen model: its layers, its attention and what it says. A link to such a "
            "page also leads to this run and its sounds."
        ),
    ):
        session.choose(model=name, precision="float32", device="cpu")
        st.rerun()


def _download(run: RunFolder) -> None:
    from core.finetuning.export import zip_of

    def packed() -> bytes:
        with engine.turn():
            return zip_of(run.tuned)

    st.download_button(
        _("Download it (Hugging Face folder)"),
        packed,
        f"strata-{run.token[:8]}.zip",
        "application/zip",
        key="outcome-download",
        on_click="ignore",
        icon=":material/download:",
        help=_(
            "Weights as safetensors, settings, class names and a model card; unpack it and name the folder to Strata."
        ),
    )
