"""What is left of the sound at this layer?"""

from pages._kit.navigation import inside_app

inside_app()

from core.text import _  # noqa: E402  a page that runs alone is sent through app.py first
from pages._kit import address, errors, frame  # noqa: E402
from pages._kit.echo import words  # noqa: E402

with frame.question(_("What is left of the sound at this layer?")) as place, errors.shown():
    from pages._kit.echo import page

    later = page.draw(place)
    frame.meaning(words.meaning(), words.caution())
    if later:
        address.keep()  # the link is right while sounds are still being made
        later()
