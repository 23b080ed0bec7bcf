"""Ask the hub about a model: which files it has, what its configuration says, what its weights are called.

Only what is named in core/checkpoint.py and safetensors is ever requested. Nothing is written to the disk here.
"""

import os
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from httpx2 import HTTPError, Response
from huggingface_hub import HfApi, ModelInfo, get_session, hf_hub_url
from huggingface_hub.errors import (
    DisabledRepoError,
    GatedRepoError,
    HfHubHTTPError,
    OfflineModeIsEnabled,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)
from huggingface_hub.utils import hf_raise_for_status  # type: ignore[attr-defined]

from core.checkpoint import (
    INDEX,
    LARGEST_HEADER,
    LARGEST_JSON,
    SHARD,
    SMALL,
    WEIGHTS,
    Header,
    choose_weights,
    damaged,
    parse_header,
    parse_json,
    shards,
)
from core.errors import ModelError
from core.text import _

HUB = "https://huggingface.co"
TIMEOUT = 10.0  # seconds without a byte before the hub counts as out of reach
HEADER_START = 100_000  # bytes; holds the table of contents of most checkpoints
CONVERTER = "SFconvertbot"  # the hub's own account that adds safetensors to old models
CONVERSION = "Adding `safetensors` variant of this model"
ETAG = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")
COMMIT = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True)
class Hub:
    """Where the hub is, where its files are kept, and in whose name it is asked.

    token    empty: nobody's. Only ever the one that the environment names, never one that was left in a file
    timeout  seconds
    pause    seconds before a broken download is taken up again
    """

    endpoint: str
    cache: Path
    token: str = ""
    timeout: float = TIMEOUT
    pause: float = 1.0

    @classmethod
    def of_environment(cls) -> "Hub":
        """Follow HF_ENDPOINT, HF_HUB_CACHE, HF_HOME and HF_TOKEN, as every tool of the hub does."""
        home = Path(os.environ.get("HF_HOME") or Path.home() / ".cache" / "huggingface")
        return cls(
            endpoint=(os.environ.get("HF_ENDPOINT") or HUB).rstrip("/"),
            cache=Path(os.environ.get("HF_HUB_CACHE") or home / "hub").expanduser(),
            token=os.environ.get("HF_TOKEN", "").strip(),
        )

    @property
    def headers(self) -> dict[str, str]:
        """What every request carries: the name of the program, and the token where there is one."""
        name = {"user-agent": "strata", "accept-encoding": "identity"}
        return name | ({"authorization": f"Bearer {self.token}"} if self.token else {})


@dataclass(frozen=True)
class HubFile:
    """One file: its name, its size in bytes and its digest (git's of a small file, SHA-256 of a large one)."""

    name: str
    size: int
    digest: str


@dataclass(frozen=True)
class Listing:
    """The files of one commit that Strata may ask for, the weights last.

    entry      model.safetensors, or the index that names its parts
    converted  the weights come from the hub's own conversion of pickles
    """

    name: str
    revision: str
    files: tuple[HubFile, ...]
    entry: str
    licence: str
    task: str
    gated: bool
    converted: bool = False

    def __getitem__(self, file: str) -> HubFile:
        return next(entry for entry in self.files if entry.name == file)

    def __contains__(self, file: str) -> bool:
        return any(entry.name == file for entry in self.files)

    @property
    def weights(self) -> tuple[HubFile, ...]:
        """The files that hold tensors."""
        return tuple(entry for entry in self.files if entry.name.endswith(".safetensors"))


def listing(hub: Hub, name: str, revision: str = "") -> Listing:
    """List what a commit of a model holds; where it holds only pickles, look for the hub's own conversion."""
    info, present = _info(hub, name, revision)
    if not revision and not present.keys() & {WEIGHTS, INDEX} and (converted := _conversion(hub, name)):
        return _listing(hub, name, *_info(hub, name, converted), converted=True)
    return _listing(hub, name, info, present)


def _listing(hub: Hub, name: str, info: ModelInfo, present: dict[str, HubFile], converted: bool = False) -> Listing:
    entry = choose_weights(name, present)
    commit = info.sha or ""
    if not COMMIT.fullmatch(commit):
        raise ModelError(_("The hub does not say which version of {name} it holds.").format(name=name))
    found = Listing(
        name=name,
        revision=commit,
        files=tuple(present[file] for file in (*SMALL, entry) if file in present),
        entry=entry,
        licence=next((tag.removeprefix("license:") for tag in info.tags or () if tag.startswith("license:")), ""),
        task=info.pipeline_tag or "",
        gated=bool(info.gated),
        converted=converted,
    )
    if entry == WEIGHTS:
        return found
    parts = shards(name, read_json(hub, found, INDEX), present)
    return replace(found, files=found.files + tuple(present[part] for part in parts))


def _info(hub: Hub, name: str, revision: str) -> tuple[ModelInfo, dict[str, HubFile]]:
    api = HfApi(endpoint=hub.endpoint, token=False, headers=hub.headers)
    with speaking_plainly(name, revision):
        info = api.model_info(name, revision=revision or None, files_metadata=True, timeout=hub.timeout)
    present = {row.rfilename: _file(name, row) for row in info.siblings or () if _wanted(row.rfilename)}
    pickles = {row.rfilename: HubFile(row.rfilename, 0, "") for row in info.siblings or ()}
    return info, pickles | present


def _wanted(file: str) -> bool:
    return file in SMALL or file == INDEX or bool(SHARD.fullmatch(file))


def _file(name: str, row: Any) -> HubFile:
    digest = row.lfs.sha256 if row.lfs else row.blob_id
    size = row.lfs.size if row.lfs else row.size
    if not ETAG.fullmatch(digest or "") or not isinstance(size, int) or size < 0:
        raise damaged(name, _("the hub does not say how large {file} is").format(file=row.rfilename))
    if size > LARGEST_JSON and not row.rfilename.endswith(".safetensors"):
        raise damaged(name, _("{file} is larger than such a file can be").format(file=row.rfilename))
    return HubFile(row.rfilename, size, digest)


def _conversion(hub: Hub, name: str) -> str:
    """Find the open pull request of the hub's own converter; anyone else's weights are nobody's promise."""
    url = f"{hub.endpoint}/api/models/{name}/discussions"
    with speaking_plainly(name, ""):
        response = get_session().get(url, params={"author": CONVERTER}, headers=hub.headers, timeout=hub.timeout)
        rows = response.json()["discussions"] if response.is_success else ()
        found = [row["num"] for row in rows if _is_conversion(row)]
    return f"refs/pr/{int(found[0])}" if found else ""


def _is_conversion(row: dict[str, Any]) -> bool:
    by_converter = row.get("author", {}).get("name") == CONVERTER and row["title"] == CONVERSION
    return by_converter and row["isPullRequest"] and row["status"] == "open"


def read_json(hub: Hub, found: Listing, file: str) -> dict[str, Any]:
    """Read a small JSON file without keeping it; an empty one where the model has none."""
    if file not in found:
        return {}
    return parse_json(found.name, file, _read(hub, found, file, 0, found[file].size))


def read_headers(hub: Hub, found: Listing) -> Header:
    """Read the tables of contents of all weight files, about 0.1 MB each, without their weights."""
    header: dict[str, tuple[str, tuple[int, ...]]] = {}
    for part in found.weights:
        start = _read(hub, found, part.name, 0, min(HEADER_START, part.size))
        length = int.from_bytes(start[:8], "little")
        if HEADER_START < 8 + length <= min(LARGEST_HEADER, part.size):
            start += _read(hub, found, part.name, len(start), 8 + length - len(start))
        header |= parse_header(found.name, part.name, start, part.size)
    return header


def _read(hub: Hub, found: Listing, file: str, start: int, count: int) -> bytes:
    """Read ``count`` bytes and not one more, also from a server that does not know ranges."""
    headers = hub.headers | {"range": f"bytes={start}-{start + count - 1}"}
    data = b""
    with speaking_plainly(found.name, found.revision), ask(hub, found, file, headers) as response:
        skip = start if response.status_code != 206 else 0
        for chunk in response.iter_bytes(65_536):
            data += chunk
            if len(data) >= skip + count:
                break
    return data[skip : skip + count]


@contextmanager
def ask(hub: Hub, found: Listing, file: str, headers: dict[str, str]) -> Iterator[Response]:
    """Open one file of one commit; the hub's own exceptions where that fails."""
    url = hf_hub_url(found.name, file, revision=found.revision, endpoint=hub.endpoint)
    with get_session().stream("GET", url, headers=headers, timeout=hub.timeout) as response:
        if response.is_error:
            response.read()
        hf_raise_for_status(response)
        yield response


@contextmanager
def speaking_plainly(name: str, revision: str) -> Iterator[None]:
    """Turn what the hub's client raises into a sentence and a hint."""
    try:
        yield
    except (HTTPError, OfflineModeIsEnabled) as cause:
        raise refusal(name, revision, cause) from cause
    except (ValueError, KeyError, TypeError, AttributeError) as cause:
        raise ModelError(
            _("Something answered in place of the hub, so nothing could be learned about {name}.").format(name=name),
            hint=_("Some networks ask for a login page first: open any web page, then try again."),
        ) from cause


def refusal(name: str, revision: str, cause: Exception) -> ModelError:
    """Say in words why the hub gave nothing."""
    if isinstance(cause, GatedRepoError):
        return ModelError(
            _("{name} is gated: its owners want to know who uses it.").format(name=name),
            hint=_("Accept its terms on its page of the hub and set HF_TOKEN to your token, or choose another model."),
        )
    if isinstance(cause, RevisionNotFoundError):
        return ModelError(
            _("{name} has no version called {revision}.").format(name=name, revision=revision),
            hint=_("Leave the version out to get the newest one."),
        )
    status = cause.response.status_code if isinstance(cause, HfHubHTTPError) else 0
    if isinstance(cause, RepositoryNotFoundError | DisabledRepoError) or status in (401, 403, 404):
        return ModelError(
            _("The hub has no model called {name} that everyone may load.").format(name=name),
            hint=_("Check the spelling: owner/name, as in the address of its page. A private one needs HF_TOKEN."),
        )
    if status:
        return ModelError(
            _("The hub could not answer about {name} (error {status}).").format(name=name, status=status),
            hint=_("Try again in a few minutes. The bundled models need no network."),
        )
    return ModelError(
        _("The hub could not be reached, so {name} could not be looked up.").format(name=name),
        hint=_("Check the connection. The bundled models and those already downloaded need no network."),
    )
