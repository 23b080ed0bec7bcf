"""The page under the strip, from the controls to the checks."""

from collections.abc import Callable

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from pages._kit.explaining import (
    answer,
    asking,
    controls,
    finding,
    firm,
    maps,
    masking,
    result,
    rows,
    second,
    table,
    trust,
    used,
)
from pages._kit.explaining.asking import Asked

Later = Callable[[], None] | None


def draw(asked: Asked, place: DeltaGenerator) -> Later:
    """Draw the controls, find the explanation, and show it; what is returned checks it once all else is on the page."""
    asking.choose(asked.saying.key, None if asked.against is None else asked.against.key)
    wanted = controls.draw(asked)
    found = finding.explained(wanted, "main")
    if found is None:
        return None
    it = result.of(wanted, found)
    rows.add(wanted, found, it.contributions)
    place.markdown(answer.sentence(it))
    used.draw(it)
    left, right = st.columns([6, 5], gap="large")
    with left:
        table.draw(it)
        firm.draw(it)
    with right:
        badge = st.container()
        second.draw(it)
    masking.draw(it)
    maps.draw(it)

    def check() -> None:
        with badge:
            trust.draw(it)

    return check
