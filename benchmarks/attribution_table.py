"""Write docs/explanations.md, every method on every family with every check: python -m benchmarks.attribution_table"""

import os
import time
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import torch

from benchmarks.planted_tones import BLIND, CUT, RANDOM, SEED, Score, scored
from benchmarks.tones import Planted, lent, planted
from core.attribution import pieces
from core.attribution.badge import verdict
from core.attribution.check import Check, Verdict
from core.attribution.checks import checks
from core.attribution.method import Method, explain
from core.attribution.methods import methods
from core.attribution.question import Question, asked
from core.attribution.target import Target
from core.clip import Clip
from core.errors import MethodError
from core.loading import LoadedModel, load_folder, load_model
from core.model_spec import ModelSpec
from core.samples import Fact, load, samples
from models import FAMILIES

PAGE = Path(__file__).resolve().parents[1] / "docs" / "explanations.md"
NETWORKS = ("log-mel-cnn", "log-mel-crnn", "audio-spectrogram-transformer")
CLIPS, CHECKED = 10, 2  # clips that are scored, and that every check is run on
SPEECH, SPOKEN, HEARD = "speech-tiny", "cat", 0.9  # model, clip and how many seconds of it
HOLDS = ("yes", "partly", "no", "open")
# of the numbers that a check tells, those worth a place in the table
TOLD = {
    "completeness": ("gap",),
    "deletion": ("deletion", "chance"),
    "randomised": ("all random",),
    "planted": ("mass",),
}
HEAD = """# What every explanation is worth

Written by `python -m benchmarks.attribution_table`, as it is, failures included; {seconds:.0f} s on one core.

## Where each method is offered

A method is offered only where it is right. Small random models of every family were asked; the reason for a refusal
stands below the table.

"""
TONES = """## Small networks and planted tones

Each network was taught to hear what a tone does (rising, falling, wavering). In every clip a steady tone, 8 dB louder,
lies elsewhere and means nothing, so whoever points at what is loud points wrong. The clips and the
networks were settled while looking at the very clips that are scored: the convolutions average where they could take
the largest, faint noise and silence are among what is taught, and the tone keeps within its box. Taught again from
another seed, the transformer does somewhat worse. So read the extremes, not the differences between neighbours. Means
over {clips} clips:

- *points*: the strongest part lies on the tone, which covers 1.6 % of time x frequency (in brackets: within two cells
  of it). Methods that work on pieces of time point if the piece does, so by chance they point more often.
- *mass*: share of what spoke for the class that lies on the tone.
- *deletion*: area under the probability while parts are taken away, most relevant first; lower is better. The row
  "random" is what to compare with. Taking away all that is loud takes the tone away too, so a low area alone does not
  show that a method knows the tone; "points" does.

The other columns are the checks of the badge on {checked} of the clips: yes, partly, no, or open where a check does
not apply. In brackets, in this order: how far the numbers are from adding up, as a share; area of deletion, and of
deletion in orders of chance; likeness to the same method on a network with random weights; share on the tone.

"""
SPEECH_HEAD = """## {title}

The bundled speech model, asked about “{symbol}” at {at:.2f} s of the first {heard} s of {clip}.
Nothing is planted in it, so only the checks of the badge can be run.
"""


@dataclass(frozen=True)
class Case:
    """A clip, what is asked about it, and what is known of it."""

    clip: Clip
    target: Target
    facts: tuple[Fact, ...] = ()


def main() -> None:
    """Write the page."""
    torch.set_num_threads(1)
    started = time.process_time()
    parts = [*_offers(), *_of_tones(), *_of_speech()]
    text = HEAD.format(seconds=time.process_time() - started) + "\n".join(parts)
    PAGE.write_text(text.rstrip() + "\n", "utf-8")


def _offers() -> Iterator[str]:
    """Ask every method whether it fits a small random model of every family that says something."""
    families = [item for item in FAMILIES.values() if item.ctc or item.classifier]
    reasons: dict[tuple[str, str], str] = {}
    for family in families:
        with TemporaryDirectory() as folder:
            model = _random(family.name, Path(folder))
            target = Target(1, None, (0, 1) if model.card.speaks else None)
            for name, method in methods().items():
                reasons[name, family.title] = method.unfit(model, target, method.settings())
    titles = [family.title for family in families]
    rows = [
        [method.title, *("no" if reasons[name, title] else "yes" for title in titles)]
        for name, method in methods().items()
    ]
    yield _table(["method", *titles], rows)
    for name, method in methods().items():
        for reason, where in _grouped({title: reasons[name, title] for title in titles}):
            yield f"- {method.title} is not offered for {', '.join(where)}: {reason}"
    yield ""


def _random(name: str, folder: Path) -> LoadedModel:
    module = FAMILIES[name].tiny()
    module.save_pretrained(folder)
    FAMILIES[name].plain_extractor(module.config).save_pretrained(folder)
    return load_folder(folder, ModelSpec("folder", str(folder)))


def _grouped(reasons: Mapping[str, str]) -> Iterator[tuple[str, list[str]]]:
    for reason in dict.fromkeys(reasons.values()):
        if reason:
            yield reason, [title for title, other in reasons.items() if other == reason]


def _of_tones() -> Iterator[str]:
    clips = planted(CLIPS, SEED)
    yield TONES.format(clips=CLIPS, checked=CHECKED)
    for name in NETWORKS:
        model = lent(name)
        yield f"### {model.family.title}\n"
        cases = [Case(item.clip, Target(item.shape or 0), (item.fact,)) for item in clips[:CHECKED] if item.fact]
        rows = [[way, *_pointing(scored(model, clips, way)), *["" for _check in checks()]] for way in (RANDOM, *BLIND)]
        refused = []
        for way, method in methods().items():
            if reason := method.unfit(model, cases[0].target, method.settings()):
                refused.append(f"- {method.title} is not offered: {reason}")
            else:
                rows.append([method.title, *_scored(model, clips, way), *_checked(model, method, cases)])
        yield _table(["method", "points", "mass", "deletion", *(check.title for check in checks().values())], rows)
        yield "\n".join([*refused, ""])


def _scored(model: LoadedModel, clips: Sequence[Planted], way: str) -> list[str]:
    try:
        return _pointing(scored(model, clips, way))
    except MethodError as refused:
        return [str(refused), "", ""]


def _pointing(score: Score) -> list[str]:
    return [f"{score.points:.0%} ({score.near:.0%})", f"{score.mass:.2f}", f"{score.deletion:.3f}"]


def _of_speech() -> Iterator[str]:
    model = load_model(ModelSpec("bundled", SPEECH))
    sample = next(item for name, item in samples().items() if name == SPOKEN)
    whole = load(sample)
    clip = Clip.of(whole.name, whole.samples[: round(HEARD * whole.sample_rate)], whole.sample_rate)
    symbol = max(pieces.written(model, clip), key=lambda item: item.probability)
    case = Case(clip, Target(symbol.index, None, (symbol.first, symbol.stop)))
    yield SPEECH_HEAD.format(title=SPEECH, symbol=symbol.label, at=symbol.peak, clip=clip.name, heard=HEARD)
    rows, refused = [], []
    for method in methods().values():
        if reason := method.unfit(model, case.target, method.settings()):
            refused.append(f"- {method.title} is not offered: {reason}")
        else:
            rows.append([method.title, *_checked(model, method, [case])])
    yield _table(["method", *(check.title for check in checks().values())], rows)
    yield "\n".join([*refused, ""])


def _checked(model: LoadedModel, method: Method, cases: Sequence[Case]) -> list[str]:
    """Run every check on every case; one entry for each check."""
    found: dict[str, list[Verdict]] = {name: [] for name in checks()}
    for case in cases:
        with asked(model, case.clip, case.target, pieces.cut(case.clip, CUT)) as question:
            try:
                attribution = explain(question, method, method.settings())
            except MethodError as refused:
                return [str(refused), *[""] * (len(found) - 1)]
            for name, check in checks().items():
                found[name].append(verdict(_knowing(question, case), method, attribution, check))
    return [_entry(checks()[name], verdicts) for name, verdicts in found.items()]


def _knowing(question: Question, case: Case) -> Question:
    return replace(question, facts=case.facts)


def _entry(check: Check, verdicts: Sequence[Verdict]) -> str:
    """Say how often a check held, and the number it told."""
    counts = Counter(item.holds for item in verdicts)
    said = " ".join(
        name if counts[name] == len(verdicts) else f"{name} {counts[name]}" for name in HOLDS if counts[name]
    )
    numbers = [
        f"{np.mean([item.numbers[key] for item in verdicts]):.2g}"
        for key in TOLD.get(check.name, ())
        if all(key in item.numbers for item in verdicts)
    ]
    return f"{said} ({', '.join(numbers)})" if numbers else said


def _table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines) + "\n"


if __name__ == "__main__":
    main()
