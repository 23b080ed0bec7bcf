"""What a run needs to go on after it was killed: written after every epoch, tensors and plain text alone."""

import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from core.finetuning.disk import plain_errors
from core.finetuning.history import Epoch, History

STATE, BEST = "state.safetensors", "best.safetensors"
FORMAT = 1
SKETCHED = 64  # numbers of a tensor that are looked at, about


@dataclass(frozen=True, eq=False)
class State:
    """A run after an epoch.

    history  so far
    weights  what has learned, by name
    best     the same after the best epoch
    moments  of AdamW, by number of the parameter and name
    """

    history: History
    weights: Mapping[str, Tensor]
    best: Mapping[str, Tensor]
    moments: Mapping[str, Tensor]


@dataclass(frozen=True)
class Keeper:
    """Writes and finds the state of one run in a folder; ``key`` is what must be the same to go on."""

    folder: Path
    key: str

    def save(self, state: State) -> None:
        """Write the state in place of the last one, whole or not at all; OSError where the disk is full."""
        self.folder.mkdir(parents=True, exist_ok=True)
        last = state.history.epochs[-1].number if state.history.epochs else 0
        if state.history.best == last:
            # a kill between both files is harmless: the epoch is learned again, and comes out the same
            self._write(BEST, dict(state.best), {"key": self.key, "epoch": str(last)})
        tensors = {f"weights/{name}": value for name, value in state.weights.items()}
        tensors |= {f"moments/{name}": value for name, value in state.moments.items()}
        self._write(STATE, tensors, {"key": self.key, "history": json.dumps(asdict(state.history))})

    def find(self) -> State | None:
        """Read the state of this very run; None where there is none, or where it is damaged."""
        found, best = self._read(STATE), self._read(BEST)
        if found is None or best is None:
            return None
        told = json.loads(found[1]["history"])
        history = History(**told | {"epochs": tuple(Epoch(**epoch) for epoch in told["epochs"])})
        if int(best[1]["epoch"]) < history.best:
            return None
        return State(history, _part(found[0], "weights/"), best[0], _part(found[0], "moments/"))

    def _write(self, name: str, tensors: Mapping[str, Tensor], facts: Mapping[str, str]) -> None:
        path = self.folder / name
        unfinished = path.with_suffix(".unfinished")
        plain = {key: value.detach().cpu().contiguous().clone() for key, value in tensors.items()}
        try:
            with plain_errors():
                save_file(plain, unfinished, {"format": str(FORMAT), **facts})
            with unfinished.open("rb") as file:
                os.fsync(file.fileno())
            unfinished.replace(path)
        finally:
            unfinished.unlink(missing_ok=True)

    def _read(self, name: str) -> tuple[dict[str, Tensor], Mapping[str, str]] | None:
        path = self.folder / name
        if not path.is_file():
            return None
        try:
            with safe_open(path, "pt") as file:
                facts = file.metadata() or {}
                if facts.get("format") != str(FORMAT) or facts.get("key") != self.key:
                    return None
                return {key: file.get_tensor(key) for key in file.keys()}, facts  # noqa: SIM118
        except SafetensorError:
            return None


def _part(tensors: Mapping[str, Tensor], prefix: str) -> dict[str, Tensor]:
    return {key.removeprefix(prefix): value for key, value in tensors.items() if key.startswith(prefix)}


def key_of(*facts: object) -> str:
    """Name a run by everything that decides how it goes."""
    return hashlib.blake2b(repr(facts).encode(), digest_size=16).hexdigest()


def sketch(module: torch.nn.Module) -> str:
    """Tell a model from another version of it by some numbers of each of its tensors, which takes no time."""
    digest = hashlib.blake2b(digest_size=16)
    for name, value in module.state_dict().items():
        some = value.detach().flatten()[:: max(1, value.numel() // SKETCHED)]
        digest.update(f"{name} {tuple(value.shape)}".encode())
        digest.update(some.cpu().contiguous().view(torch.uint8).numpy())
    return digest.hexdigest()


def moments(optimizer: torch.optim.Optimizer) -> dict[str, Tensor]:
    """Take what an optimizer remembers of every parameter, by its number."""
    parameters = [part for group in optimizer.param_groups for part in group["params"]]
    return {
        f"{number}/{name}": value
        for number, part in enumerate(parameters)
        for name, value in optimizer.state.get(part, {}).items()
    }


def remember(optimizer: torch.optim.Optimizer, found: Mapping[str, Tensor]) -> None:
    """Give an optimizer back what it remembered."""
    parameters = [part for group in optimizer.param_groups for part in group["params"]]
    for name, value in found.items():
        number, _slash, kind = name.partition("/")
        part = parameters[int(number)]
        optimizer.state[part][kind] = value if kind == "step" else value.to(part.device)
