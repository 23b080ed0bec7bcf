"""The command that teaches a copy of a model: ``python -m core.finetuning finetune SOUNDS``."""

import os
from argparse import ArgumentParser, Namespace
from collections.abc import Mapping, Sequence
from dataclasses import fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from core import sources
from core.dataset import home as homes
from core.dataset.collection import Task
from core.dataset.prepared import TABLE, PreparedSet
from core.dataset.preparing import open_prepared, prepare
from core.dataset.splits import divide
from core.errors import MethodError
from core.evaluation.compare import compare, title
from core.evaluation.intervals import estimate
from core.evaluation.metrics import ACCURACY
from core.finetuning import runs
from core.finetuning.arguments import add_settings, read_settings
from core.finetuning.commands import Command, collection_of, progress, say
from core.finetuning.outcome import Outcome
from core.finetuning.runs import Asked
from core.finetuning.settings import FineTuneSettings, PrepareSettings, SplitSettings
from core.progress import silent
from core.text import N_, _

if TYPE_CHECKING:
    from core.loading import LoadedModel


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("sounds", help=_("A prepared folder, a folder or zip of sounds, or a ready set."))
    parser.add_argument("--model", default="speech-tiny", help=_("A bundled name, owner/name of the hub, or a folder."))
    parser.add_argument("--home", type=Path, default=homes.home(), help=_("Where sounds, features and runs are kept."))
    parser.add_argument("--resume", default="", metavar="RUN", help=_("Go on with this run, which was interrupted."))
    parser.add_argument(
        "--option",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help=_("A setting of the strategy, such as rank=4."),
    )
    parser.add_argument(
        "--augment-option",
        action="append",
        default=[],
        metavar="NAME=VALUE",
        help=_("A setting of a way of changing sounds, such as noise.least=10."),
    )
    add_settings(parser, FineTuneSettings)
    add_settings(parser, SplitSettings)


def _finetune(arguments: Namespace) -> None:
    from core.finetuning.carrying_out import carry_out
    from core.loading import load_model

    home = arguments.home.expanduser().absolute()
    os.environ[homes.VARIABLE] = str(home)
    data = _opened(arguments.sounds, home)
    if arguments.resume:
        run = runs.find(arguments.resume, home)
    else:
        settings, split = _settings(arguments, data.task), read_settings(arguments, SplitSettings)
        watched = divide(data, split)[0].test[0]
        spec = sources.parse(arguments.model)
        run = runs.begin(Asked(spec, data.key, data.title, settings, split, watched), home)
    say(_("Run {token}").format(token=run.token))

    def lend() -> "LoadedModel":
        return load_model(run.asked.model, progress(_("Loading the model")))

    outcome = carry_out(run, data, lend, progress(_("Teaching")))
    if isinstance(outcome, Outcome):
        _tell(outcome)
    else:
        say(outcome.sentence())
    say(str(run.tuned))


def _settings(arguments: Namespace, task: Task) -> FineTuneSettings:
    """Read the settings; what was not given is what suits the task."""
    given = read_settings(arguments, FineTuneSettings)
    if task == "classes":
        return replace(given, options=_options(arguments), augment_options=_augment_options(arguments, given.augment))
    from core.finetuning.transcription.options import default_settings

    usual = FineTuneSettings()
    changed = {name: value for name, value in vars(given).items() if value != getattr(usual, name)}
    return replace(default_settings(), **changed)


def _options(arguments: Namespace) -> tuple[tuple[str, Any], ...]:
    """Read the settings of the strategy; MethodError where it does not have one of that name, or not such a value."""
    from core.finetuning.strategies import strategies

    name = getattr(arguments, f"{FineTuneSettings.__name__}.strategy")
    if name not in strategies():
        raise MethodError(
            _("There is no strategy called {name}.").format(name=name),
            hint=_("There are: {names}.").format(names=", ".join(strategies())),
        )
    whose = _("The strategy {name}").format(name=name)
    return _given(arguments.option, {field.name: field.default for field in fields(strategies()[name].options)}, whose)


def _augment_options(arguments: Namespace, chosen: Sequence[str]) -> tuple[tuple[str, Any], ...]:
    """Read the settings of the chosen ways of changing sounds, each as name.setting=value; MethodError as above."""
    from core.finetuning.augmentation import augmentations

    ways = augmentations()
    if unknown := sorted(set(chosen) - set(ways)):
        raise MethodError(
            _("There is no way of changing sounds called {name}.").format(name=unknown[0]),
            hint=_("There are: {names}.").format(names=", ".join(ways)),
        )
    known = {f"{name}.{field.name}": field.default for name in chosen for field in fields(ways[name].options)}
    return _given(arguments.augment_option, known, _("What changes the sounds"))


def _given(texts: Sequence[str], known: Mapping[str, Any], whose: str) -> tuple[tuple[str, Any], ...]:
    found = {}
    for text in texts:
        key, _sign, value = text.partition("=")
        if key not in known:
            raise MethodError(
                _("{whose} has no setting called {key}.").format(whose=whose, key=key),
                hint=_("There are: {names}.").format(names=", ".join(known) or _("none")),
            )
        found[key] = _value(key, value, known[key])
    return tuple(sorted(found.items()))


def _value(key: str, text: str, default: Any) -> Any:
    try:
        return text in {"yes", "true", "1"} if isinstance(default, bool) else type(default)(text)
    except ValueError as cause:
        raise MethodError(
            _("{text} is not a value for {key}.").format(text=text, key=key),
            hint=_("Its usual value is {value}.").format(value=default),
        ) from cause


def _opened(asked: str, home: Path) -> PreparedSet:
    """Open a prepared folder; anything else is prepared first, at the usual settings."""
    folder = Path(asked).expanduser()
    if (folder / TABLE).is_file():
        return open_prepared(folder)
    return prepare(collection_of(asked, home, False), PrepareSettings(), home, silent)


def _tell(outcome: Outcome) -> None:
    """Say how it went, beside what it has to be compared with."""
    for history in outcome.histories:
        say(_("{count} epochs, the best was {best}. {reason}").format(
            count=len(history.epochs), best=history.best, reason=history.reason
        ))  # fmt: skip
    for said in (*outcome.before, outcome.after):
        found = estimate(ACCURACY, said)
        say(f"  {found.value:6.1%}  ({found.low:.1%} – {found.high:.1%})  {title(said.name)}")
    compared = compare(outcome.before, outcome.after)
    for sentence in (compared.sentence, *compared.cautions):
        say(sentence)


FINETUNE = Command(
    "finetune", N_("Teach a copy of a model the classes, or the transcripts, of a set."), _arguments, _finetune
)
