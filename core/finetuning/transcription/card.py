"""The model card of a taught recogniser: data, split, settings, versions, results and limits, none typed by hand."""

import json
from dataclasses import asdict

from core.evaluation.intervals import Estimate
from core.finetuning.transcription.outcome import TranscriptOutcome, Written

TEMPLATE = """\
---
license: {licence}
model_name: {name}
pipeline_tag: automatic-speech-recognition
tags: [strata, ctc]
---

# {base}, taught to write {title}

A copy of {base} with a new CTC head over {count} characters, taught on {seconds:.0f} seconds of speech in {learned}
sounds. Its convolutions are unchanged. Greedy decoding, no language model. Texts are lower case, without punctuation.

## Measured

{tested} sounds of {voices}, {unseen:.0f} % of whose words no transcript for learning holds.
Intervals (95 %) draw {drawn} again.

| | word error rate | character error rate |
| --- | --- | --- |
{rows}

"before" is the pretrained model itself; where it writes English phones, they are put into letters by a fixed table, and
since it marks no border between words, nearly every word counts as wrong.

## How it was made

- data: {title} (key {key}; {source}); divided by {by}: {learned} for learning, {chosen} for choosing the epoch,
  {tested} for the test
- epoch kept: {best} of {epochs} ({ended})
- settings: {settings}
- versions: {versions}

## Limits

It knows the voices, the language and the noise of {seconds:.0f} seconds of speech. Of other speakers, longer sentences
and real rooms nothing is known until it is tested on them. Characters that are not in the transcripts for learning can
never be written.
"""


def card_of(outcome: TranscriptOutcome, licence: str = "", source: str = "") -> str:
    """Write the card; ``licence`` of the result, as a short name, and where the sounds come from."""
    written = [entry for entry in (outcome.before, outcome.untrained, outcome.after) if entry]
    voices = outcome.after.characters.rate.groups
    division, history = outcome.division, outcome.history
    return TEMPLATE.format(
        licence=licence or "other", base=outcome.model.name, title=outcome.title, count=len(outcome.symbols) - 2,
        seconds=outcome.learned_seconds, learned=len(division.train), tested=len(outcome.items),
        chosen=len(division.validation), unseen=100 * outcome.new_words, key=outcome.data,
        source=source or "source unknown", by=division.by, best=history.best, epochs=len(history.epochs),
        voices=_voices(voices, outcome.new_voices), drawn="whole voices" if voices > 1 else "single sounds",
        ended=history.reason, rows="\n".join(_row(entry) for entry in written),
        settings=_listed(asdict(outcome.settings)), versions=_listed(dict(outcome.versions)),
        name=json.dumps(f"{outcome.title} – {outcome.model.name}", ensure_ascii=False),
    )  # fmt: skip


def _voices(count: int, new: bool) -> str:
    if not count:
        return "unknown speakers"
    return f"{count} voices" + (", none of them learned from" if new else "")


def _row(written: Written) -> str:
    return f"| {written.name} | {_percent(written.words.rate)} | {_percent(written.characters.rate)} |"


def _percent(rate: Estimate) -> str:
    return f"{100 * rate.value:.1f} % ({100 * rate.low:.1f} to {100 * rate.high:.1f})"


def _listed(values: dict[str, object]) -> str:
    return ", ".join(f"{name} {value}" for name, value in values.items() if value not in ("", (), None))
