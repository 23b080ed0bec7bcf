"""What the Space page says, of the model and the corpus that ship."""

import re
from collections.abc import Iterator
from functools import partial

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.corpus.shipped import DEFAULT, FOLDER
from core.figures.depths import Depths
from core.samples import FOLDER as SAMPLES
from core.space.choosing import Choice
from core.space.gallery import gallery
from core.space.neighbours import neighbours
from core.space.separation import Agreement, separation
from pages._kit import cloud
from pages._kit.space import average, groups
from pages._kit.space.asking import Wanted
from tests.pages.opening import app, words
from tests.space import planted

pytestmark = pytest.mark.skipif(
    not (FOLDER / f"{DEFAULT}.zip").is_file() or not (SAMPLES / "traces" / "speech-tiny" / "cat.npz").is_file(),
    reason="no corpus or no stored traces: make corpora traces",
)
LARGEST = 400_000  # bytes of a map of all layers


@pytest.fixture(scope="module", autouse=True)
def small() -> Iterator[None]:
    """Let the model hear less of the corpus than it does for visitors."""
    less = partial(Choice, utterances=80, phones=240, words=160, moments=800)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("core.space.bank.Choice", less)
        yield


@pytest.fixture(scope="module")
def page() -> AppTest:
    """The page at layer 5; the model hears the corpus once for all tests."""
    return app("space", layer="5")


def test_the_sentence_says_how_often_the_nearest_is_the_same_beside_chance(page: AppTest) -> None:
    assert not page.exception
    assert page.title[0].value == "What lies near what inside this layer?"
    said = re.search(
        r"the same phone in (\d+)% of cases \(by chance (\d+)%\)\. With random weights: (\d+)%", words(page)
    )
    assert said
    found, chance, random = map(int, said.groups())
    assert found > 10 * chance  # a model that writes phones keeps them apart
    assert found > random


def test_a_region_is_asked_about_and_its_neighbours_are_told_beside_chance(page: AppTest) -> None:
    found = app("space", layer="5", region="0.503-0.805")
    assert "What lies nearest to sat" in [header.value for header in found.header]
    assert re.search(r"Of the 10 nearest to \*sat\* \(0\.50 to 0\.8\d s\) at layer 5", words(found))
    assert "than 50%" not in words(found)


def test_units_are_counted_that_tell_something_apart_beyond_chance(page: AppTest) -> None:
    said = re.search(r"(\d+) of 192 units of layer 5 tell something apart", words(page))
    assert said
    assert 0 < int(said[1]) <= 192
    chosen = app("space", layer="5", unit="17")
    assert "Unit 17" in words(chosen)


@pytest.mark.parametrize(("shown", "label"), [("words", "word"), ("voices", "voice"), ("sentences", "says the same")])
def test_words_voices_and_sentences_can_be_shown_too(shown: str, label: str) -> None:
    test = app("space", layer="5")
    test.segmented_control(key="space-shown").set_value(shown).run()
    assert not test.exception
    assert label in words(test)


def test_another_layout_is_computed_for_the_layer_and_says_what_it_is_worth() -> None:
    test = app("space", layer="5")
    test.selectbox(key="space-method").set_value("tsne").run()
    assert not test.exception
    assert test.number_input(key="space-seed").value == 0


@pytest.mark.parametrize(("kind", "name"), [("principal", "Main direction 1"), ("difference", "The way from")])
def test_a_direction_is_judged_like_a_unit(kind: str, name: str) -> None:
    test = app("space", layer="5")
    test.segmented_control(key="space-direction-control").set_value(kind).run()
    assert not test.exception
    assert name in words(test)


def test_a_classifier_without_convolutions_or_words_has_its_map() -> None:
    test = app("space", model="sound-tiny", clip="bell")
    assert not test.exception
    assert "At layer 1 of" in words(test)


def test_no_page_says_that_a_unit_detects_or_that_what_is_near_is_used(page: AppTest) -> None:
    said = words(page)
    assert "a direction, not a detector" in said
    assert "does not show that the model uses it" in said
    assert "How far apart" not in said or "means nothing" in said


def test_a_map_of_every_layer_travels_in_little_and_comes_back_to_the_same_places() -> None:
    random = np.random.default_rng(0)
    points = random.standard_normal((17, 600, 2)).astype(np.float32)
    way = cloud.Way(random.standard_normal((500, 2)).astype(np.float32), 0.01, 0.02)
    stops = [cloud.Stop(at, f"layer {at}", "#123456", "", places, places[:20], way) for at, places in enumerate(points)]
    sorts = groups.groupings(planted.bank().of("phone"), "phone", {})
    made = cloud.cloud_payload(
        cloud.Cloud("a", "phones", "map", ("aa",) * 600, ("aa of cat · voice slt",) * 600, sorts, (), stops)
    )
    assert len(made.data) < LARGEST


def test_phones_are_sorted_by_how_they_are_made_and_other_alphabets_by_their_signs() -> None:
    first, *others = groups.groupings(planted.bank().of("phone"), "phone", {})
    assert first.title == "kind of phone"
    assert set(first.labels) == {"front vowels", "back vowels", "stops", "hissing sounds"}
    assert [one.title for one in others] == ["phone", "voice", "word"]


def test_the_curve_is_drawn_with_its_interval_its_chance_and_the_sound_alone() -> None:
    from core.figures import space

    found: dict[str, Agreement] = separation(planted.bank(), "phone")  # type: ignore[assignment]
    figure = space.separation(found, Depths(1, 0), light=True, stop=1)  # type: ignore[arg-type]
    assert figure.columns[2:8] == (
        "share", "95 % from", "to", "with random weights", "by chance", "by log-mel alone",
    )  # fmt: skip
    assert len(figure.rows) == 2 * len(found)
    assert "by chance" in figure.alt
    near = [neighbours(planted.bank(), "phone", stop, np.ones(planted.UNITS, np.float32), _asked()) for stop in (0, 1)]
    assert space.shares(near, Depths(1, 0), light=False).rows[0][0] in {"phone", "sound"}


def _asked():
    from tests.space.test_separation import asked

    return asked()


def test_the_mean_sound_is_told_in_words_and_findings_as_a_table_that_no_sheet_takes_for_a_formula() -> None:
    from core.space.directions import Asked, direction
    from core.space.selectivity import Finding

    bank = planted.bank()
    found = gallery(bank, direction(bank, 1, Asked("unit", 0)))
    assert average.picture(found).shape == (160, 41 * 8, 3)
    assert "dB" in average.alt(found)
    assert "'=1+1" in average.numbers([Finding(0, "phone", "=1+1", 0.7, 0.1, 9)])


def test_what_was_chosen_is_a_kind_of_stretch() -> None:
    assert (Wanted("voices").kind, Wanted("voices").label) == ("utterance", "speaker")
