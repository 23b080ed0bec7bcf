"""A run of fine-tuning from its start to its end: queued, found again by its token, gone on with after a break."""

from dataclasses import dataclass
from typing import Literal

import streamlit as st

from core.dataset.home import home
from core.dataset.prepared import PreparedSet
from core.errors import CancelledError, StrataError
from core.finetuning import runs
from core.finetuning.history import Epoch
from core.finetuning.runs import Asked, RunFolder
from core.jobs import Snapshot
from core.text import _
from pages._kit import engine, errors, present, session
from pages._kit.sounds import sets
from pages._kit.training import choice, search, work, written

Stage = Literal["live", "ended", "failed", "interrupted", "elsewhere"]


@dataclass(frozen=True)
class Standing:
    """How the chosen run stands; ``now`` tells more while it is live."""

    stage: Stage
    run: RunFolder
    now: Snapshot | None = None


def standing() -> Standing | None:
    """Say how the chosen run stands; None where none is chosen, or where a link speaks of one that is gone: shown."""
    token = session.chosen().run
    if not token:
        return None
    try:
        run = runs.find(token, home())
    except StrataError as error:
        session.choose(run="")
        errors.show(error)
        return None
    now = engine.training().snapshot(token)
    if now and not now.over:
        return Standing("live", run, now)
    stages: dict[str, Stage] = {"ended": "ended", "failed": "failed", "at work": "elsewhere"}
    stage = "ended" if written.is_there(run) else stages.get(run.status, "interrupted")
    return Standing(stage, run, now)


def start(data: PreparedSet) -> None:
    """Begin a run on the chosen model, sounds and settings. BusyError where there is no room now."""
    asked = Asked(
        model=present.spec(),
        data=data.key,
        title=data.title,
        settings=choice.settings(data.task),
        split=sets.split(),
        clip=_watched(data),
        search=search.asked() if data.task == "classes" else None,
    )
    run = runs.begin(asked, home())
    try:
        _queue(run, data)
    except StrataError:
        run.delete()
        raise


def go_on(run: RunFolder, data: PreparedSet) -> None:
    """Go on with a run that was interrupted, after the last epoch that was finished."""
    _queue(run, data)


def _queue(run: RunFolder, data: PreparedSet) -> None:
    title = _("Teaching on {title}").format(title=data.title)
    engine.training().start(session.owner(), title, work.of(run, data, engine.shelf()), key=run.token)
    session.choose(run=run.token, step="training")
    session.remember("watched", run.token)
    st.rerun()


def _watched(data: PreparedSet) -> int:
    """Choose the sound whose way through the epochs is kept: the one on the strip, else the first of the test."""
    heard = session.recall("heard", ("", "", ""))
    if heard[0] == data.key and heard[2] == session.chosen().clip:
        return int(heard[1])
    test = sets.divisions(data)[0].test
    return test[0] if test else -1


def just_ended(run: RunFolder) -> bool:
    """Tell once that a run which was begun or watched in this session has ended."""
    if session.recall("watched") != run.token:
        return False
    session.remember("watched", None)
    return True


def failure(found: Standing) -> StrataError | None:
    """Say why there is no outcome: what the work raised, else what was written down of it.

    A mistake of ours surfaces here as itself, once; after that the page can be used again.
    """
    if found.now is not None and session.recall("asked-why") != (found.run.token, found.now.ended):
        session.remember("asked-why", (found.run.token, found.now.ended))
        try:
            engine.training().result(found.run.token, timeout=0.0)
        except CancelledError:
            return None
        except StrataError as error:
            return error
    told = found.run.failure
    return StrataError(told.message, hint=told.hint) if told else None


def last_epochs(run: RunFolder) -> tuple[Epoch, ...]:
    """List the epochs of the part that was taught last."""
    history = run.history()
    return history[max(history)] if history else ()
