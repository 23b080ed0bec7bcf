"""Where does each head look?"""

from pages._kit.navigation import inside_app

inside_app()

import streamlit as st  # noqa: E402  a page that runs alone is sent through app.py first

from core.text import _  # noqa: E402
from pages._kit import errors, frame, strip  # noqa: E402
from pages._kit.attending import answer, lines, maps, places, rows, table, view, words  # noqa: E402

with frame.question(_("Where does each head look?")) as place, errors.shown():
    seen = view.now()
    strip.rows(rows.payload(seen))
    place.markdown(answer.sentence(seen))
    st.markdown(f":material/info: {words.reminder()}")
    maps.draw(seen)
    left, right = st.columns(2, gap="large")
    with left:
        places.draw(seen)
    with right:
        table.chart(seen)
    table.draw(seen)
    lines.draw(seen)
    frame.meaning(words.meaning(), words.caution())
