"""The vowels that ship: before and after, every voice tested once."""

from collections.abc import Iterator

from benchmarks.figure import Figure
from benchmarks.sounds_on_disk import own_home, shipped, taught


def measure() -> Iterator[Figure]:
    """Yield the share right of the taught copy and of what it has to be compared with, every voice left out in turn."""
    from core.evaluation.compare import compare, title
    from core.evaluation.intervals import estimate
    from core.evaluation.metrics import ACCURACY
    from core.finetuning.settings import FineTuneSettings, SplitSettings

    with own_home() as home:
        outcome = taught(shipped("vowels", home), FineTuneSettings(), SplitSettings("leave-one-out"))
    for said in (*outcome.before, outcome.after):
        found = estimate(ACCURACY, said)
        note = f"{100 * found.low:.1f} to {100 * found.high:.1f}, {found.n} sounds, {found.groups} voices"
        least = 90.0 if said.name == "after" else None
        yield Figure(f"vowels a/o/e: {title(said.name)}", 100 * found.value, "%", note=note, least=least)
    test = compare(outcome.before, outcome.after).test
    yield Figure(
        "vowels a/o/e: McNemar's p of the change", test.p, "", note=f"{test.fixed} mended, {test.broken} broken"
    )
