"""The part of a model card that tells of the ladder: written once, whatever the answer is."""

from dataclasses import replace
from pathlib import Path

from core.probing.ladder import Ladder
from models.recipes.ladders.card import BEGIN, END, section, write_section
from tests.probing.hearing import corpus
from tests.probing.planted import planted_curve, planted_ladder

CORPUS = corpus(voices=2, sentences=2)


def _with(rung: str, best: int) -> Ladder:
    """The planted ladder with the highest score of one rung elsewhere."""
    ladder, curve = planted_ladder(), planted_curve(rung)
    scores = list(curve.score)
    place = curve.stops.index(best)
    scores[place] = replace(scores[place], value=0.99, high=1.0)
    return replace(ladder, curves={**ladder.curves, rung: replace(curve, score=tuple(scores))})


def _told(ladder: Ladder) -> str:
    """The section on one line."""
    return " ".join(section(ladder, CORPUS).split())


def test_the_section_is_put_at_the_end_and_then_in_its_own_place(tmp_path: Path) -> None:
    card = tmp_path / "README.md"
    card.write_text("# A model\n\nWhat it is.\n", "utf-8")
    write_section(tmp_path, planted_ladder(), CORPUS)
    once = card.read_text("utf-8")
    card.write_text(once + "\n## After it\n", "utf-8")
    write_section(tmp_path, planted_ladder(), CORPUS)
    assert once.startswith("# A model\n\nWhat it is.\n\n" + BEGIN)
    assert card.read_text("utf-8") == once + "\n## After it\n"
    assert once.count(BEGIN) == once.count(END) == 1


def test_the_goal_is_said_to_be_reached_or_not() -> None:
    plain = planted_ladder().curves["phone"].inputs["log-mel in context"].value
    assert f"+{0.85 - plain:.3f} against log-mel in context" in _told(planted_ladder())
    assert "goal at least +0.15: reached" in _told(planted_ladder())
    low = replace(planted_ladder().curves["phone"], inputs=planted_curve("spectrum").inputs)
    ladder = replace(planted_ladder(), curves={**planted_ladder().curves, "phone": low})
    assert "goal at least +0.15: not reached" in _told(ladder)
    assert "goal" not in _told(replace(ladder, name="sound-cnn"))


def test_the_order_is_told_whichever_it_is() -> None:
    assert "convolution 3 of 7, phone block 6 of 8, word block 8 of 8. It holds." in _told(planted_ladder())
    assert "word block 2 of 8. It does not hold." in _told(_with("word", 2))
    assert "phone block 8 of 8, word block 8 of 8. It does not hold." in _told(_with("phone", 8))


def test_a_peak_inside_the_network_is_told_from_one_at_its_end() -> None:
    assert "The peak lies inside the network." in _told(planted_ladder())
    assert "The peak lies at an end of the network." in _told(_with("phone", 8))


def test_what_was_not_asked_stands_with_its_reason() -> None:
    assert "Not asked: sentence. This needs at least 5 sentences" in _told(planted_ladder())


def test_the_best_stop_is_said_to_be_picked_by_the_test_that_scores_it() -> None:
    assert "The best stop is the one that scores highest on this same test" in _told(planted_ladder())
