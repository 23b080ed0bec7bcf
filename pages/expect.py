"""What does the model expect where it hears nothing?"""

from pages._kit.navigation import inside_app

inside_app()

from core.text import _  # noqa: E402  a page that runs alone is sent through app.py first
from pages._kit import errors, frame, present  # noqa: E402
from pages._kit.expect import answer, hole, other, words  # noqa: E402

with frame.question(_("What does the model expect where it hears nothing?")) as place, errors.shown():
    if present.card().expects:
        found = hole.now()
        place.markdown(answer.sentence(found))
        from pages._kit.expect import page

        page.draw(found)
    else:
        place.markdown(other.sentence())
        other.draw()
    frame.meaning(words.meaning(), words.caution())
