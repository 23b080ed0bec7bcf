"""What a model costs is said in numbers that can be worked out by hand, and what cannot fit is refused."""

import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from safetensors.numpy import save

from core.catalogue import families
from core.checkpoint import Blueprint
from core.cost import Cost, estimate, refuse, working_memory
from core.errors import ModelError
from core.hub import Hub
from core.memory import available_memory, free_disk, plain_size
from core.model_spec import ModelSpec
from tests.hub.conftest import LAYERS, NAME, SYMBOLS, WIDTH, checkpoint, weights
from tests.hub.server import Repository

Offer = Callable[..., Repository]
SPEC = ModelSpec("hub", NAME)


def blueprint(family: str, layers: int, heads: int, width: int, **config: object) -> Blueprint:
    entry = next(row for row in families() if row.name == family)
    return Blueprint(NAME, entry, config, layers, layers, heads, width, speaks=False, classifies=False)


def test_the_cost_of_a_small_model_is_its_sums(hub: Hub, offer: Offer) -> None:
    files = checkpoint()
    offer(files)
    cost = estimate(SPEC, seconds=1.0, hub=hub)
    parameters = LAYERS * WIDTH + SYMBOLS * WIDTH
    assert cost.parameters == parameters
    assert cost.memory_bytes == 4 * parameters
    assert cost.library_bytes == (0 if "torch" in sys.modules else 400_000_000)
    assert cost.all_memory_bytes == cost.memory_bytes + cost.working_memory_bytes + cost.library_bytes
    assert cost.download_bytes == sum(map(len, files.values()))
    assert (cost.family, cost.licence, cost.speaks, cost.classifies, cost.gated) == (
        "wav2vec2",
        "cc0-1.0",
        True,
        False,
        False,
    )
    kept = (LAYERS + 1) * 50 * WIDTH + LAYERS * 2 * 50 * 50
    assert cost.working_memory_bytes == 4 * (kept + max(3 * 2 * 50 * 50 + 2 * 50 * 4 * WIDTH, 3 * 3200 * 4))


def test_half_as_many_bits_need_half_the_memory(hub: Hub, offer: Offer) -> None:
    offer(checkpoint(model__safetensors=weights(more={"wav2vec2.extra": np.ones(100, "f2")})))
    whole = estimate(SPEC, hub=hub)
    half = estimate(replace(SPEC, dtype="bfloat16"), hub=hub)
    assert whole.memory_bytes == 2 * half.memory_bytes == 4 * whole.parameters


def test_a_decoder_that_is_not_loaded_costs_no_memory(hub: Hub, offer: Offer) -> None:
    tensors = {f"model.encoder.layers.{layer}.norm.weight": np.ones(WIDTH, "f4") for layer in range(LAYERS)}
    decoder = {f"model.decoder.layers.{layer}.norm.weight": np.ones(1000, "f4") for layer in range(4)}
    settings = {"model_type": "whisper", "encoder_layers": LAYERS, "encoder_attention_heads": 2, "d_model": WIDTH}
    offer(checkpoint(settings, model__safetensors=save(tensors | decoder)))
    assert estimate(SPEC, hub=hub).parameters == LAYERS * WIDTH


def test_a_bundled_model_and_a_folder_cost_no_download(tmp_path: Path) -> None:
    files = checkpoint()
    for name, data in files.items():
        (tmp_path / name).write_bytes(data)
    cost = estimate(ModelSpec("folder", str(tmp_path)))
    assert (cost.download_bytes, cost.already_here_bytes) == (0, sum(map(len, files.values())))
    assert cost.licence == "cc0-1.0"


def test_a_longer_clip_needs_more_unless_the_model_pads_it() -> None:
    base = blueprint("wav2vec2", 12, 12, 768)
    assert working_memory(base, 20.0) > 3 * working_memory(base, 10.0)
    whisper = blueprint("whisper", 6, 8, 512)
    assert working_memory(whisper, 1.0) > 4 * 3 * 8 * 1500 * 1500
    assert working_memory(whisper, 30.0) - working_memory(whisper, 0.0) == 4 * 6 * 8 * 1500 * 1500
    patches = blueprint("audio-spectrogram-transformer", 12, 12, 768)
    assert working_memory(patches, 1.0) == working_memory(patches, 10.0)


def test_patches_are_counted_as_the_published_model_counts_them() -> None:
    patches = blueprint("audio-spectrogram-transformer", 0, 1, 1)
    tokens = 12 * 101 + 2
    assert working_memory(patches, 10.0) == 4 * (tokens + 3 * tokens * tokens + 2 * tokens * 4)


COST = Cost(
    spec=SPEC,
    family="wav2vec2",
    family_title="wav2vec 2.0",
    layers=12,
    heads=12,
    width=768,
    parameters=10**8,
    download_bytes=1_000_000_000,
    already_here_bytes=0,
    memory_bytes=400_000_000,
    working_memory_bytes=500_000_000,
    library_bytes=400_000_000,
    licence="",
    speaks=True,
    classifies=False,
)


def test_what_does_not_fit_in_memory_is_refused_with_both_numbers(hub: Hub) -> None:
    with pytest.raises(ModelError) as caught:
        refuse(COST, available=900_000_000, free=10**12, hub=hub)
    assert str(caught.value) == f"{NAME} needs about 1.3 GB of memory; this computer has 900 MB free."
    assert "smaller model" in caught.value.hint


def test_what_does_not_fit_on_the_disk_is_refused_with_both_numbers(hub: Hub) -> None:
    with pytest.raises(ModelError) as caught:
        refuse(COST, available=10**12, free=12_000_000, hub=hub)
    assert str(caught.value) == f"{NAME} is a download of 1.0 GB; the disk has 12 MB free."


def test_what_fits_exactly_is_not_refused(hub: Hub) -> None:
    refuse(COST, available=1_300_000_000, free=1_000_000_000, hub=hub)


def test_memory_and_disk_are_measured_where_they_are_not_given(hub: Hub) -> None:
    refuse(replace(COST, memory_bytes=1, working_memory_bytes=1, library_bytes=1, download_bytes=1), hub=hub)
    with pytest.raises(ModelError, match=r"needs about 1000000\.9 GB of memory"):
        refuse(replace(COST, memory_bytes=10**15), hub=hub)
    with pytest.raises(ModelError, match=r"is a download of 1000000\.0 GB"):
        refuse(replace(COST, memory_bytes=1, working_memory_bytes=1, library_bytes=1, download_bytes=10**15), hub=hub)


@pytest.mark.parametrize(
    ("count", "text"),
    [
        (0, "0 kB"),
        (12_345, "12 kB"),
        (999_499, "999 kB"),
        (1_000_000, "1 MB"),
        (94_400_000, "94 MB"),
        (1_260_000_000, "1.3 GB"),
    ],
)
def test_sizes_are_written_as_people_write_them(count: int, text: str) -> None:
    assert plain_size(count) == text


def put(folder: Path, **files: str) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name.replace("__", ".")).write_text(text)


def test_the_limit_of_a_container_counts_where_the_machine_has_more(tmp_path: Path) -> None:
    member = tmp_path / "cgroup"
    member.write_text("0::/outer/inner\n")
    groups = tmp_path / "groups"
    put(groups / "outer", memory__max="3000", memory__current="1500", memory__stat="inactive_file 400\nactive_file 50")
    put(groups / "outer" / "inner", memory__max="max", memory__current="900", memory__stat="inactive_file 0")
    assert available_memory(groups, member) == 3000 - 1500 + 450
    put(groups / "outer" / "inner", memory__max="1000")
    assert available_memory(groups, member) == 1000 - 900
    put(groups / "outer" / "inner", memory__max="800")
    assert available_memory(groups, member) == 0


def test_the_older_kind_of_limit_counts_too(tmp_path: Path) -> None:
    member = tmp_path / "cgroup"
    member.write_text("9:name=systemd:/\n4:memory:/job\n0::/\n")
    put(
        tmp_path / "groups" / "memory" / "job",
        memory__limit_in_bytes="5000",
        memory__usage_in_bytes="2000",
        memory__stat="cache 9\ntotal_inactive_file 300\ntotal_active_file 7",
    )
    assert available_memory(tmp_path / "groups", member) == 5000 - 2000 + 307


def test_without_containers_the_machine_itself_is_measured(tmp_path: Path) -> None:
    assert available_memory(tmp_path / "no", tmp_path / "nothing") > 10_000_000


def test_the_disk_of_a_folder_that_is_not_there_yet_is_measured(tmp_path: Path) -> None:
    assert free_disk(tmp_path / "a" / "b" / "c") == pytest.approx(free_disk(tmp_path), rel=0.05)
