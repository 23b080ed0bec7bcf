"""Where a checkpoint comes from: shipped with Strata, on the hub, or in a folder of this computer."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal
from urllib.parse import unquote

from core.catalogue import suggestions
from core.checkpoint import (
    CONFIG,
    INDEX,
    LARGEST_JSON,
    PREPROCESSOR,
    Blueprint,
    Header,
    choose_weights,
    compare,
    damaged,
    examine,
    parse_json,
    read_header,
    shards,
)
from core.dataset.home import home
from core.errors import ModelError
from core.model_spec import ModelSpec
from core.progress import Report, silent
from core.text import _

if TYPE_CHECKING:
    from core.hub import Hub, Listing

CHECKPOINTS = Path(__file__).resolve().parents[1] / "models" / "checkpoints"
HUB_NAME = re.compile(r"[A-Za-z0-9_][\w.-]{0,95}/[A-Za-z0-9_][\w.-]{0,95}", re.ASCII)
REVISION = re.compile(r"\w[\w.-]{0,99}(?:/[\w-][\w.-]{0,99}){0,4}", re.ASCII)
LINK = re.compile(
    r"(?:https?://)?(?:www\.)?(?:huggingface\.co|hf\.co)/([^/\s?#]+/[^/\s?#]+)"  # owner/name
    r"(?:/(?:tree|blob|resolve|commit)/(refs/pr/\d+|[^/\s?#]+))?"  # and its version
)
FOLDER = re.compile(r"[/~.\\]|[A-Za-z]:[\\/]")
TUNED = re.compile(r"[0-9a-f]{32}")  # token of a run; whoever has it may use what was taught
TUNED_PREFIX = "tuned@"
LONGEST = 300  # characters that a name, a link or a path may have


@dataclass(frozen=True)
class Policy:
    """What a visitor may ask for; the app decides it from who can reach the server.

    local_folders  folders of the computer that Strata runs on
    hub            any public model, those of the catalogue only, or none
    """

    local_folders: bool = True
    hub: Literal["any", "catalogue", "none"] = "any"


EVERYTHING = Policy()


def bundled() -> tuple[str, ...]:
    """List the checkpoints that ship with Strata."""
    return tuple(sorted(path.parent.name for path in CHECKPOINTS.glob(f"*/{CONFIG}")))


def parse(text: str, policy: Policy = EVERYTHING) -> ModelSpec:
    """Understand what a person typed or pasted: a bundled name, owner/name, owner/name@version, a link or a folder.

    "tuned@" and the token of a run of fine-tuning means what that run taught, under any policy: the token is the
    permission.
    ModelError, in words for that person, for anything else and for what the policy does not allow.
    """
    asked = text.strip().strip("\"'")
    if len(asked) > LONGEST or not asked.isprintable():
        raise _not_understood(asked)
    if asked in bundled():
        return ModelSpec("bundled", asked)
    if asked.startswith(TUNED_PREFIX):
        spec = ModelSpec("tuned", asked.removeprefix(TUNED_PREFIX))
    else:
        spec = ModelSpec("folder", asked) if FOLDER.match(asked) else _on_hub(asked)
    permit(spec, policy)
    return spec


def _on_hub(asked: str) -> ModelSpec:
    link = LINK.match(asked)
    name, revision = (link[1], unquote(link[2] or "")) if link else asked.partition("@")[::2]
    return ModelSpec("hub", name, revision)


def permit(spec: ModelSpec, policy: Policy) -> None:
    """Let pass what the policy allows and what names a place that can exist; ModelError otherwise."""
    if spec.source == "bundled" and spec.name not in bundled():
        raise ModelError(
            _("No model called {name} ships with Strata.").format(name=_shown(spec.name)),
            hint=_("These do: {names}.").format(names=", ".join(bundled()) or _("none")),
        )
    if spec.source == "tuned" and not TUNED.fullmatch(spec.name):
        raise _not_tuned()
    if spec.source == "folder" and not policy.local_folders:
        raise ModelError(
            _("Folders cannot be opened here, because others can reach this server too."),
            hint=_("Run Strata on your own computer to open a folder, or choose a model of the hub."),
        )
    if spec.source == "hub":
        _permit_hub(spec, policy)


def _permit_hub(spec: ModelSpec, policy: Policy) -> None:
    flaws = ("--", "..", ".git")
    if not HUB_NAME.fullmatch(spec.name) or any(flaw in spec.name for flaw in flaws) or spec.name[-1] in ".-":
        raise _not_understood(spec.name)
    if spec.revision and (not REVISION.fullmatch(spec.revision) or ".." in spec.revision):
        raise ModelError(
            _("{revision} cannot be a version of a model.").format(revision=_shown(spec.revision)),
            hint=_("Leave the version out to get the newest one."),
        )
    if policy.hub == "none":
        raise ModelError(_("This server loads bundled models only."), hint=_("Run Strata yourself to load others."))
    if policy.hub == "catalogue" and spec.name not in {row.name for row in suggestions()}:
        raise ModelError(
            _("This server loads only the models it suggests, and {name} is not one.").format(name=spec.name),
            hint=_("Choose one of the list, or run Strata yourself to load any other."),
        )


def _not_tuned() -> ModelError:
    return ModelError(
        _("This fine-tuned model is not here."),
        hint=_("It may have been removed to make room, or was made on another computer."),
    )


def _not_understood(asked: str) -> ModelError:
    if not asked:
        return ModelError(_("No model was named."), hint=_("Type a name such as facebook/wav2vec2-base-960h."))
    return ModelError(
        _("{name} is not the name of a model.").format(name=_shown(asked)),
        hint=_("A model of the hub is called owner/name, such as facebook/wav2vec2-base-960h."),
    )


def _shown(asked: str) -> str:
    """Repeat what was typed without letting it fill the page."""
    plain = "".join(letter if letter.isprintable() else "�" for letter in asked)
    return f"“{plain[:60]}…”" if len(plain) > 60 else f"“{plain}”"


def resolve(spec: ModelSpec, report: Report = silent, *, hub: "Hub | None" = None) -> Path:
    """Return the local folder of a checkpoint, downloading what is missing of one of the hub.

    report  hears Step(bytes, bytes in all, file); may raise to stop

    ModelError where there is none, where it cannot be had, and where its configuration tells that it cannot be loaded.
    """
    permit(spec, EVERYTHING)
    if spec.source == "hub":
        return _from_hub(spec, report, hub)
    return local_folder(spec)


def local_folder(spec: ModelSpec) -> Path:
    """Return the folder of a checkpoint that is on this computer by itself."""
    if spec.source == "bundled":
        return CHECKPOINTS / spec.name
    if spec.source == "tuned":
        folder = home() / "runs" / spec.name / "model"
        if not TUNED.fullmatch(spec.name) or not (folder / CONFIG).is_file():
            raise _not_tuned()
        return folder
    try:
        folder = Path(spec.name).expanduser().resolve(strict=True)
    except (OSError, RuntimeError, ValueError) as cause:
        raise _no_folder(spec.name) from cause
    if not folder.is_dir():
        raise _no_folder(spec.name)
    if not (folder / CONFIG).is_file():
        raise ModelError(
            _("The folder {name} holds no model: it has no {file}.").format(name=_shown(spec.name), file=CONFIG),
            hint=_("Choose the folder that has config.json and model.safetensors side by side."),
        )
    return folder


def _no_folder(name: str) -> ModelError:
    return ModelError(
        _("There is no folder {name}.").format(name=_shown(name)), hint=_("Check the spelling of the whole path.")
    )


def _from_hub(spec: ModelSpec, report: Report, hub: "Hub | None") -> Path:
    from core.download import cached, download, missing
    from core.hub import COMMIT, Hub, listing

    hub = hub or Hub.of_environment()
    here = cached(hub, spec.name, spec.revision)
    if here and COMMIT.fullmatch(spec.revision) and (here / PREPROCESSOR).is_file():
        return here
    try:
        found = listing(hub, spec.name, spec.revision)
        if missing(hub, found):
            inspect_listing(hub, found)
    except ModelError:
        if here:
            return here
        raise
    return download(hub, found, spec.revision, report)


def inspect_listing(hub: "Hub", found: "Listing") -> tuple[Blueprint, Header]:
    """Read of a model on the hub what it is, some 0.1 MB; ModelError where Strata cannot load it."""
    from core.hub import read_headers, read_json

    blueprint = examine(found.name, read_json(hub, found, CONFIG), read_json(hub, found, PREPROCESSOR), found.task)
    header = read_headers(hub, found)
    compare(found.name, blueprint, header)
    return blueprint, header


def inspect_folder(name: str, folder: Path) -> tuple[Blueprint, Header]:
    """Read of a model on this computer what it is; ModelError where Strata cannot load it."""
    try:
        blueprint = examine(name, read_folder_json(name, folder, CONFIG), read_folder_json(name, folder, PREPROCESSOR))
        files = [path.name for path in folder.iterdir()]
        entry = choose_weights(name, files)
        parts = shards(name, read_folder_json(name, folder, INDEX), files) if entry == INDEX else (entry,)
        header: dict[str, tuple[str, tuple[int, ...]]] = {}
        for part in parts:
            header |= read_header(name, folder / part)
    except OSError as cause:
        raise damaged(name, cause.strerror or str(cause)) from cause
    compare(name, blueprint, header)
    return blueprint, header


def read_folder_json(name: str, folder: Path, file: str) -> Mapping[str, object]:
    """Read a small JSON file; an empty one where there is none."""
    path = folder / file
    if not path.is_file():
        return {}
    if path.stat().st_size > LARGEST_JSON:
        raise damaged(name, _("{file} is larger than such a file can be").format(file=file))
    return parse_json(name, file, path.read_bytes())
