"""A taught copy as a folder: what is in it, who opens it, and what is refused."""

import io
import json
import zipfile
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import load_file, save_file

from core.audio_backend import transformers
from core.errors import ModelError
from core.finetuning import export
from core.finetuning.pupil import Pupil
from core.loading import LoadedModel, load_folder, load_model
from core.model_spec import ModelSpec
from core.sources import Policy, parse
from core.trace import trace
from tests.contracts.small_models import ONE_EACH, Pair, Small, load, noise
from tests.finetuning.teaching import LABELS, moved, pupil_of

README = '---\nlicense: cc-by-4.0\nmodel_name: "Answers – taught"\n---\n'
NATIVE = ("wav2vec2", "hubert", "wavlm", "unispeech-sat", "data2vec-audio", "wav2vec2-conformer")
Lend = Callable[[Small], Pair]


def clips(model: LoadedModel) -> list:
    return [noise(seconds, model.card.sample_rate, seed) for seed, seconds in enumerate((0.4, 0.7))]


def exported(pair: Pair, strategy: str, folder: Path, **options: object) -> tuple[Pupil, list, export.Exported]:
    pupil = moved(pupil_of(pair.model, strategy, **options), 0.05)
    said = [export.logits(pupil, clip).numpy() for clip in clips(pair.model)]
    return pupil, said, export.write(pupil, folder, lambda native: README, clips(pair.model))


def agrees(model: LoadedModel, said: list) -> None:
    for clip, ours in zip(clips(model), said, strict=True):
        found = trace(model, clip)
        assert found.logits is not None
        np.testing.assert_allclose(found.logits, ours, atol=2e-4 * max(1.0, np.abs(ours).max()))
        assert len(found.hidden) == model.card.layers + 1
        assert len(found.attention) == (model.card.layers if model.family.attends else 0)


@pytest.mark.parametrize("small", ONE_EACH, ids=str)
def test_every_model_opens_in_every_page_again_and_answers_as_it_was_taught(
    small: Small, paired: Lend, tmp_path: Path
) -> None:
    _pupil, said, how = exported(paired(small), "linear", tmp_path / "model")
    model = load(tmp_path / "model")
    assert model.card.labels == LABELS
    assert model.card.classifies
    assert not model.card.speaks
    assert model.card.title == "Answers – taught"
    assert model.card.licence == "cc-by-4.0"
    agrees(model, said)
    assert how.native == (not (tmp_path / "model" / "strata.json").exists())
    assert how.native or small.family.name not in NATIVE
    names = {path.suffix for path in (tmp_path / "model").iterdir()}
    assert names <= {".json", ".safetensors", ".md"}


@pytest.mark.parametrize(
    ("strategy", "options"), [("lora", {}), ("linear", {"layers": "last"}), ("full", {}), ("last_layers", {})]
)
def test_transformers_alone_opens_what_can_be_merged(
    strategy: str, options: dict, paired: Lend, tmp_path: Path
) -> None:
    small = next(small for small in ONE_EACH if small.family.name == "wav2vec2")
    pair = paired(small)
    _pupil, said, how = exported(pair, strategy, tmp_path / "model", **options)
    assert how.native
    theirs = transformers.AutoModelForAudioClassification.from_pretrained(tmp_path / "model").eval()
    extractor = transformers.AutoFeatureExtractor.from_pretrained(tmp_path / "model")
    assert theirs.config.id2label == dict(enumerate(LABELS))
    for clip, ours in zip(clips(pair.model), said, strict=True):
        inputs = extractor(clip.samples.copy(), sampling_rate=clip.sample_rate, return_tensors="pt")
        with torch.no_grad():
            np.testing.assert_allclose(theirs(**inputs).logits[0].numpy(), ours, atol=1e-4)
    agrees(load(tmp_path / "model"), said)


def test_a_mixture_that_cannot_be_merged_is_put_back_on(paired: Lend, tmp_path: Path) -> None:
    small = next(small for small in ONE_EACH if small.family.name == "audio-spectrogram-transformer")
    _pupil, said, how = exported(paired(small), "soft_moa", tmp_path / "model", reduction=8)
    assert not how.native
    agrees(load(tmp_path / "model"), said)
    plain = load_folder(tmp_path / "model", ModelSpec("folder", str(tmp_path / "model")))
    assert plain.card.layers == paired(small).model.card.layers


@pytest.mark.parametrize("name", ["wav2vec2", "whisper"])
def test_a_recurrent_head_is_put_back_on(name: str, paired: Lend, tmp_path: Path) -> None:
    small = next(small for small in ONE_EACH if small.family.name == name)
    _pupil, said, how = exported(paired(small), "recurrent", tmp_path / "model")
    assert not how.native
    agrees(load(tmp_path / "model"), said)
    assert load(tmp_path / "model", dtype="bfloat16").inputs(clips(paired(small).model)[0])


@pytest.fixture
def beside(paired: Lend, tmp_path: Path) -> Path:
    small = next(small for small in ONE_EACH if small.family.name == "audio-spectrogram-transformer")
    exported(paired(small), "soft_moa", tmp_path / "model", reduction=8)
    return tmp_path / "model"


def _table(**changes: object) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        table = json.loads((folder / "strata.json").read_text())
        (folder / "strata.json").write_text(json.dumps({**table, **changes}))

    return damage


def _numbers(change: Callable[[dict], None]) -> Callable[[Path], None]:
    def damage(folder: Path) -> None:
        numbers = load_file(folder / "strata.safetensors")
        change(numbers)
        save_file(numbers, folder / "strata.safetensors")

    return damage


REFUSED = {
    "a part that is not known": (_table(strategy="os.system"), "does not know: 'os.system'"),
    "a newer format": (_table(format=9), "newer version"),
    "options beyond their bounds": (_table(options={"experts": 10**9}), "experts: 1000000000"),
    "options that are none": (_table(options={"code": "1"}), "code"),
    "options of another type": (_table(options={"experts": "7"}), "experts"),
    "other options than the numbers": (_table(options={"experts": 3, "reduction": 8}), "has another shape"),
    "classes that are not there": (_table(labels=["a", "b"]), "has another shape"),
    "the same class twice": (_table(labels=["a", "a", "b"]), "does not name its classes"),
    "no table": (lambda folder: (folder / "strata.json").write_text("["), "is not readable JSON"),
    "no numbers": (lambda folder: (folder / "strata.safetensors").unlink(), "strata.safetensors is missing"),
    "a number left out": (_numbers(lambda numbers: numbers.pop("head.layer_logits")), "head.layer_logits is missing"),
    "a number too many": (_numbers(lambda numbers: numbers.update(more=torch.zeros(1))), "more has no place"),
    "what is no number": (
        _numbers(lambda numbers: numbers["head.layer_logits"].fill_(float("nan"))),
        "values that are not numbers",
    ),
    "half a file": (
        lambda folder: (folder / "strata.safetensors").write_bytes((folder / "strata.safetensors").read_bytes()[:-9]),
        "is cut short",
    ),
}


@pytest.mark.parametrize(("damage", "sentence"), REFUSED.values(), ids=REFUSED)
def test_what_is_not_as_it_says_is_refused_in_a_sentence(
    damage: Callable[[Path], None], sentence: str, beside: Path
) -> None:
    damage(beside)
    with pytest.raises(ModelError) as caught:
        load(beside)
    assert sentence in f"{caught.value} {caught.value.hint}"


def test_what_a_run_taught_is_opened_by_its_token_alone(
    paired: Lend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("STRATA_HOME", str(tmp_path))
    token = "0123456789abcdef" * 2
    _pupil, said, _how = exported(paired(ONE_EACH[0]), "linear", tmp_path / "runs" / token / "model")
    spec = parse(f"tuned@{token}", Policy(local_folders=False, hub="none"))
    assert spec == ModelSpec("tuned", token)
    model = load_model(spec)
    assert model.card.title == "Answers – taught"
    agrees(model, said)
    for wrong in ("f" * 32, "../../etc", "", token.upper(), f"{token}/.."):
        with pytest.raises(ModelError, match="is not here"):
            load_model(ModelSpec("tuned", wrong))
    with pytest.raises(ModelError, match="is not here"):
        parse("tuned@../model")


def test_half_precision_is_possible_too(beside: Path, paired: Lend) -> None:
    model = load(beside, dtype="bfloat16")
    assert next(model.module.parameters()).dtype == torch.bfloat16
    full = trace(load(beside), clips(model)[0]).logits
    half = trace(model, clips(model)[0]).logits
    assert full is not None
    assert half is not None
    np.testing.assert_allclose(half, full, atol=0.1 * max(1.0, np.abs(full).max()))


def test_a_download_holds_every_file(beside: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(io.BytesIO(export.zip_of(beside))) as archive:
        archive.extractall(tmp_path / "again")
    assert load(tmp_path / "again").card == replace(load(beside).card)


def test_a_disk_that_is_full_leaves_the_last_copy(
    paired: Lend, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    exported(paired(ONE_EACH[0]), "linear", tmp_path / "model")
    before = sorted(path.name for path in (tmp_path / "model").iterdir())

    def full(*_anything: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError, match="No space"):
        exported(paired(ONE_EACH[0]), "linear", tmp_path / "model")
    monkeypatch.undo()
    assert sorted(path.name for path in (tmp_path / "model").iterdir()) == before
    assert [path.name for path in tmp_path.iterdir()] == ["model"]
