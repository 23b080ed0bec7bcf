"""What a person may type, and what a server lets them have."""

import random
from pathlib import Path

import pytest

from core.catalogue import suggestions
from core.errors import ModelError
from core.model_spec import ModelSpec
from core.sources import Policy, bundled, local_folder, parse, permit, resolve
from tests.hub.conftest import checkpoint

SHA = "2cc11eab760477e63cbd10ca0728d819530b42ff"
UNDERSTOOD = {
    "facebook/wav2vec2-base-960h": ("facebook/wav2vec2-base-960h", ""),
    "  facebook/wav2vec2-base-960h \n": ("facebook/wav2vec2-base-960h", ""),
    '"openai/whisper-tiny"': ("openai/whisper-tiny", ""),
    "MIT/ast-finetuned-audioset-10-10-0.4593": ("MIT/ast-finetuned-audioset-10-10-0.4593", ""),
    "a/b@refs/pr/2": ("a/b", "refs/pr/2"),
    f"a/b@{SHA}": ("a/b", SHA),
    "https://huggingface.co/openai/whisper-tiny": ("openai/whisper-tiny", ""),
    "http://www.huggingface.co/openai/whisper-tiny/": ("openai/whisper-tiny", ""),
    "huggingface.co/openai/whisper-tiny?library=transformers": ("openai/whisper-tiny", ""),
    "https://hf.co/openai/whisper-tiny#top": ("openai/whisper-tiny", ""),
    "https://huggingface.co/openai/whisper-tiny/tree/main": ("openai/whisper-tiny", "main"),
    "https://huggingface.co/openai/whisper-tiny/blob/main/config.json": ("openai/whisper-tiny", "main"),
    "https://huggingface.co/a/b/tree/refs%2Fpr%2F2": ("a/b", "refs/pr/2"),
    f"https://huggingface.co/a/b/commit/{SHA}": ("a/b", SHA),
    "https://huggingface.co/a/b/discussions/3": ("a/b", ""),
}
NONSENSE = [
    "",
    "   ",
    "gpt2",
    "a/b/c",
    "../etc/passwd"[3:] + "/..",
    "a/..",
    "../b",
    "a--b/c",
    "a/b.git",
    "a/-b",
    "a/b.",
    "a b/c",
    "ä/b",
    "a/b\x00c",
    "a/\u202eb",
    "https://example.com/a/b",
    "https://huggingface.co/datasets",
    "javascript:alert(1)",
    "<script>/alert",
    "x" * 10_000,
    "a/" + "b" * 97,
    "🎵/🎵",
]


@pytest.mark.parametrize("text", UNDERSTOOD)
def test_names_and_pasted_links_are_understood(text: str) -> None:
    name, revision = UNDERSTOOD[text]
    assert parse(text) == ModelSpec("hub", name, revision)


@pytest.mark.parametrize("text", NONSENSE)
def test_nonsense_gets_a_short_sentence(text: str) -> None:
    with pytest.raises(ModelError) as caught:
        parse(text, Policy(local_folders=False))
    assert len(str(caught.value)) < 130
    assert caught.value.hint
    assert str(caught.value).isprintable()


@pytest.mark.parametrize("seed", range(20))
def test_any_text_gives_a_permitted_place_or_a_sentence(seed: int) -> None:
    dice = random.Random(seed)
    pieces = [
        "/",
        "..",
        ".",
        "@",
        "huggingface.co/",
        "https://",
        "a",
        "b-",
        "%2F",
        "refs/pr/",
        "\x00",
        "\n",
        "🎵",
        "~",
        "x" * 90,
    ]
    for _attempt in range(100):
        text = "".join(dice.choice([*pieces, chr(dice.randrange(0xD800))]) for _piece in range(dice.randrange(9)))
        try:
            spec = parse(text)
        except ModelError as error:
            assert str(error).isprintable()
        else:
            permit(spec, Policy())
            assert ".." not in spec.name + spec.revision or spec.source == "folder"


@pytest.mark.parametrize("revision", ["../../x", "/main", "-x", "a..b", "a b", "refs//x", "x" * 200, "a/../b", "a/."])
def test_a_version_is_never_a_path(revision: str) -> None:
    with pytest.raises(ModelError, match="cannot be a version"):
        resolve(ModelSpec("hub", "a/b", revision))


@pytest.mark.parametrize("text", ["/srv/model", "~/model", "./model", "../model", "C:\\models\\one", "D:/one"])
def test_a_path_is_a_folder_only_where_folders_are_allowed(text: str) -> None:
    assert parse(text) == ModelSpec("folder", text)
    with pytest.raises(ModelError, match="others can reach this server"):
        parse(text, Policy(local_folders=False))


def test_a_server_for_everyone_can_be_held_to_its_catalogue() -> None:
    policy = Policy(local_folders=False, hub="catalogue")
    assert parse(suggestions()[0].name, policy).name == suggestions()[0].name
    with pytest.raises(ModelError, match="only the models it suggests, and some/thing is not one"):
        parse("some/thing", policy)


def test_a_server_for_everyone_can_do_without_the_hub() -> None:
    with pytest.raises(ModelError, match="bundled models only"):
        parse(suggestions()[0].name, Policy(local_folders=False, hub="none"))


@pytest.mark.parametrize("name", ["../checkpoints", "..", ".", "", "no-such-model", "/etc", "a/../../.."])
def test_only_what_ships_is_bundled(name: str) -> None:
    with pytest.raises(ModelError, match="ships with Strata"):
        resolve(ModelSpec("bundled", name))


def test_every_bundled_name_leads_to_its_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("core.sources.CHECKPOINTS", tmp_path)
    for name in ("two", "one"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "config.json").write_text("{}")
    (tmp_path / "half").mkdir()
    assert bundled() == ("one", "two")
    assert parse("one") == ModelSpec("bundled", "one")
    assert resolve(ModelSpec("bundled", "one")) == tmp_path / "one"


def test_a_folder_leads_to_itself(tmp_path: Path) -> None:
    for name, data in checkpoint().items():
        (tmp_path / name).write_bytes(data)
    assert resolve(ModelSpec("folder", str(tmp_path / ".." / tmp_path.name))) == tmp_path


def test_a_folder_that_is_not_there_or_empty_is_named(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="There is no folder"):
        local_folder(ModelSpec("folder", str(tmp_path / "nothing")))
    with pytest.raises(ModelError, match="There is no folder"):
        local_folder(ModelSpec("folder", "~nobody-at-all/model"))
    with pytest.raises(ModelError, match=r"has no config\.json") as caught:
        local_folder(ModelSpec("folder", str(tmp_path)))
    assert "side by side" in caught.value.hint
