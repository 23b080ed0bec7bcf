"""Write the model card from evaluation.json, so that no figure in it is typed by hand."""

import json
from pathlib import Path
from typing import Any

from models.recipes.speech_tiny.report import FILE

CARD = "README.md"
_TITLES = {
    "seen_voices": "held-out sentences of words never trained on, voices seen in training",
    "unseen_voice": "the same kind of sentences, a synthetic voice never heard in training (Festival's ked)",
    "digits": "spoken digits of real people never heard in training, all recordings at hand",
    "digits_test": "of these, the data set's own test recordings (0 to 4 of each speaker and digit)",
}
_TEMPLATE = Path(__file__).with_name("card.md")


def write_card(checkpoint: Path) -> None:
    """Write README.md beside evaluation.json."""
    report = json.loads((checkpoint / FILE).read_text())
    text = _TEMPLATE.read_text().format(rates=_rates(report["sets"]), cost=_cost(report))
    (checkpoint / CARD).write_text(text)


def _rates(sets: dict[str, dict[str, Any]]) -> str:
    lines = [
        "## Measured\n",
        "Phone error rate: substitutions, deletions and insertions over the phones said, greedy decoding, no language",
        "model. The interval holds the rate in 95 % of 1,000 draws of the utterances with replacement.\n",
        "| test set | phone error rate | goal | 95 % interval | sub / del / ins | phones | utterances "
        "| speakers or groups |",
        "| --- | --- | --- | --- | --- | --- | --- | --- |",
    ]
    lines += [_row(_TITLES[name], figures) for name, figures in sets.items()]
    lines += ["", "| speaker or voice | test set | phone error rate |", "| --- | --- | --- |"]
    for name, figures in sets.items():
        lines += [f"| {speaker} | {name} | {percent(rate)} |" for speaker, rate in figures["speakers"].items()]
    return "\n".join([*lines, ""])


def _row(title: str, figures: dict[str, Any]) -> str:
    parts = "{substitutions:,} / {deletions:,} / {insertions:,}".format(**figures)
    bounds = f"{percent(figures['low'])} to {percent(figures['high'])}"
    counts = f"{figures['phones']:,} | {figures['utterances']:,} | {len(figures['speakers'])}"
    return (
        f"| {title} | **{percent(figures['phone_error_rate'])}** | {_goal(figures)} | {bounds} | {parts} | {counts} |"
    )


def _goal(figures: dict[str, Any]) -> str:
    """Say what was asked for and whether it was reached."""
    if "goal" not in figures:
        return "none"
    reached = figures["phone_error_rate"] <= figures["goal"]
    return f"at most {percent(figures['goal'])}: {'reached' if reached else 'not reached'}"


def _cost(report: dict[str, Any]) -> str:
    corpus, training, model, measured = (report[name] for name in ("corpus", "training", "model", "measured"))
    groups = ", ".join(f"{name} {hours:.1f} h" for name, hours in corpus["hours_of_group"].items())
    return f"""## Size and cost

{model["parameters"]:,} parameters, {model["bytes"]:,} bytes on disk in float16.
Trained for {training["steps"]:,} steps, {training["hours_heard"]:.1f} hours of changed speech,
in {training["minutes"]:.0f} minutes of wall time on {training["processor"]}, while other work shared the processor.

The corpus is {corpus["hours"]:.1f} hours, {corpus["clips"]:,} clips, {corpus["words"]:,} different words,
{corpus["voices"]} named voices: {groups}.

Loss: CTC, and a frame-wise cross-entropy on the exact phone times through a second head that is not part of this
checkpoint. Measured on {measured["date"]} with torch {measured["torch"]}, transformers {measured["transformers"]},
Python {measured["python"]}."""


def percent(share: float) -> str:
    """Write a share as a percentage with one decimal."""
    return f"{100 * share:.1f} %"
