"""Can it learn something new?"""

from pages._kit.navigation import inside_app

inside_app()

from core.text import _  # noqa: E402  a page that runs alone is sent through app.py first
from pages._kit import errors, frame, steps  # noqa: E402
from pages._kit.sounds import step as sounds  # noqa: E402
from pages._kit.training import after, words  # noqa: E402
from pages._kit.training import step as training  # noqa: E402

with frame.question(_("Can it learn something new?")) as place, errors.shown():
    later = {"sounds": sounds.draw, "training": training.draw, "outcome": after.draw}[steps.choose()](place)
    frame.meaning(words.meaning(), words.caution())
    if later:
        later()
