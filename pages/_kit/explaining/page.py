"""The page under the strip, from the controls to the checks."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages._kit.explaining import answer, asking, controls, finding, firm, result, rows, second, table, trust, used
from pages._kit.explaining.asking import Asked


def draw(asked: Asked, place: DeltaGenerator) -> None:
    """Draw the controls, find the explanation, and show it."""
    asking.choose(asked.saying.key, None if asked.against is None else asked.against.key)
    wanted = controls.draw(asked)
    found = finding.explained(wanted, "main")
    if found is None:
        return
    it = result.of(wanted, found)
    rows.add(wanted, found, it.contributions)
    place.markdown(answer.sentence(it))
    used.draw(it)
    left, right = st.columns([6, 5], gap="large")
    with left:
        table.draw(it)
    with right:
        trust.draw(it)
        second.draw(it)
        firm.draw(it)
