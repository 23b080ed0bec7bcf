"""Write the model card from evaluation.json, so that no figure in it is typed by hand."""

import json
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill
from typing import Any

from models.recipes.sound_classifiers.digits import SPEAKERS
from models.recipes.speech_tiny.card import CARD, percent
from models.recipes.speech_tiny.report import FILE

_TEMPLATE = Path(__file__).with_name("card.md")
_LEADS = {
    "digits": "real digits by {left_out}, never trained on, all recordings",
    "voice": "digits by a synthetic voice never trained on (Festival's ked)",
    "sounds": "sounds that are no speech, by makers never trained on",
}
# Becker, Ackermann, Lapuschkin, Müller & Samek 2018, arXiv:1807.03418, digits, five-fold over speakers
PUBLISHED = (("AlexNet on spectrograms", 0.958), ("AudioNet on the waveform", 0.925))
_LOADED = "\n".join(
    (
        "from transformers import AutoFeatureExtractor, AutoModelForAudioClassification",
        "",
        'extractor = AutoFeatureExtractor.from_pretrained("models/checkpoints/{name}")',
        'model = AutoModelForAudioClassification.from_pretrained("models/checkpoints/{name}")',
    )
)


@dataclass(frozen=True)
class About:
    """What is said of one of the three: what it is and how it is built, how this run went, what has to be imported."""

    about: str
    run: str
    tag: str
    library: str = "transformers"
    needs: str = ""


_LENGTHENED = (
    "The second part was first trained for {first} steps; then every fifth recording of the speakers left out was "
    "answered, and because the loss was still falling all folds were taken up again for as many steps as are told "
    "here. Nothing else was changed on the way."
)
ABOUT = {
    "sound-tiny": About(
        "A small Audio Spectrogram Transformer (Gong, Chung & Glass 2021, arXiv:2104.01778), trained from nothing: "
        "four layers, four heads each, width 128. Tokens are patches of 16 rows (160 ms) and 16 of 64 mel bands, every "
        "10 rows and 12 bands: 5 bands by 50 places in time over 5.12 s. What comes later is cut off.",
        "The number of steps of the first part was changed while it ran (2,800, 2,000, 5,000, then what is told here), "
        "and the learning rate, which follows it, with it; in the first 2,000 steps half of the clips, later one in "
        "ten, began at any place of the window. The second part without theo was trained three times: the first two "
        "were right on 82 and 81 of 100 of theo's recordings, which is why the first part was made longer. So theo's "
        "recordings were never trained on, but they had a say in how long to train.",
        "audio-spectrogram-transformer",
    ),
    "sound-cnn": About(
        "A small convolutional network on log-mel spectrograms, trained from nothing: five convolutions of width 16 to "
        "160. The last gives 8 bands by 80 ms, and the classes are linear in the mean of its map, which is what class "
        "activation maps ask for.",
        _LENGTHENED.format(first=250),
        "log-mel-cnn",
        "strata",
        "import models.networks.log_mel_cnn  # tells transformers of this kind of network\n",
    ),
    "sound-crnn": About(
        "A small convolutional-recurrent network on log-mel spectrograms, trained from nothing: four convolutions of "
        "width 16 to 96, then two recurrent layers that run both ways. The classes are linear in the mean over time of "
        "what the last of them says.",
        _LENGTHENED.format(first=200),
        "log-mel-crnn",
        "strata",
        "import models.networks.log_mel_crnn  # tells transformers of this kind of network\n",
    ),
}


def write_card(name: str, checkpoint: Path) -> None:
    """Write README.md beside evaluation.json."""
    report = json.loads((checkpoint / FILE).read_text())
    about, left_out = ABOUT[name], report["left_out"]
    text = _TEMPLATE.read_text().format(
        name=name, about=fill(about.about, 118), run=fill(about.run, 118), tag=about.tag, library=about.library,
        rates=_rates(report), cost=_cost(report), left_out=left_out, makers=report["corpus"]["makers"],
        speakers=", ".join(speaker for speaker in SPEAKERS if speaker != left_out),
        use=about.needs + _LOADED.format(name=name),
    )  # fmt: skip
    (checkpoint / CARD).write_text(text)


def _rates(report: dict[str, Any]) -> str:
    return "\n".join([*_shipped(report), "", *_folds(report["leave_one_out"]), "", *_classes(report["sets"]), ""])


def _shipped(report: dict[str, Any]) -> list[str]:
    lines = [
        "## Measured\n",
        "Share of clips named rightly among all nineteen classes, by this checkpoint. Intervals of 95 %: Wilson's",
        "where one voice is heard, else makers drawn again with replacement. Calibration error: how far confidence and",
        "share right lie apart on average over 15 bins (ECE); a model whose confidence is right would show the figure",
        "beside it.",
        "",
        "| test set | right | 95 % interval | clips | calibration error | of a perfect one |",
        "| --- | --- | --- | --- | --- | --- |",
    ]
    return lines + [_row(_LEADS[name].format(**report), found) for name, found in report["sets"].items()]


def _row(title: str, found: dict[str, Any]) -> str:
    bounds = f"{percent(found['low'])} to {percent(found['high'])}"
    calibration = f"{found['calibration_error']:.3f} | {found['calibration_floor']:.3f}"
    return f"| {title} | **{percent(found['accuracy'])}** | {bounds} | {found['clips']:,} | {calibration} |"


def _folds(found: dict[str, Any]) -> list[str]:
    speakers = "; ".join(f"{name} {percent(share)}" for name, share in found["speakers"].items())
    published = " and ".join(f"{percent(share)} ({who})" for who, share in PUBLISHED)
    return [
        "### Speakers left out in turn\n",
        "Real digits, each speaker answered by a network trained without that speaker: "
        f"**{percent(found['accuracy'])}**",
        f"({percent(found['low'])} to {percent(found['high'])}, speakers drawn again with replacement; of four, that",
        f"is a guess, and how it does with new people cannot be told from so few), {found['clips']:,} recordings.",
        f"By speaker: {speakers}. Calibration error {found['calibration_error']:.3f}.",
        "",
        f"AudioMNIST's authors publish {published}",
        "for digits by unheard speakers. That is another data set: 60 speakers, all recorded alike, 36 of them to",
        "learn from. The figures cannot be compared.",
    ]


def _classes(sets: dict[str, Any]) -> list[str]:
    lines = ["| class | test set | right |", "| --- | --- | --- |"]
    for name, found in sets.items():
        lines += [f"| {label} | {name} | {percent(share)} |" for label, share in found["classes"].items()]
    return lines


def _cost(report: dict[str, Any]) -> str:
    corpus, training, model, measured = (report[name] for name in ("corpus", "training", "model", "measured"))
    sounds, clips = corpus["sounds"], corpus["clips"]
    return f"""## Size and cost

{model["parameters"]:,} parameters, {model["bytes"]:,} bytes on disk in float32.
Trained for {training["steps"]:,} steps without recordings of people and {training["fold_steps"]:,} with those of
three, {training["batch"]} clips each (half as many of long ones), in {training["minutes"]} minutes of wall time on one
thread of {training["processor"]}, which other work kept busy; all four folds took
{training["minutes_of_all_folds"]} minutes.

The corpus is {sounds["real"]:,} recordings of digits, {sounds["synthetic"]:,} synthesised ones by
{corpus["voices"]} named voices and {sounds["made"]:,} other sounds, changed into {clips["real"]:,},
{clips["synthetic"]:,} and {clips["made"]:,} clips, {corpus["hours"]:.1f} hours; each fold leaves out what came of
its speaker.
Measured on {measured["date"]} with torch {measured["torch"]}, transformers {measured["transformers"]},
Python {measured["python"]}."""
