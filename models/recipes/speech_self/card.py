"""Write the model card from evaluation.json, so that no figure in it is typed by hand."""

import json
from pathlib import Path
from typing import Any

from models.recipes.speech_self.report import FILE
from models.recipes.speech_tiny.card import percent

CARD = "README.md"
_TEMPLATE = Path(__file__).with_name("card.md")


def write_card(checkpoint: Path) -> None:
    """Write README.md beside evaluation.json."""
    report = json.loads((checkpoint / FILE).read_text())
    text = _TEMPLATE.read_text().format(measured=_measured(report), cost=_cost(report), **report["asked"])
    (checkpoint / CARD).write_text(text)


def _measured(report: dict[str, Any]) -> str:
    lines = [
        "| test set | it finds the truth | the nearest heard frame does | an untaught network does | chance "
        "| masked frames | clips |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name, both in report["sets"].items():
        learned, untaught = both["learned"], both["untaught"]
        parts = (
            f"**{percent(learned['accuracy'])}** ± {percent(1.96 * learned['spread'])}", percent(learned["copied"]),
            percent(untaught["accuracy"]), percent(learned["chance"]), f"{learned['frames']:,}", str(learned["clips"]),
        )  # fmt: skip
        lines.append(f"| {name} | {' | '.join(parts)} |")
    lines += [
        "", "| test set | loss | perplexity of the codes (of 192) | different pairs of codes | of the untaught |",
        "| --- | --- | --- | --- | --- |",
    ]  # fmt: skip
    for name, both in report["sets"].items():
        learned, untaught = both["learned"], both["untaught"]
        lines.append(
            f"| {name} | {learned['loss']:.2f} | {learned['perplexity']:.0f} | {learned['codes']:,} "
            f"| {untaught['perplexity']:.0f}, {untaught['codes']:,} pairs |"
        )
    return "\n".join(lines)


def _cost(report: dict[str, Any]) -> str:
    training, model, measured = (report[name] for name in ("training", "model", "measured"))
    groups = ", ".join(f"{name} {hours:.1f} h" for name, hours in report["corpus"]["groups"].items())
    return f"""{model["parameters"]:,} parameters, {model["bytes"]:,} bytes on disk in float16. Trained for
{training["steps"]:,} steps, {training["hours_heard"]:.1f} hours of changed speech, in {training["minutes"]:.0f} minutes
of wall time on {training["processor"]}, while other work shared the processor.

The speech it heard, {report["corpus"]["hours"]:.1f} hours before changes: {groups}.

Measured on {measured["date"]} with torch {measured["torch"]}, transformers {measured["transformers"]}, Python
{measured["python"]}."""
