"""A hub on this computer, an empty cache, and small checkpoints to put there."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save

from core.hub import Hub
from tests.hub.server import Repository, Server, serving

NAME = "someone/small-model"
LAYERS, HEADS, WIDTH, SYMBOLS = 2, 2, 8, 5
CONFIG = {
    "model_type": "wav2vec2",
    "architectures": ["Wav2Vec2ForCTC"],
    "num_hidden_layers": LAYERS,
    "num_attention_heads": HEADS,
    "hidden_size": WIDTH,
    "conv_dim": [4, 4],
    "conv_stride": [5, 2],
}
PREPROCESSOR = {"feature_extractor_type": "Wav2Vec2FeatureExtractor", "sampling_rate": 16000}


def weights(layers: int = LAYERS, width: int = WIDTH, more: dict[str, Any] | None = None) -> bytes:
    """Write tensors that look like those of a small wav2vec 2.0."""
    tensors = {f"wav2vec2.encoder.layers.{layer}.layer_norm.weight": np.ones(width, "f4") for layer in range(layers)}
    return save(tensors | {"lm_head.weight": np.zeros((SYMBOLS, width), "f4")} | (more or {}))


def checkpoint(config: dict[str, Any] | None = None, **files: bytes) -> dict[str, bytes]:
    """Make the files of a small model; keywords add or replace files ("_" stands for ".")."""
    made = {
        "config.json": json.dumps(CONFIG | (config or {})).encode(),
        "preprocessor_config.json": json.dumps(PREPROCESSOR).encode(),
        "vocab.json": b'{"a": 0, "b": 1, "c": 2, "<pad>": 3, "|": 4}',
        "README.md": b"---\nlicense: cc0-1.0\n---\nA small model.",
        "model.safetensors": weights(),
    }
    return made | {name.replace("__", "."): data for name, data in files.items()}


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Keep the tests away from the person who runs them: their token, their cache, their settings."""
    for key in ("HF_TOKEN", "HF_ENDPOINT", "HF_HUB_CACHE", "HF_HUB_OFFLINE"):
        monkeypatch.delenv(key, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path / "home"))


@pytest.fixture
def server() -> Iterator[Server]:
    with serving() as running:
        yield running


@pytest.fixture
def hub(server: Server, tmp_path: Path) -> Hub:
    return Hub(server.endpoint, tmp_path / "cache", timeout=3.0, pause=0.0)


@pytest.fixture
def offer(server: Server) -> Callable[..., Repository]:
    """Put a model on the hub."""

    def put(files: dict[str, bytes], name: str = NAME, **more: Any) -> Repository:
        server.repositories[name] = Repository(files, **more)
        return server.repositories[name]

    return put
