"""Which layer knows sound, phone, syllable, word and sentence?"""

from pages._kit.navigation import inside_app

inside_app()

from core.text import _  # noqa: E402  a page that runs alone is sent through app.py first
from pages._kit import errors, frame  # noqa: E402
from pages._kit.ladder import page, words  # noqa: E402

with frame.question(_("Which layer knows sound, phone, syllable, word and sentence?")) as place, errors.shown():
    page.draw(place)
    frame.meaning(words.meaning(), words.caution())
