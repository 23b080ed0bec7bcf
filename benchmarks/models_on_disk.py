"""A model of true size with random weights, in a folder that is removed afterwards."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

EXTRACTOR = {
    "feature_extractor_type": "Wav2Vec2FeatureExtractor",
    "sampling_rate": 16_000,
    "do_normalize": True,
    "return_attention_mask": False,
    "feature_size": 1,
    "padding_value": 0.0,
}


@contextmanager
def saved(module: Any) -> Iterator[Path]:
    """Lend a folder in Hugging Face layout that holds ``module`` and a letter vocabulary."""
    with TemporaryDirectory() as name:
        folder = Path(name) / "random-model"
        module.save_pretrained(folder)
        (folder / "preprocessor_config.json").write_text(json.dumps(EXTRACTOR), "utf-8")
        vocabulary = {f"s{index}": index for index in range(1, module.config.vocab_size)} | {"<pad>": 0}
        (folder / "vocab.json").write_text(json.dumps(vocabulary), "utf-8")
        yield folder
