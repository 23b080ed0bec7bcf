"""The frame keeps its promises on every page."""

from dataclasses import replace

import numpy as np
import pytest

from core.clip import Clip
from pages._kit.session import Chosen
from tests.pages.opening import PAGES, app, words


@pytest.mark.parametrize("page", PAGES)
def test_every_page_runs_twice_without_an_exception(page):
    test = app(page)
    assert not test.exception
    assert not test.run().exception
    assert len(test.title) == 1


@pytest.mark.parametrize("page", PAGES)
def test_a_link_restores_sound_layer_head_and_region(page):
    test = app(page, clip="digits", layer="5", head="2", region="0.500-1.250")
    assert not test.exception
    now = test.session_state["chosen"]
    assert (now.clip, now.layer, now.head, now.region) == ("digits", 5, 2, (0.5, 1.25))


@pytest.mark.parametrize(
    "query",
    [
        {"clip": "../../etc/passwd"},
        {"clip": "<script>alert(1)</script>"},
        {"clip": "nobody-has-this"},
        {"layer": "-4"},
        {"layer": "99999999999999"},
        {"region": "5-1"},
        {"region": "nan-inf"},
        {"model": "/etc"},
        {"model": "a" * 5000},
        {"model": "no such model"},
    ],
)
def test_a_link_that_makes_no_sense_opens_the_default(query):
    test = app(**query)
    assert not test.exception
    now = test.session_state["chosen"]
    assert (now.clip, now.model, now.region) == (Chosen().clip, Chosen().model, None)


def test_a_layer_beyond_the_model_is_brought_inside():
    test = app("layers", layer="77", head="55")
    assert not test.exception
    assert test.session_state["chosen"].layer <= 8


def test_a_sound_of_ones_own_stays_in_its_session():
    first, second = app(), app()
    clip = Clip.of("mine", np.random.default_rng(0).normal(0, 0.1, 16_000), 16_000)
    first.session_state["own_clips"] = {clip.fingerprint: clip}
    first.session_state["chosen"] = Chosen(clip=clip.fingerprint)
    assert not first.run().exception
    assert "own_clips" not in second.session_state or not second.session_state["own_clips"]
    assert clip.fingerprint not in str(dict(first.query_params))
    third = app(clip=clip.fingerprint)
    assert third.session_state["chosen"].clip == Chosen().clip


def test_the_first_screen_says_what_strata_is_for():
    text = words(app())
    assert "See and hear what each layer of an audio model does with a sound." in text
    assert "the model writes" in text


def test_a_link_to_a_model_that_is_not_here_downloads_nothing_by_itself(monkeypatch):
    from pages._kit import engine

    asked = []
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")  # nobody listens there
    monkeypatch.setattr(engine.Shelf, "get", lambda shelf, spec, *more: asked.append(spec))
    test = app(model="owner/name")
    assert not test.exception
    assert asked == []
    assert "This link speaks of the model owner/name, which is not loaded here." in words(test)
    assert any(button.label == "Go on with the model that ships with Strata" for button in test.button)


def test_a_click_that_still_brings_the_address_from_before_counts():
    test = app("layers", layer="5")
    for chosen in (3, -7):
        test.session_state["chosen"] = replace(test.session_state["chosen"], layer=chosen)
        test.query_params["layer"] = "5"  # what the browser knew when the visitor clicked
        test.run()
        assert test.session_state["chosen"].layer == chosen
        assert test.query_params["layer"] == str(chosen)


def test_an_address_that_was_never_written_here_counts():
    test = app("layers", layer="5")
    test.query_params["layer"] = "6"
    test.run()
    assert test.session_state["chosen"].layer == 6
