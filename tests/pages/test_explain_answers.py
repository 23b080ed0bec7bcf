"""What the Explain page says and how it writes its numbers."""

import numpy as np
import pytest
from streamlit.testing.v1 import AppTest

from core.attribution.attribution import Attribution
from core.attribution.methods import methods
from core.attribution.retelling import Told
from core.samples import FOLDER
from core.segments import SILENCE, Segment
from core.timeline import TimeAxis
from pages._kit import present
from pages._kit.explaining import answer, asking, finding, places, result
from tests.pages.opening import PATIENCE
from tests.pages.test_explain import a_classifier

pytestmark = pytest.mark.skipif(
    not (FOLDER / "traces" / "speech-tiny" / "cat.npz").is_file(), reason="no stored traces: make traces"
)


def answered(asked: asking.Asked, told: Told) -> result.Result:
    """Let a clip's first piece alone speak for the answer, and the model say something without it."""
    method = methods()["occlusion"]
    wanted = finding.Wanted(asked, present.model(), method, method.settings(), finding.target(asked))
    cells, time = np.ones((1, 1), np.float32), TimeAxis(0.0, 1.0, 1.0, 1)
    found = Attribution("", "", 1.0, "", None, wanted.target, cells, time, (), 1.0, 0.7)
    return result.Result(wanted, found, (1.0,), asked.pieces[0], 1.0, told)


@pytest.mark.parametrize(("left", "decided"), [(0.69, False), (0.75, False), (0.45, True)])
def test_a_piece_that_the_answer_does_not_need_is_not_called_its_reason(left: float, decided: bool) -> None:
    it = answered(a_classifier(0), Told("bell", left, True))
    said = answer.sentence(it)
    assert ("mostly because of" in said) is decided
    assert ("no piece of the sound decides that by itself" in said) is not decided
    assert f"({left:.0%} sure instead of 70%)" in said


@pytest.mark.parametrize(
    ("still", "end"), [(True, "*bell* is still likelier than *bird*."), (False, "*bird* is likelier than *bell*.")]
)
def test_without_a_piece_two_are_compared_and_no_third_is_spoken_of(still: bool, end: str) -> None:
    it = answered(a_classifier(0, 1), Told("rain", 0.0, still))
    said = answer.sentence(it)
    assert said.endswith(end)
    assert "sure" not in said
    assert "rain" not in said


@pytest.mark.parametrize(
    ("parts", "written"),
    [
        ((9.237, -0.114, 0.0), ("+9.24", "-0.11", "0")),
        ((0.000364, -0.00001, 0.0), ("+0.000364", "-0.000010", "0")),
        ((1234.0, -3.2), ("+1234", "-3")),
        ((-0.004, 12.0), ("0", "+12.0")),
        ((), ()),
        ((0.0, 0.0), ("0", "0")),
    ],
)
def test_small_numbers_are_told_apart_and_none_is_a_signed_zero(
    parts: tuple[float, ...], written: tuple[str, ...]
) -> None:
    assert places.added(parts) == written


def test_a_refusal_takes_the_progress_off_the_page() -> None:
    def refuses() -> None:
        from core.errors import MethodError
        from pages._kit import errors, waiting

        def refuse(report: object) -> None:
            raise MethodError("no", hint="")

        with errors.shown():
            waiting._here(("refused",), "Looking", refuse)

    test = AppTest.from_function(refuses, default_timeout=PATIENCE).run()
    assert not test.exception
    assert not test.get("progress")
    assert test.text[0].value == "⚠ no"


def test_a_piece_without_a_name_is_told_by_its_time_once() -> None:
    window, word, pause = (
        Segment("0.21 s", 0.14, 0.28, 7, 14),
        Segment("cat", 0.21, 0.51, 10, 25),
        Segment(SILENCE, 0.0, 0.1, 0, 5),
    )
    assert [places.label(piece) for piece in (window, word, pause)] == ["0.14 to 0.28 s", "cat", "pause"]
    assert [places.place(piece) for piece in (window, word)] == ["", "0.21 to 0.51 s"]
    assert [places.short(piece) for piece in (window, word, pause)] == ["0.14", "cat", "pause"]
