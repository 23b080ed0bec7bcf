"""Every page works with a model that has no attention, and says what it does not have."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest

from core import cost
from core.model_spec import ModelSpec
from models import FAMILIES
from pages._kit.plain import plain
from pages._kit.session import Chosen
from tests.contracts.small_models import Small, save
from tests.pages.opening import PATIENCE, ROOT, words

NAMES = ("log-mel-cnn", "log-mel-crnn")
Visit = Callable[[str, str], AppTest]


@pytest.fixture
def visit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Visit]:
    """Open a page with a network whose numbers are random."""
    monkeypatch.setenv("STRATA_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("STRATA_LOCAL_FOLDERS", "yes")
    st.cache_resource.clear()

    def open_page(name: str, place: str, **choices: int) -> AppTest:
        family, folder = FAMILIES[name], tmp_path / name
        save(Small(family, family.classifier), folder)
        app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=PATIENCE)
        app.session_state["chosen"] = Chosen(model=str(folder), **choices)
        app.run()
        return app.switch_page(f"pages/{place}.py").run()

    yield open_page
    st.cache_resource.clear()


@pytest.mark.parametrize("place", ["listen", "layers", "attention", "fine_tune"])
@pytest.mark.parametrize("name", NAMES)
def test_a_page_opens_with_a_model_without_attention(name: str, place: str, visit: Visit) -> None:
    app = visit(name, place)
    assert not app.exception
    assert not app.run().exception
    said = words(app)
    assert plain(FAMILIES[name].title) in said
    assert "layers, no attention," in said
    assert "0 heads" not in said


@pytest.mark.parametrize("name", NAMES)
def test_the_page_on_attention_says_that_there_is_none(name: str, visit: Visit) -> None:
    assert "This model has no attention, so there is no picture" in words(visit(name, "attention"))


@pytest.mark.parametrize("layer", [0, 2, 4])
@pytest.mark.parametrize("name", NAMES)
def test_every_layer_and_its_last_unit_can_be_looked_at(name: str, layer: int, visit: Visit) -> None:
    app = visit(name, "layers", layer=layer, unit=5)
    assert not app.exception


@pytest.mark.parametrize("name", NAMES)
def test_the_cost_is_said_without_heads(name: str, tmp_path: Path) -> None:
    family = FAMILIES[name]
    save(Small(family, family.classifier), tmp_path)
    found = cost.estimate(ModelSpec("folder", str(tmp_path)))
    assert found.heads == 0
    assert found.family_title == family.title
