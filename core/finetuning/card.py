"""The model card of a taught copy: what it learned from, how, how well, and what that does not show.

In English in every language of Strata, as model cards are read by programs and by people anywhere.
"""

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import fields, replace
from typing import Any

from core.dataset.prepared import PreparedSet
from core.evaluation.intervals import Estimate, estimate
from core.evaluation.metrics import ACCURACY, BALANCED, MACRO_F1
from core.evaluation.predictions import Predictions
from core.finetuning.outcome import Outcome
from core.finetuning.settings import FineTuneSettings
from core.finetuning.strategies import strategies
from core.model_spec import ModelCard

LICENCE = re.compile(r"[A-Za-z0-9.+-]{1,40}")
MOST_LABELS = 100
LONGEST = 200  # characters of a text that comes from outside
FEW_SPEAKERS, FEW_SOUNDS = 5, 100
KEPT_TOGETHER = {
    "group": "no speaker or other group stands on both sides",
    "file": "no file stands on both sides; speakers are not known or may stand on both",
    "publisher": "the sides that the publisher of the data made",
}


def title(outcome: Outcome, model: ModelCard) -> str:
    """Name the copy: what it learned, and from which model."""
    return f"{_plain(outcome.title, 40)} – {_plain(model.title, 36)}".replace('"', "").replace("\\", "")


def text(outcome: Outcome, data: PreparedSet, model: ModelCard, native: bool) -> str:
    """Write README.md; ``native``: transformers alone opens the copy."""
    parts = (
        _front(outcome, model),
        [f"# {title(outcome, model)}", *_what(outcome, model)],
        ["## Data", *_data(outcome, data)],
        ["## Split", *_split(outcome)],
        ["## How it was taught", *_how(outcome)],
        ["## Results", *_results(outcome)],
        ["## Limits", *_limits(outcome, model, data)],
        ["## How to open it", *_opening(native)],
    )
    return "\n\n".join("\n".join(part) for part in parts) + "\n"


def _front(outcome: Outcome, model: ModelCard) -> list[str]:
    base = [f"base_model: {json.dumps(outcome.model.name)}"] if outcome.model.source == "hub" else []
    licence = model.licence.lower() if LICENCE.fullmatch(model.licence) else "other"
    return [
        "---",
        f"license: {licence}",
        f"model_name: {json.dumps(title(outcome, model), ensure_ascii=False)}",
        *base,
        "pipeline_tag: audio-classification",
        "library_name: transformers",
        "tags: [audio, strata]",
        "---",
    ]


def _what(outcome: Outcome, model: ModelCard) -> Iterator[str]:
    labels = [_plain(label) for label in outcome.after.labels]
    shown = ", ".join(labels[:MOST_LABELS]) + (" …" if len(labels) > MOST_LABELS else "")
    yield ""
    yield f"A copy of {_plain(model.title)} ({_plain(model.family_title)}), fine-tuned with Strata to tell apart"
    yield f"{len(labels)} classes of sound: {shown}."


def _data(outcome: Outcome, data: PreparedSet) -> Iterator[str]:
    yield ""
    yield f"- {_plain(data.title)}: {len(data.items)} sounds, {data.seconds:.1f} s, {data.sample_rate} Hz"
    yield f"- Source: {_plain(data.source) or 'not told'}"
    yield f"- Licence: {_plain(data.licence) or 'not told'}"
    yield f"- Speakers or other groups: {len({item.group for item in data.items if item.group}) or 'not known'}"
    yield f"- Prepared: {_settings(data.settings)}"
    yield f"- Fingerprint: {outcome.data}"


def _split(outcome: Outcome) -> Iterator[str]:
    yield ""
    yield f"{_settings(outcome.split)}."
    yield ""
    yield "| part | learned from | stopped by | tested on | kept apart |"
    yield "|---|---|---|---|---|"
    for division in outcome.divisions:
        name = _plain(division.name) or "the only one"
        apart = KEPT_TOGETHER.get(division.by, _plain(division.by))
        sizes = f"{len(division.train)} | {len(division.validation)} | {len(division.test)}"
        yield f"| {name} | {sizes} | {apart} |"
    if len(outcome.divisions) > 1:
        yield ""
        yield "One copy was taught per part. The results put the tests of all parts together; this is the first copy."


def _how(outcome: Outcome) -> Iterator[str]:
    yield ""
    settings = replace(outcome.settings, learning_rate=_rate(outcome.settings))
    yield from (f"- {field.name}: {_value(getattr(settings, field.name))}" for field in fields(settings))
    yield f"- seconds in all: {outcome.seconds:.0f}"
    yield f"- versions: {', '.join(f'{name} {_plain(said)}' for name, said in sorted(outcome.versions.items()))}"
    yield ""
    yield "| part | epochs | kept | ended | loss | validation loss | validation accuracy |"
    yield "|---|---|---|---|---|---|---|"
    for division, history in zip(outcome.divisions, outcome.histories, strict=False):
        best = next((epoch for epoch in history.epochs if epoch.number == history.best), None)
        numbers = (best.loss, best.validation_loss, best.validation_accuracy) if best else (None, None, None)
        shown = " | ".join("–" if number is None else f"{number:.3f}" for number in numbers)
        yield f"| {_plain(division.name) or '1'} | {len(history.epochs)} | {history.best} | {history.ended} | {shown} |"


def _rate(settings: FineTuneSettings) -> float:
    """Name the rate that was used where none was chosen."""
    return settings.learning_rate or strategies()[settings.strategy].learning_rate


def _results(outcome: Outcome) -> Iterator[str]:
    after = outcome.after
    speakers = f"{after.speakers} speakers or other groups" if after.speakers else "speakers not known"
    yield ""
    yield f"On {len(after.items)} held-out sounds ({speakers}), the same for every line; in brackets the 95 % interval."
    yield ""
    yield "| who | accuracy | balanced accuracy | macro F1 |"
    yield "|---|---|---|---|"
    for said in (*outcome.before, after):
        name = "this model" if said is after else said.name
        yield f"| {_plain(name)} | " + " | ".join(_scores(said)) + " |"
    found = estimate(ACCURACY, after)
    how = {"groups": "drawing whole groups again", "clips": "drawing sounds again", "wilson": "Wilson's method"}
    yield ""
    yield f"Intervals by {how[found.method]}."


def _scores(said: Predictions) -> list[str]:
    return [_shown(estimate(metric, said)) for metric in (ACCURACY, BALANCED, MACRO_F1)]


def _shown(found: Estimate) -> str:
    return f"{found.value:.3f} [{found.low:.3f}, {found.high:.3f}]"


def _limits(outcome: Outcome, model: ModelCard, data: PreparedSet) -> Iterator[str]:
    after = outcome.after
    yield ""
    yield "- It always names one of its classes, also for sounds that belong to none of them."
    if len(after.items) < FEW_SOUNDS:
        yield f"- The test has only {len(after.items)} sounds: small differences may be chance."
    if after.speakers < FEW_SPEAKERS:
        known = f"{after.speakers} speakers or groups" if after.speakers else "speakers that are not known"
        yield f"- The test has {known}: how well it does on new speakers cannot be told from it."
    if any(division.by == "file" for division in outcome.divisions):
        yield "- The same speaker may be heard in learning and in the test, which makes results look better."
    yield f"- Licence of the model that it was made from: {_plain(model.licence) or 'not told'}; look at its own terms."
    yield f"- Licence of the sounds: {_plain(data.licence) or 'not told'}."


def _opening(native: bool) -> Sequence[str]:
    if native:
        return (
            "",
            "`transformers.AutoModelForAudioClassification.from_pretrained(folder)` with",
            "`transformers.AutoFeatureExtractor.from_pretrained(folder)`, or Strata: choose a model, a folder.",
        )
    return (
        "",
        "Strata: choose a model, a folder. `model.safetensors` holds the encoder, which transformers opens too;",
        "`strata.json` and `strata.safetensors` hold the head and whatever else was added.",
    )


def _settings(settings: Any) -> str:
    return ", ".join(f"{field.name} {_value(getattr(settings, field.name))}" for field in fields(settings))


def _value(value: Any) -> str:
    if isinstance(value, tuple):
        parts = (
            f"{part[0]} = {part[1]}" if isinstance(part, tuple) and len(part) == 2 else str(part) for part in value
        )
        return _plain(", ".join(parts)) or "none"
    return _plain(str(value))


def _plain(said: str, most: int = LONGEST) -> str:
    """Keep text that comes from outside on one line, without marks that mean something to Markdown or YAML."""
    kept = "".join(
        " " if letter in "|`*[]<>#\n\r\t" else letter for letter in said if letter.isprintable() or letter.isspace()
    )
    return " ".join(kept.split())[:most]
