"""How alike are layers, and two models?"""

from pages._kit.navigation import inside_app

inside_app()

from core.text import _  # noqa: E402  a page that runs alone is sent through app.py first
from pages._kit import corpus, errors, frame  # noqa: E402
from pages._kit.compare import answer, finding, other, pictures, words  # noqa: E402

with frame.question(_("How alike are layers, and two models?")) as place, errors.shown():
    chosen = other.draw()
    with errors.shown():
        found = finding.found(chosen, corpus.chosen())
        place.markdown(answer.sentence(found))
        if found is not None:
            pictures.draw(found)
    corpus.draw()
    frame.meaning(words.meaning(), words.caution())
