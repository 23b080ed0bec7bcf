"""What does the model hear?"""

from pages._kit.navigation import inside_app

inside_app()

import streamlit as st  # noqa: E402  a page that runs alone is sent through app.py first

from core.text import _  # noqa: E402
from pages._kit import errors, frame, hearing, picture_controls  # noqa: E402
from pages._kit.layers import overview  # noqa: E402

with frame.question(_("What does the model hear?")) as answer, errors.shown():
    heard = hearing.now()
    frame.rows(heard.rows)
    overview.add()
    answer.markdown(heard.sentence)

    left, right = st.columns([3, 2], gap="large")
    with left:
        hearing.draw(heard)
    with right:
        picture_controls.draw()
    frame.meaning(hearing.meaning(heard), hearing.caution())
