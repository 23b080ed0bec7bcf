"""Each way in which a model cannot be had gets a sentence of its own, and leaves everything as it was."""

import json
import pickle
import struct
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from safetensors.numpy import save

from core.checkpoint import examine
from core.cost import estimate
from core.errors import ModelError
from core.hub import Hub
from core.model_spec import ModelSpec
from core.sources import resolve
from tests.hub.conftest import CONFIG, NAME, PREPROCESSOR, WIDTH, checkpoint, weights
from tests.hub.server import Repository, Server

Offer = Callable[..., Repository]
SPEC = ModelSpec("hub", NAME)


class Boom:
    """A pickle that tells on whoever opens it."""

    def __reduce__(self) -> tuple[Any, ...]:
        return (pytest.fail, ("a pickle was opened",))


def without(*names: str, **files: bytes) -> dict[str, bytes]:
    return {name: data for name, data in checkpoint(**files).items() if name not in names}


def config(**settings: Any) -> dict[str, bytes]:
    return checkpoint(settings)


def header(table: dict[str, Any], more: int = 0) -> bytes:
    """Write a safetensors file from its table of contents alone, with ``more`` bytes of weights."""
    text = json.dumps(table).encode()
    return struct.pack("<Q", len(text)) + text + bytes(more)


TABLE = {"wav2vec2.encoder.layers.1.layer_norm.weight": {"dtype": "F32", "shape": [WIDTH], "data_offsets": [0, 32]}}
HUGE = {"wav2vec2.encoder.layers.1.layer_norm.weight": {"dtype": "F32", "shape": [10**12], "data_offsets": [0, 32]}}
INDEX = {"model.safetensors.index.json": json.dumps({"weight_map": {"a": "../../../etc/passwd"}}).encode()}
GONE = {"model.safetensors.index.json": json.dumps({"weight_map": {"a": "part.safetensors"}}).encode()}

BAD: dict[str, tuple[dict[str, bytes], str]] = {
    "text model": (
        config(model_type="bert") | {"preprocessor_config.json": b"{}"},
        "is not an audio model: its kind is 'bert'",
    ),
    "picture model": (config(model_type="vit") | {"preprocessor_config.json": b"{}"}, "is not an audio model"),
    "unknown audio": (config(model_type="encodec"), "audio model of a kind that Strata does not know: 'encodec'"),
    "unheard-of audio": (config(model_type="tomorrow-audio"), "audio model of a kind that Strata does not know"),
    "only pickles": (without("model.safetensors", pytorch_model__bin=pickle.dumps(Boom())), "only as pickles"),
    "no weights": (without("model.safetensors"), "holds no weights that Strata can open"),
    "own code": (
        config(auto_map={"AutoModel": "evil.Model"}) | {"evil.py": b"raise SystemExit"},
        "program code of its own",
    ),
    "own code for sound": (
        checkpoint(preprocessor_config__json=json.dumps(PREPROCESSOR | {"auto_map": {"a": "evil.B"}}).encode()),
        "program code of its own",
    ),
    "no configuration": (without("config.json"), "does not say what kind of model it is"),
    "broken configuration": (checkpoint(config__json=b"{oops"), "damaged: config.json is not readable JSON"),
    "list for configuration": (checkpoint(config__json=b"[]"), "damaged: config.json is not readable JSON"),
    "deep configuration": (checkpoint(config__json=b"[" * 100_000), "damaged: config.json is not readable JSON"),
    "binary configuration": (checkpoint(config__json=b"\xff\xfe\x00"), "damaged: config.json is not readable JSON"),
    "huge layers": (config(num_hidden_layers=10**9), "gives 1000000000 as number of layers"),
    "no layers": (config(num_hidden_layers=0), "gives 0 as number of layers"),
    "text for layers": (config(num_hidden_layers="12"), "gives '12' as number of layers"),
    "truth for heads": (config(num_attention_heads=True), "gives True as number of heads"),
    "half a width": (config(hidden_size=7.5), "gives 7.5 as number of width"),
    "zero stride": (config(conv_stride=[0, 0]), "gives .0, 0. as number of conv_stride"),
    "empty weights": (checkpoint(model__safetensors=b""), "damaged"),
    "few bytes": (checkpoint(model__safetensors=b"abc"), "damaged"),
    "endless table": (checkpoint(model__safetensors=struct.pack("<Q", 2**60) + b"{}"), "no table of contents"),
    "cut weights": (checkpoint(model__safetensors=weights()[:-5]), "damaged: model.safetensors is cut short"),
    "table of nonsense": (checkpoint(model__safetensors=header({"a": 3})), "no table of contents"),
    "empty table": (checkpoint(model__safetensors=header({})), "no table of contents"),
    "huge shapes": (checkpoint(model__safetensors=header(HUGE, 32)), "model.safetensors contradicts itself"),
    "other depth": (checkpoint(model__safetensors=weights(layers=3)), "3 layers instead of 2"),
    "other width": (checkpoint(model__safetensors=weights(width=9)), "none of them is 8 wide"),
    "only a head": (
        checkpoint(model__safetensors=save({"lm_head.weight": np.zeros((2, 8), "f4")})),
        "0 layers instead of 2",
    ),
    "path in the index": (without("model.safetensors") | INDEX, "does not name its weight files"),
    "part is missing": (without("model.safetensors") | GONE, "part.safetensors is missing"),
}


def traces(hub: Hub) -> list[Path]:
    return [path for path in hub.cache.rglob("*") if path.is_file()]


@pytest.mark.parametrize("case", BAD)
def test_what_cannot_be_loaded_is_refused_before_it_is_downloaded(
    case: str, server: Server, hub: Hub, offer: Offer
) -> None:
    files, sentence = BAD[case]
    offer(files)
    for ask in (estimate, resolve):
        with pytest.raises(ModelError, match=sentence) as caught:
            ask(SPEC, hub=hub)
        assert NAME in str(caught.value)
        assert caught.value.hint
    assert traces(hub) == []
    assert not server.asked(".bin")
    assert not server.asked(".py")
    assert not any(".." in name for name in server.asked())


@pytest.mark.parametrize("case", BAD)
def test_the_same_folder_on_this_computer_is_refused_in_the_same_words(case: str, tmp_path: Path) -> None:
    files, sentence = BAD[case]
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    expected = "has no config.json" if case == "no configuration" else sentence
    with pytest.raises(ModelError, match=expected):
        estimate(ModelSpec("folder", str(tmp_path)))


def refusal(hub: Hub, spec: ModelSpec = SPEC) -> ModelError:
    """Ask in vain, once for the cost and once for the model: the same sentence, and nothing kept."""
    with pytest.raises(ModelError) as first:
        estimate(spec, hub=hub)
    with pytest.raises(ModelError) as second:
        resolve(spec, hub=hub)
    assert str(first.value) == str(second.value)
    assert traces(hub) == []
    return second.value


def test_no_network_is_told_from_a_missing_model(hub: Hub, server: Server) -> None:
    server.shutdown()
    server.server_close()
    error = refusal(hub)
    assert str(error) == f"The hub could not be reached, so {NAME} could not be looked up."
    assert "bundled" in error.hint


def test_the_offline_switch_counts_as_no_network(hub: Hub, offer: Offer, monkeypatch: pytest.MonkeyPatch) -> None:
    offer(checkpoint())
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", True)
    assert "could not be reached" in str(refusal(hub))


def test_a_missing_model_is_named(hub: Hub) -> None:
    error = refusal(hub)
    assert str(error) == f"The hub has no model called {NAME} that everyone may load."
    assert "spelling" in error.hint


@pytest.mark.parametrize(
    ("status", "sentence"), [(403, "has no model"), (404, "has no model"), (503, "error 503"), (429, "error 429")]
)
def test_a_hub_in_trouble_says_which(status: int, sentence: str, hub: Hub, server: Server) -> None:
    server.status = status
    assert sentence in str(refusal(hub))


def test_a_missing_version_is_named(hub: Hub, offer: Offer) -> None:
    offer(checkpoint())
    error = refusal(hub, ModelSpec("hub", NAME, "next-year"))
    assert str(error) == f"{NAME} has no version called next-year."


def test_a_gated_model_says_what_to_do(hub: Hub, offer: Offer) -> None:
    offer(checkpoint(), gated=True)
    error = refusal(hub)
    assert str(error) == f"{NAME} is gated: its owners want to know who uses it."
    assert "HF_TOKEN" in error.hint


def test_a_login_page_is_not_taken_for_the_hub(hub: Hub, server: Server) -> None:
    server.login_page = True
    error = refusal(hub)
    assert "Something answered in place of the hub" in str(error)
    assert "login" in error.hint


def test_a_hub_that_never_answers_is_given_up(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answered = server.RequestHandlerClass.answer

    def late(handler: Any) -> None:
        time.sleep(1.0)
        answered(handler)

    monkeypatch.setattr(server.RequestHandlerClass, "answer", late)
    start = time.monotonic()
    with pytest.raises(ModelError, match="could not be reached"):
        estimate(SPEC, hub=Hub(server.endpoint, tmp_path, timeout=0.2))
    assert time.monotonic() - start < 0.9


def test_a_pipeline_tag_tells_an_audio_model_of_an_unknown_kind() -> None:
    with pytest.raises(ModelError, match="is an audio model"):
        examine(NAME, {"model_type": "new"}, {}, "automatic-speech-recognition")
    with pytest.raises(ModelError, match="is not an audio model"):
        examine(NAME, {"model_type": "new"}, {}, "text-generation")


def test_a_hub_that_does_not_name_sizes_is_not_trusted(
    server: Server, hub: Hub, offer: Offer, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(checkpoint())
    monkeypatch.setattr("tests.hub.server.sibling", lambda name, data: {"rfilename": name})
    assert "does not say how large" in str(refusal(hub))


def test_the_small_model_itself_is_not_refused(hub: Hub, offer: Offer) -> None:
    offer(checkpoint())
    cost = estimate(SPEC, hub=hub)
    assert (cost.layers, cost.heads, cost.width) == (2, 2, WIDTH)
    assert CONFIG["model_type"] == cost.family
