"""What the training doctor says of a finished run."""

from core.dataset.doctor import after, bad
from pages._kit import engine
from pages._kit.outcome.judged import Judged
from pages._kit.sounds import findings


def draw(found: Judged) -> None:
    """Draw what would mislead a reader of the result; nothing where all is well."""
    data = found.data
    if data is None:
        return
    said = engine.once(("doctor after", found.outcome.run), lambda: after(data, found.outcome, found.comparison))
    findings.draw(data, bad(said))
