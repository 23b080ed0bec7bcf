"""What lies near what inside this layer?"""

from pages._kit.navigation import inside_app

inside_app()

from core.text import _  # noqa: E402  a page that runs alone is sent through app.py first
from pages._kit import errors, frame  # noqa: E402

with frame.question(_("What lies near what inside this layer?")) as place, errors.shown():
    from pages._kit.space import page, words

    page.draw(place)
    frame.meaning(words.meaning(), words.caution())
