"""What cannot be loaded is refused with a sentence of its own, and nothing is left behind."""

import gc
import json
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import torch
from safetensors.torch import load_file, save_file

from core.errors import ModelError
from core.trace import trace
from models import FAMILIES
from tests.contracts.small_models import Small, load, noise, save

SMALL = Small(FAMILIES["wav2vec2"], "Wav2Vec2ForCTC")
Edit = Callable[[Path], None]


def _json(folder: Path, file: str = "config.json", **settings: object) -> None:
    """Change settings of a JSON file; None removes one."""
    content = {**json.loads((folder / file).read_text()), **settings}
    (folder / file).write_text(json.dumps({key: value for key, value in content.items() if value is not None}))


def _tensors(folder: Path, change: Callable[[dict[str, torch.Tensor]], Any]) -> None:
    """Change the table of weights."""
    tensors = load_file(folder / "model.safetensors")
    change(tensors)
    save_file(tensors, folder / "model.safetensors", {"format": "pt"})


def _without(folder: Path, ending: str) -> None:
    def drop(tensors: dict[str, torch.Tensor]) -> None:
        for name in [name for name in tensors if name.endswith(ending)]:
            del tensors[name]

    _tensors(folder, drop)


def _cut(folder: Path) -> None:
    path = folder / "model.safetensors"
    path.write_bytes(path.read_bytes()[:-100])


def _only_pickles(folder: Path) -> None:
    torch.save(load_file(folder / "model.safetensors"), folder / "pytorch_model.bin")
    (folder / "model.safetensors").unlink()


def _text_model(folder: Path) -> None:
    (folder / "preprocessor_config.json").unlink()
    _json(folder, model_type="bert")


def _thin(tensors: dict[str, torch.Tensor]) -> None:
    name = "lm_head.weight"
    tensors[name] = tensors[name][:, :20].contiguous()


EDITS: dict[str, tuple[Edit, str]] = {
    "not audio": (_text_model, "is not an audio model: its kind is 'bert'."),
    "unknown family": (
        lambda f: _json(f, model_type="moonshine"),
        "is an audio model of a kind that Strata does not know: 'moonshine'.",
    ),
    "no kind": (lambda f: _json(f, model_type=None), "config.json does not say what kind of model it is"),
    "config is no JSON": (lambda f: (f / "config.json").write_text("{"), "config.json is not readable JSON"),
    "config is a list": (lambda f: (f / "config.json").write_text("[]"), "config.json is not readable JSON"),
    "config of nonsense": (lambda f: _json(f, hidden_size="wide"), "gives 'wide' as number of width"),
    "heads that do not divide": (lambda f: _json(f, num_attention_heads=5), "are damaged: "),
    "convolutions that do not match": (lambda f: _json(f, conv_stride=[5, 2]), "are damaged: "),
    "extractor is no JSON": (lambda f: (f / "preprocessor_config.json").write_text("{"), "not readable JSON"),
    "extractor of nonsense": (
        lambda f: _json(f, "preprocessor_config.json", sampling_rate="fast"),
        "gives 'fast' as number of sampling_rate",
    ),
    "extractor of a rate that takes all memory": (
        lambda f: _json(f, "preprocessor_config.json", sampling_rate=10**12),
        "gives 1000000000000 as number of sampling_rate",
    ),
    "weights are cut short": (_cut, "model.safetensors is cut short"),
    "weights are none": (lambda f: (f / "model.safetensors").write_bytes(b""), "are damaged: "),
    "only pickles": (_only_pickles, "holds its weights only as pickles, which can run programs"),
    "nothing but a config": (lambda f: (f / "model.safetensors").unlink(), "holds no weights that Strata can open"),
    "code of its own": (
        lambda f: _json(f, auto_map={"AutoModel": "modeling.Evil"}),
        "works only with program code of its own",
    ),
    "another depth": (lambda f: _json(f, num_hidden_layers=4), "do not match its configuration: 3 layers instead of 4"),
    "another width": (lambda f: _json(f, hidden_size=34), "do not match its configuration: "),
    "another width inside": (
        lambda f: _json(f, intermediate_size=47),
        "do not match its configuration: wav2vec2.encoder.layers.0.feed_forward.intermediate_dense.bias has another",
    ),
    "another vocabulary": (
        lambda f: _json(f, vocab_size=13),
        "do not match its configuration: lm_head.bias has another",
    ),
    "a thinner head": (
        lambda f: _tensors(f, _thin),
        "do not match its configuration: lm_head.weight has another shape",
    ),
    "no head": (lambda f: _without(f, "lm_head.weight"), "do not match its configuration: lm_head.weight is missing"),
    "a layer with a hole": (
        lambda f: _without(f, "layers.1.attention.k_proj.bias"),
        "do not match its configuration: wav2vec2.encoder.layers.1.attention.k_proj.bias is missing",
    ),
}


def left_behind(folder: Path) -> tuple[Any, ...]:
    """Take down what a failed attempt could leave: files, threads, open files, torch's settings."""
    files = {path.name: path.stat().st_size for path in folder.iterdir()}
    return files, threading.active_count(), len([*Path("/proc/self/fd").iterdir()]), torch.get_default_dtype()


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="open files are counted through Linux's /proc")
@pytest.mark.parametrize("flaw", EDITS)
def test_what_cannot_be_loaded_gets_its_own_sentence_and_leaves_nothing(flaw: str, tmp_path: Path) -> None:
    save(SMALL, tmp_path)
    edit, sentence = EDITS[flaw]
    edit(tmp_path)
    with pytest.raises(ModelError):  # libraries that are imported by the way stay, and may keep files open
        load(tmp_path)
    gc.collect()
    before = left_behind(tmp_path)
    with pytest.raises(ModelError) as caught:
        load(tmp_path)
    assert sentence in str(caught.value)
    assert str(caught.value).endswith(".")
    assert caught.value.hint.endswith(".")
    caught = None
    gc.collect()
    patience = time.monotonic() + 5  # a thread of a library may still be on its way out, on a busy machine
    while left_behind(tmp_path) != before and time.monotonic() < patience:
        time.sleep(0.05)
    assert left_behind(tmp_path) == before


def test_every_flaw_has_another_sentence_or_says_what_is_wrong() -> None:
    told = [sentence for _edit, sentence in EDITS.values()]
    assert len(set(told)) > 0.8 * len(told)


def test_after_a_refusal_the_mended_model_loads(tmp_path: Path) -> None:
    save(SMALL, tmp_path)
    whole = (tmp_path / "model.safetensors").read_bytes()
    _cut(tmp_path)
    with pytest.raises(ModelError):
        load(tmp_path)
    (tmp_path / "model.safetensors").write_bytes(whole)
    assert trace(load(tmp_path), noise(0.5)).layers == 3


def test_symbols_without_a_vocabulary_are_numbered(tmp_path: Path) -> None:
    save(SMALL, tmp_path)
    (tmp_path / "vocab.json").unlink()
    card = load(tmp_path).card
    assert card.symbols == tuple(f"<{place}>" for place in range(12))
    assert card.blank == 0


def test_a_vector_that_only_training_needs_may_be_missing(tmp_path: Path) -> None:
    save(SMALL, tmp_path)
    _without(tmp_path, "masked_spec_embed")
    assert load(tmp_path).card.layers == 3


def test_a_model_without_an_extractor_gets_the_one_of_its_family(tmp_path: Path) -> None:
    save(SMALL, tmp_path)
    (tmp_path / "preprocessor_config.json").unlink()
    model = load(tmp_path)
    assert model.card.sample_rate == 16_000
    assert trace(model, noise(0.5)).layers == 3


@pytest.mark.parametrize("bands", [80, 128])
def test_whisper_without_an_extractor_hears_in_its_own_bands(bands: int, tmp_path: Path) -> None:
    save(Small(FAMILIES["whisper"], "WhisperModel", {"num_mel_bins": bands}), tmp_path)
    (tmp_path / "preprocessor_config.json").unlink()
    assert trace(load(tmp_path), noise(0.5)).layers == 3


def test_an_extractor_of_another_model_gets_a_sentence(tmp_path: Path) -> None:
    save(Small(FAMILIES["whisper"], "WhisperModel", {"num_mel_bins": 128}), tmp_path)
    _json(tmp_path, "preprocessor_config.json", feature_size=80)
    with pytest.raises(ModelError, match="could not be run") as caught:
        trace(load(tmp_path), noise(0.5))
    assert "Get a fresh copy" in caught.value.hint


def _old_names(tensors: dict[str, torch.Tensor]) -> None:
    for now, then in OLD_NAMES.items():
        for name in [name for name in tensors if now in name]:
            tensors[name.replace(now, then)] = tensors.pop(name)


OLD_NAMES = {"parametrizations.weight.original0": "weight_g", "parametrizations.weight.original1": "weight_v"}


@pytest.mark.parametrize("name", ["wav2vec2", "hubert", "wavlm", "unispeech-sat", "sew", "wav2vec2-conformer"])
def test_weights_under_the_names_of_older_checkpoints_are_the_same_model(name: str, tmp_path: Path) -> None:
    """Published checkpoints were written by earlier versions of transformers, which named some weights otherwise."""
    save(Small(FAMILIES[name], FAMILIES[name].ctc), tmp_path)
    now = trace(load(tmp_path), noise(0.5))
    _tensors(tmp_path, _old_names)
    assert any(key.endswith("pos_conv_embed.conv.weight_g") for key in load_file(tmp_path / "model.safetensors"))
    then = trace(load(tmp_path), noise(0.5))
    assert all((one == other).all() for one, other in zip(now.hidden, then.hidden, strict=True))


def test_the_published_names_of_asts_weights_are_those_that_are_tested_here(tmp_path: Path) -> None:
    """transformers renames them when it loads; the checkpoints of the hub have these."""
    save(Small(FAMILIES["audio-spectrogram-transformer"], "ASTForAudioClassification"), tmp_path)
    names = load_file(tmp_path / "model.safetensors")
    assert "audio_spectrogram_transformer.encoder.layer.0.attention.attention.query.weight" in names
