"""Write a taught recogniser as a folder that transformers and Strata open: safetensors, vocabulary, extractor, card."""

import json
from pathlib import Path
from typing import Any

from core.errors import ModelError
from core.finetuning.pupil import Pupil
from core.finetuning.transcription.vocabulary import BLANK, BORDER
from core.text import _


def save(pupil: Pupil, folder: Path, card: str = "") -> None:
    """Write everything into ``folder``; ModelError where that cannot be, as on a full disk."""
    from safetensors import SafetensorError

    try:
        _save(pupil, folder, card)
    except (OSError, SafetensorError) as cause:
        raise ModelError(
            _("The taught copy could not be written: {detail}.").format(detail=str(cause)[:100]),
            hint=_("Make room on the disk and go on with the run; what it learned is kept."),
        ) from cause


def _save(pupil: Pupil, folder: Path, card: str) -> None:
    module: Any = pupil.module
    folder.mkdir(parents=True, exist_ok=True)
    module.config.architectures = [type(module).__name__]
    module.config.dtype = "float32"
    module.save_pretrained(folder)
    pupil.extractor.save_pretrained(folder)
    for name, table in tokenizer(pupil.labels).items():
        (folder / name).write_text(json.dumps(table, indent=1, ensure_ascii=False) + "\n", "utf-8")
    if card:
        (folder / "README.md").write_text(card, "utf-8")


def tokenizer(symbols: tuple[str, ...]) -> dict[str, dict[str, Any]]:
    """Return the files of a ``Wav2Vec2CTCTokenizer`` over the symbols; what it does not know becomes the blank."""
    return {
        "vocab.json": {symbol: place for place, symbol in enumerate(symbols)},
        "tokenizer_config.json": {
            "tokenizer_class": "Wav2Vec2CTCTokenizer", "processor_class": "Wav2Vec2Processor", "pad_token": BLANK,
            "unk_token": BLANK, "bos_token": None, "eos_token": None, "word_delimiter_token": BORDER,
            "do_lower_case": False, "replace_word_delimiter_char": " ",
        },
        "special_tokens_map.json": {"pad_token": BLANK, "unk_token": BLANK},
    }  # fmt: skip
