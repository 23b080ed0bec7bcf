"""What does each layer make of the sound?"""

from pages._kit.navigation import inside_app

inside_app()

from core.text import _  # noqa: E402  a page that runs alone is sent through app.py first
from pages._kit import errors, frame, present  # noqa: E402
from pages._kit.layers import alike, answer, lens, rows, settings, stops, unit, words  # noqa: E402

with frame.question(_("What does each layer make of the sound?")) as place, errors.shown():
    every = stops.all_of_them()
    stop = stops.chosen(every)
    written = lens.now()
    place.markdown(answer.sentence(written))
    rows.add(every, settings.draw(present.card().speaks), written)
    lens.draw(written)
    alike.draw(stop)
    unit.draw(every, stop)
    frame.meaning(words.meaning(), words.caution())
