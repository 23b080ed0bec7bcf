"""What the doctor sees when it tries to tell the classes apart without listening: by length, level or overload."""

from collections.abc import Iterator, Sequence

import numpy as np
from jaxtyping import Float64, Int64

from core.dataset.division import Division
from core.dataset.findings import Finding
from core.dataset.prepared import PreparedSet
from core.evaluation.intervals import wilson
from core.text import _

MUCH = 0.25  # of the way from chance to everything right
FEWEST = 10  # sounds tested


def of_shortcuts(data: PreparedSet, divisions: Sequence[Division]) -> Iterator[Finding]:
    """Learn the classes from one plain number per sound, by the same split, and say so where that goes well.

    A small decision tree, classes balanced; reported where Wilson's interval of its share right leaves out chance and
    the share lies a quarter of the way from chance to 100 %. Chance is what the commonest class of the test gives.
    """
    numbers = {
        "length": [item.count / data.sample_rate for item in data.items],
        "loudness": [item.loudness for item in data.items],
        "clipping": [item.clipped for item in data.items],
    }
    for name, values in numbers.items():
        right, targets = _tried(np.array(values, float)[:, None], data, divisions)
        if len(targets) < FEWEST or np.ptp(values) == 0:
            continue
        share = float(right.mean())
        chance = float(np.bincount(targets).max() / len(targets))
        low = float(wilson(float(right.sum()), float(len(right)))[0])
        if low > chance and share - chance >= MUCH * (1 - chance):
            yield _finding(name, share, chance)


def _finding(name: str, share: float, chance: float) -> Finding:
    sentence = {
        "length": _("The length of a sound alone gives its class away in {share:.0%} (by chance {chance:.0%})."),
        "loudness": _("The loudness of a sound alone gives its class away in {share:.0%} (by chance {chance:.0%})."),
        "clipping": _("Overload alone gives the class of a sound away in {share:.0%} (by chance {chance:.0%})."),
    }[name]
    advice = {
        "length": _("Set one length for all sounds, or record classes alike; the model may learn the length instead."),
        "loudness": _("Make all sounds equally loud when preparing; the model may learn the level instead."),
        "clipping": _("Record the overloaded sounds again; the model may learn the overload instead."),
    }[name]
    return Finding(f"shortcut: {name}", "warning", sentence.format(share=share, chance=chance), advice)


def _tried(
    values: Float64[np.ndarray, "items 1"], data: PreparedSet, divisions: Sequence[Division]
) -> tuple[Float64[np.ndarray, " tested"], Int64[np.ndarray, " tested"]]:
    from sklearn.tree import DecisionTreeClassifier

    targets = np.array(data.targets(range(len(data.items))), np.int64)
    right, true = [np.zeros(0)], [np.zeros(0, np.int64)]
    for division in divisions:
        learning, test = (
            np.array([index for index in part if targets[index] >= 0], np.int64)
            for part in ((*division.train, *division.validation), division.test)
        )
        if not len(test) or len(set(targets[learning].tolist())) < 2:
            continue
        leaves = max(2, len(data.labels))
        tree = DecisionTreeClassifier(
            max_leaf_nodes=leaves, min_samples_leaf=3, class_weight="balanced", random_state=0
        )
        tree.fit(values[learning], targets[learning])
        right.append((tree.predict(values[test]) == targets[test]).astype(float))
        true.append(targets[test])
    return np.concatenate(right), np.concatenate(true)
