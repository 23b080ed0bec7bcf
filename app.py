"""Strata: the frame around the pages. Start it with: streamlit run app.py"""

from pathlib import Path

import streamlit as st

st.set_page_config(page_title="Strata", page_icon=str(Path(__file__).parent / "assets" / "icon.png"), layout="wide")

from pages._kit import address, frame, model_picker, navigation  # noqa: E402  the page must be configured first

address.restore()
page = st.navigation(navigation.pages())
frame.style()
if model_picker.ensure():
    frame.sidebar()
    frame.top()
    with navigation.running():
        page.run()
    frame.follow()
address.keep()
