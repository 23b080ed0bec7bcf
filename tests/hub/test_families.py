"""Every family comes from the hub as it comes from a folder, and costs what was said."""

import json
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from core.catalogue import families
from core.clip import Clip
from core.cost import estimate
from core.errors import ModelError
from core.family import Family
from core.hub import Hub
from core.loading import load_folder, load_model
from core.model_spec import ModelSpec
from core.progress import Step
from core.sources import resolve
from core.trace import trace
from models import FAMILIES
from tests.hub.conftest import NAME
from tests.hub.server import Repository, Server

Offer = Callable[..., Repository]
SPEC = ModelSpec("hub", NAME)
HUGE = {
    "vocab_size": 900_000,
    "conv_dim": [900_000] * 7,
    "conv_kernel": [900_000] * 7,
    "intermediate_size": 900_000,
    "num_conv_pos_embeddings": 10**9,
    "num_adapter_layers": 10**9,
    "hidden_size": 10**12,
}


@pytest.fixture
def clip() -> Clip:
    return Clip.of("noise", np.random.default_rng(0).normal(0, 0.1, 16_000), 16_000)


def saved(family: Family, folder: Path) -> dict[str, bytes]:
    """Write a tiny random model of a family as transformers writes it, and read its files."""
    module = family.tiny()
    module.save_pretrained(folder)
    family.plain_extractor(module.config).save_pretrained(folder)
    if family.ctc and type(module).__name__ == family.ctc.rpartition(".")[2]:
        vocabulary = {f"s{place}": place for place in range(module.config.vocab_size)}
        (folder / "vocab.json").write_text(json.dumps(vocabulary))
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@pytest.mark.parametrize("name", FAMILIES)
def test_a_model_of_the_hub_says_what_the_same_folder_says(
    name: str, server: Server, hub: Hub, offer: Offer, tmp_path: Path, clip: Clip, monkeypatch: pytest.MonkeyPatch
) -> None:
    files = saved(FAMILIES[name], tmp_path / "folder")
    offer(files | {"pytorch_model.bin": b"x", "modeling.py": b"x"})
    monkeypatch.setenv("HF_ENDPOINT", hub.endpoint)
    steps: list[Step] = []
    here = trace(load_folder(tmp_path / "folder", ModelSpec("folder", str(tmp_path / "folder"))), clip)
    there = trace(load_model(SPEC, steps.append), clip)
    assert all(np.array_equal(one, other) for one, other in zip(here.hidden, there.hidden, strict=True))
    assert all(np.array_equal(one, other) for one, other in zip(here.attention, there.attention, strict=True))
    assert (here.logits is None) == (there.logits is None)
    assert here.logits is None or np.array_equal(here.logits, there.logits)
    assert steps[-1].done == steps[-1].total
    assert not server.asked(".bin") + server.asked(".py")


@pytest.mark.parametrize("name", FAMILIES)
def test_the_cost_of_a_family_is_what_its_model_turns_out_to_be(
    name: str, hub: Hub, offer: Offer, tmp_path: Path
) -> None:
    family = FAMILIES[name]
    offer(saved(family, tmp_path / "folder"))
    cost = estimate(SPEC, hub=hub)
    model = load_folder(resolve(cost.spec, hub=hub), cost.spec)
    assert cost.family == name
    assert (cost.layers, cost.heads, cost.width) == (model.card.layers, model.card.heads, model.card.width)
    assert (cost.speaks, cost.classifies) == (model.card.speaks, model.card.classifies)
    held = sum(part.numel() for part in model.module.parameters())
    assert held <= cost.parameters + 1_000
    assert cost.parameters <= 1.1 * held + 1_000


def test_the_catalogue_knows_the_families_that_are_there() -> None:
    known = {entry.name: (entry.title, entry.model_types) for entry in families()}
    assert known == {name: (family.title, family.model_types) for name, family in FAMILIES.items()}


@pytest.mark.parametrize("setting", HUGE)
def test_a_configuration_that_asks_for_terabytes_gets_a_sentence(setting: str, tmp_path: Path) -> None:
    saved(FAMILIES["wav2vec2"], tmp_path)
    config: dict[str, Any] = json.loads((tmp_path / "config.json").read_text())
    (tmp_path / "config.json").write_text(json.dumps(config | {setting: HUGE[setting]}))
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    with pytest.raises(ModelError):
        load_folder(tmp_path, ModelSpec("folder", str(tmp_path)))
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 200_000


def test_code_beside_a_model_is_never_run(tmp_path: Path) -> None:
    saved(FAMILIES["wav2vec2"], tmp_path)
    (tmp_path / "evil.py").write_text(f"open({str(tmp_path / 'ran')!r}, 'w')")
    config = json.loads((tmp_path / "config.json").read_text())
    config["auto_map"] = {"AutoModel": "evil.Model", "AutoConfig": "evil.Config"}
    (tmp_path / "config.json").write_text(json.dumps(config))
    with pytest.raises(ModelError, match="program code of its own"):
        load_folder(tmp_path, ModelSpec("folder", str(tmp_path)))
    assert not (tmp_path / "ran").exists()


def test_loading_from_a_folder_asks_nothing_of_any_network(tmp_path: Path) -> None:
    saved(FAMILIES["wav2vec2"], tmp_path)
    script = (
        "import socket\n"
        "def refuse(*a, **k): raise SystemExit('a connection was tried')\n"
        "socket.socket.connect = refuse\n"
        "socket.getaddrinfo = refuse\n"
        "from core.loading import load_model\n"
        "from core.model_spec import ModelSpec\n"
        f"print(load_model(ModelSpec('folder', {str(tmp_path)!r})).card.layers)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "3", done.stderr[-500:]
