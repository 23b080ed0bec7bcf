"""The bundled model taught on real spoken digits, every speaker left out in turn, beside two honest baselines."""

from collections.abc import Iterator

import numpy as np

from benchmarks.figure import Figure
from benchmarks.sounds_on_disk import own_home, real_digits, taught


def measure() -> Iterator[Figure]:
    """Yield the share right of each on the same folds, and the margins with the ends of their intervals, in points."""
    import torch

    from core.dataset.splits import divide
    from core.evaluation import baselines
    from core.evaluation.intervals import difference, estimate
    from core.evaluation.metrics import ACCURACY
    from core.finetuning.befores import joined
    from core.finetuning.settings import FineTuneSettings, SplitSettings

    torch.set_num_threads(2)
    with own_home() as home:
        data = real_digits(home)
        split = SplitSettings("leave-one-out")
        divisions = divide(data, split)
        outcome = taught(data, FineTuneSettings(), split)
        everyone = {said.name: said for said in outcome.before}
        everyone["cnn"] = joined([baselines.cnn(data, division) for division in divisions])
    after = outcome.after
    sounds = f"{len(after.items)} recordings, {after.speakers} speakers"
    named = {"log-mel": "mel bands with logistic regression", "cnn": "small network from scratch"}
    for who, said in [("the taught copy", after), *((title, everyone[name]) for name, title in named.items())]:
        found = estimate(ACCURACY, said)
        note = f"{100 * found.low:.1f} to {100 * found.high:.1f}; {_by_speaker(said)}; {sounds}"
        yield Figure(f"real digits, speakers left out: {who}", 100 * found.value, "%", note=note)
    for name, title in named.items():
        found = difference(ACCURACY, everyone[name], after)
        note = f"{100 * found.low:+.1f} to {100 * found.high:+.1f} points"
        yield Figure(f"real digits: margin over {title}, lower end", 100 * found.low, "points", note=note, least=0.0)


def _by_speaker(said: object) -> str:
    groups = np.array(said.groups)
    return ", ".join(f"{name} {100 * said.correct[groups == name].mean():.1f}" for name in sorted(set(said.groups)))
