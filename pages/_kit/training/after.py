"""The third step of fine-tuning, inside its frame: before and after of the chosen run."""

from streamlit.delta_generator import DeltaGenerator

from core.errors import ModelError
from core.finetuning import runs
from core.finetuning.runs import RunFolder
from core.text import _
from pages._kit import earlier, engine, errors, steps
from pages._kit.plain import plain
from pages._kit.training import course, step, written


def draw(place: DeltaGenerator) -> None:
    """Draw before and after, or say what is missing for it."""
    found = course.standing()
    if found is None:
        place.markdown(_("Before and after stand here once a copy has been taught."))
        steps.onward("training", _("Teach a copy"), _("With the sounds that are chosen."))
        earlier.choice()
        return
    if found.stage != "ended":
        place.markdown(_("This run has no result yet."))
        steps.onward("training", _("Look at the run"), _("How far it is, or why it broke off."))
        return
    course.just_ended(found.run)
    try:
        _outcome(found.run, place)
    except ModelError as error:
        errors.show(error)
        step.another()


def _outcome(run: RunFolder, place: DeltaGenerator) -> None:
    if written.is_there(run):
        from core.finetuning.transcription.record import read_outcome

        with runs.told(run.token):
            texts = engine.store().get(("texts", run.token), lambda: read_outcome(run.path, run.tuned))
        place.markdown(plain(texts.sentence()))
        written.draw(texts)
        _keep(run)
        return
    from pages._kit.outcome import page

    outcome = engine.store().get(("outcome", run.token), run.read_outcome)
    place.markdown(page.sentence(outcome))
    page.draw(outcome)


def _keep(run: RunFolder) -> None:
    """Offer the copy that writes down what it hears, as copies that name classes are offered."""
    from pages._kit.outcome import kept

    earlier.note(run.token)
    if run.tuned.is_dir():
        kept.offer(run)
    earlier.choice()
