"""Why did the model say that?"""

from pages._kit.navigation import inside_app

inside_app()

from core.text import _  # noqa: E402  a page that runs alone is sent through app.py first
from pages._kit import address, errors, frame  # noqa: E402
from pages._kit.explaining import answer, asking, words  # noqa: E402

with frame.question(_("Why did the model say that?")) as place, errors.shown():
    asked = asking.now()
    place.markdown(answer.said(asked))
    from pages._kit.explaining import page

    later = page.draw(asked, place)
    frame.meaning(words.meaning(), words.caution())
    if later:
        address.keep()  # the link is right while the checks still run
        later()
