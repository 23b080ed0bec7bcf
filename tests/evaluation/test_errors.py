"""Error analysis counts what a table made by hand counts, and calls weak only what is."""

from pathlib import Path

import numpy as np

from core.evaluation import errors
from tests.evaluation.made import noise, prepared, said


def test_the_surest_mistakes_come_first() -> None:
    found = said([0, 0, 1, 2], [0, 1, 2, 0])
    found.probabilities[1] = [0.2, 0.7, 0.1]
    found.probabilities[3] = [0.95, 0.03, 0.02]
    worst = errors.worst(found)
    assert [mistake.place for mistake in worst] == [3, 2, 1]
    assert (worst[0].label, worst[0].answer, worst[0].confidence, worst[0].truth) == ("c", "a", 0.95, 0.02)


def test_parts_are_counted_and_only_clearly_weak_ones_are_named(tmp_path: Path) -> None:
    """60 clips: speaker "old" is right in 5 of 20, the others in 19 and 18 of 20; long clips are the old speaker's."""
    speakers = ["young"] * 20 + ["middle"] * 20 + ["old"] * 20
    seconds = [0.1] * 20 + [0.2] * 20 + [0.4] * 20
    clips = [("abc"[n % 3], who, noise(n, long)) for n, (who, long) in enumerate(zip(speakers, seconds, strict=True))]
    data = prepared(tmp_path, clips)
    right = np.concatenate([np.arange(20) < count for count in (19, 18, 5)])
    true = np.array(data.targets(range(60)))
    found = errors.analyse(data, said(true, np.where(right, true, (true + 1) % 3), groups=speakers))
    assert [(part.name, part.right, part.n) for part in found.by_group] == [
        ("old", 5, 20), ("middle", 18, 20), ("young", 19, 20),
    ]  # fmt: skip
    assert [part.weak for part in found.by_group] == [True, False, False]
    assert [(part.name, part.n) for part in found.by_length] == [
        ("0.40 to 0.40 s", 20), ("0.20 to 0.20 s", 20), ("0.10 to 0.10 s", 20),
    ]  # fmt: skip
    assert found.by_loudness == ()  # all equally loud
    assert any(sentence.startswith("Sounds of old: right in 25% of 20 sounds") for sentence in found.sentences())
    assert not any("young" in sentence for sentence in found.sentences())
    assert sum(pair.count for pair in found.confused) == 18


def test_no_mistake_is_said_to_be_none(tmp_path: Path) -> None:
    data = prepared(tmp_path, [("ab"[n % 2], "x", noise(n, 0.1)) for n in range(6)])
    true = data.targets(range(6))
    assert errors.analyse(data, said(true, true, 2)).sentences() == ("No mistake was made on these sounds.",)
