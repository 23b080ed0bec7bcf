"""What a person is promised when a model comes from the hub."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
from huggingface_hub import hf_hub_download, try_to_load_from_cache
from safetensors.numpy import save

from core.cost import estimate
from core.download import download, storage
from core.errors import CancelledError, ModelError
from core.hub import Hub, listing
from core.model_spec import ModelSpec
from core.progress import Step
from core.sources import resolve
from tests.hub.conftest import LAYERS, NAME, WIDTH, checkpoint, weights
from tests.hub.server import Repository, Server, commit

Offer = Callable[..., Repository]
SPEC = ModelSpec("hub", NAME)
ALLOWED = {"config.json", "preprocessor_config.json", "vocab.json", "README.md", "model.safetensors"}
BIG = {"wav2vec2.masked_spec_embed": np.arange(400_000, dtype="f4")}


def here(hub: Hub) -> set[str]:
    """Every file in the cache, except locks."""
    return {path.name for path in hub.cache.rglob("*") if path.is_file() and ".locks" not in path.parts}


def test_every_file_arrives_as_it_was_sent(server: Server, hub: Hub, offer: Offer) -> None:
    files = checkpoint()
    offer(files)
    folder = resolve(SPEC, hub=hub)
    assert {path.name: path.read_bytes() for path in folder.iterdir()} == files
    assert folder.name == commit(files)


def test_only_configuration_words_and_safetensors_are_ever_asked_for(server: Server, hub: Hub, offer: Offer) -> None:
    unwanted = ["pytorch_model.bin", "modeling.py", "optimizer.pt", "tf_model.h5", "adapter.safetensors", "audio.wav"]
    offer(checkpoint() | dict.fromkeys([*unwanted, "onnx/model.onnx", "../../evil.json", "sub/config.json"], b"x"))
    estimate(SPEC, hub=hub)
    resolve(SPEC, hub=hub)
    assert set(server.asked()) == ALLOWED


def test_the_cost_that_was_named_is_what_is_downloaded(server: Server, hub: Hub, offer: Offer) -> None:
    offer(checkpoint(model__safetensors=weights(more=BIG)))
    cost = estimate(SPEC, hub=hub)
    looked = sum(request.sent for request in server.log if "/resolve/" in request.path)
    assert looked < 150_000 < cost.download_bytes
    server.log.clear()
    resolve(cost.spec, hub=hub)
    whole = [request for request in server.log if "/resolve/" in request.path and "range" not in request.headers]
    asked = [request.path for request in whole]
    assert cost.already_here_bytes == 0
    assert cost.download_bytes == sum(path.stat().st_size for path in (hub.cache).rglob("blobs/*"))
    assert cost.download_bytes <= sum(request.sent for request in whole) <= cost.download_bytes + 2_000, asked
    again = estimate(SPEC, hub=hub)
    assert (again.download_bytes, again.already_here_bytes) == (0, cost.download_bytes)


def test_the_version_that_was_inspected_is_the_one_that_is_loaded(server: Server, hub: Hub, offer: Offer) -> None:
    first = checkpoint()
    repository = offer(first)
    cost = estimate(SPEC, hub=hub)
    repository.revisions["before"] = first
    repository.files = checkpoint(README__md=b"changed meanwhile")
    assert resolve(cost.spec, hub=hub).name == commit(first) == cost.spec.revision
    assert resolve(SPEC, hub=hub).name == commit(repository.files)


def test_what_is_here_is_not_downloaded_again_and_needs_no_network(server: Server, hub: Hub, offer: Offer) -> None:
    offer(checkpoint())
    folder = resolve(SPEC, hub=hub)
    server.log.clear()
    assert resolve(ModelSpec("hub", NAME, folder.name), hub=hub) == folder
    assert server.log == []
    server.shutdown()
    server.server_close()
    assert resolve(SPEC, hub=hub) == folder
    cost = estimate(SPEC, hub=hub)
    assert (cost.download_bytes, cost.spec.revision, cost.licence) == (0, folder.name, "cc0-1.0")


def test_the_hubs_own_tools_find_the_files_where_they_expect_them(server: Server, hub: Hub, offer: Offer) -> None:
    files = checkpoint()
    offer(files)
    folder = resolve(SPEC, hub=hub)
    assert try_to_load_from_cache(NAME, "config.json", cache_dir=hub.cache) == str(folder / "config.json")
    server.log.clear()
    found = hf_hub_download(NAME, "model.safetensors", cache_dir=hub.cache, endpoint=hub.endpoint, token=False)
    assert Path(found).samefile(folder / "model.safetensors")
    assert [request.method for request in server.log] == ["HEAD"]


def test_progress_counts_every_byte_once_and_only_forward(server: Server, hub: Hub, offer: Offer) -> None:
    offer(checkpoint(model__safetensors=weights(more=BIG)))
    steps: list[Step] = []
    resolve(SPEC, steps.append, hub=hub)
    total = sum(path.stat().st_size for path in hub.cache.rglob("blobs/*"))
    done = [step.done for step in steps]
    assert done == sorted(done)
    assert steps[-1] == Step(total, total, "model.safetensors")
    assert max(after - before for before, after in pairwise(done)) <= 262_144


def test_a_short_break_is_mended_by_going_on_from_there(server: Server, hub: Hub, offer: Offer) -> None:
    big = weights(more=BIG)
    repository = offer(checkpoint(model__safetensors=big))
    repository.cuts = [900_000]
    folder = resolve(SPEC, hub=hub)
    assert (folder / "model.safetensors").read_bytes() == big
    assert server.log[-1].headers["range"].startswith("bytes=")
    assert server.log[-1].sent < len(big)


def test_a_download_cut_short_says_so_and_goes_on_next_time(server: Server, hub: Hub, offer: Offer) -> None:
    big = weights(more=BIG)
    repository = offer(checkpoint(model__safetensors=big))
    repository.cuts = [900_000, 0, 0, 0]
    with pytest.raises(ModelError, match=r"broke off after \d+ kB of 2 MB") as caught:
        resolve(SPEC, hub=hub)
    assert "goes on from there" in caught.value.hint
    assert estimate(SPEC, hub=hub).already_here_bytes > 700_000
    assert not list(hub.cache.rglob("snapshots/*/model.safetensors"))
    server.log.clear()
    folder = resolve(SPEC, hub=hub)
    assert (folder / "model.safetensors").read_bytes() == big
    assert server.log[-1].sent < len(big) - 700_000


def test_a_server_without_ranges_only_costs_a_second_download(server: Server, hub: Hub, offer: Offer) -> None:
    big = weights(more=BIG)
    repository = offer(checkpoint(model__safetensors=big), ranges=False)
    repository.cuts = [900_000]
    assert (resolve(SPEC, hub=hub) / "model.safetensors").read_bytes() == big


def test_a_person_can_stop_at_any_byte_and_go_on_later(server: Server, hub: Hub, offer: Offer) -> None:
    big = weights(more=BIG)
    offer(checkpoint(model__safetensors=big))

    def stop(step: Step) -> None:
        if step.done > 800_000:
            raise CancelledError("stopped")

    with pytest.raises(CancelledError):
        resolve(SPEC, stop, hub=hub)
    assert not list(hub.cache.rglob("snapshots/*/model.safetensors"))
    assert resolve(SPEC, hub=hub).joinpath("model.safetensors").read_bytes() == big


def test_a_file_that_arrives_changed_is_thrown_away(server: Server, hub: Hub, offer: Offer) -> None:
    repository = offer(checkpoint())
    spec = estimate(SPEC, hub=hub).spec
    found = listing(hub, spec.name, spec.revision)
    repository.damage = True
    with pytest.raises(ModelError, match=r"config\.json of someone/small-model arrived damaged"):
        download(hub, found)
    assert here(hub) == set()
    repository.damage = False
    assert resolve(SPEC, hub=hub).is_dir()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full, a disk that is always full")
def test_a_disk_that_fills_up_leaves_no_part_behind(server: Server, hub: Hub, offer: Offer) -> None:
    files = checkpoint()
    offer(files)
    spec = estimate(SPEC, hub=hub).spec
    blobs = storage(hub, NAME) / "blobs"
    blobs.mkdir(parents=True)
    part = blobs / f"{listing(hub, NAME)['model.safetensors'].digest}.incomplete"
    part.symlink_to("/dev/full")
    with pytest.raises(ModelError, match=r"disk is full: someone/small-model needs \d kB more") as caught:
        resolve(spec, hub=hub)
    assert "HF_HOME" in caught.value.hint
    assert not part.is_symlink()
    assert resolve(spec, hub=hub).is_dir()


def test_a_disk_that_is_too_small_is_seen_before_the_download(
    server: Server, hub: Hub, offer: Offer, monkeypatch: pytest.MonkeyPatch
) -> None:
    offer(checkpoint())
    usage = type("Usage", (), {"free": 100})
    monkeypatch.setattr("core.memory.shutil.disk_usage", lambda place: usage)
    with pytest.raises(ModelError, match="disk is full"):
        resolve(SPEC, hub=hub)
    assert here(hub) == set()


def test_a_cache_that_is_a_file_is_named(server: Server, hub: Hub, offer: Offer) -> None:
    offer(checkpoint())
    hub.cache.write_bytes(b"")
    with pytest.raises(ModelError, match="could not be kept on this computer") as caught:
        resolve(SPEC, hub=hub)
    assert str(hub.cache) in caught.value.hint


def test_weights_in_several_files_are_joined(server: Server, hub: Hub, offer: Offer) -> None:
    files = checkpoint()
    parts = {
        f"model-0000{layer + 1}-of-00002.safetensors": save(
            {f"wav2vec2.encoder.layers.{layer}.layer_norm.weight": np.ones(WIDTH, "f4")}
        )
        for layer in range(LAYERS)
    }
    del files["model.safetensors"]
    index = {"weight_map": {f"layer{number}": part for number, part in enumerate(parts)}}
    offer(files | parts | {"model.safetensors.index.json": json.dumps(index).encode(), "extra.safetensors": b"x"})
    cost = estimate(SPEC, hub=hub)
    assert cost.parameters == LAYERS * WIDTH
    folder = resolve(SPEC, hub=hub)
    assert {path.name for path in folder.glob("*.safetensors")} == set(parts)
    server.shutdown()
    server.server_close()
    assert resolve(SPEC, hub=hub) == folder


def test_the_hubs_own_conversion_is_used_where_there_are_only_pickles(server: Server, hub: Hub, offer: Offer) -> None:
    pickles = checkpoint() | {"pytorch_model.bin": b"x"}
    del pickles["model.safetensors"]
    converted = checkpoint(pytorch_model__bin=b"x")
    row = {"num": 7, "isPullRequest": True, "status": "open", "title": "Adding `safetensors` variant of this model"}
    foreign = row | {"num": 3, "author": {"name": "somebody"}}
    ours = row | {"author": {"name": "SFconvertbot"}}
    offer(pickles, revisions={"refs/pr/7": converted, "refs/pr/3": checkpoint()}, discussions=[foreign, ours])
    cost = estimate(SPEC, hub=hub)
    assert cost.converted
    assert cost.spec.revision == commit(converted)
    assert resolve(SPEC, hub=hub).name == commit(converted)
    assert not server.asked(".bin")
    server.shutdown()
    server.server_close()
    assert resolve(SPEC, hub=hub).name == commit(converted)


def test_a_foreign_conversion_is_not_trusted(server: Server, hub: Hub, offer: Offer) -> None:
    pickles = checkpoint() | {"pytorch_model.bin": b"x"}
    del pickles["model.safetensors"]
    row = {"num": 3, "isPullRequest": True, "status": "open", "title": "Adding `safetensors` variant of this model"}
    discussions = [row | {"author": {"name": "somebody"}}]
    offer(pickles, revisions={"refs/pr/3": checkpoint()}, discussions=discussions)
    with pytest.raises(ModelError, match="only as pickles"):
        resolve(SPEC, hub=hub)


def test_no_token_is_sent_unless_the_environment_names_one(
    server: Server, offer: Offer, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HF_ENDPOINT", server.endpoint)
    monkeypatch.setenv("HF_TOKEN_PATH", str(tmp_path / "token"))
    (tmp_path / "home").mkdir()
    (tmp_path / "home" / "token").write_text("hf_left_in_a_file")
    offer(checkpoint(), gated=True)
    with pytest.raises(ModelError, match="is gated"):
        resolve(SPEC)
    assert server.log
    assert not any("authorization" in request.headers for request in server.log)
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    cost = estimate(SPEC)
    assert cost.gated
    assert resolve(SPEC).is_relative_to(tmp_path / "home")
    assert server.log[-1].headers["authorization"] == "Bearer hf_secret"


def test_nothing_about_this_computer_is_told(server: Server, hub: Hub, offer: Offer) -> None:
    offer(checkpoint())
    resolve(SPEC, hub=hub)
    assert {request.headers["user-agent"] for request in server.log} == {"strata"}


def test_two_at_once_download_one_copy(server: Server, hub: Hub, offer: Offer) -> None:
    offer(checkpoint(model__safetensors=weights(more=BIG)))
    with ThreadPoolExecutor(2) as pool:
        folders = list(pool.map(lambda _: resolve(SPEC, hub=hub), range(2)))
    assert folders[0] == folders[1]
    whole = [request for request in server.log if request.path.endswith("model.safetensors")]
    assert sum(request.sent for request in whole if "range" not in request.headers) == len(weights(more=BIG))
