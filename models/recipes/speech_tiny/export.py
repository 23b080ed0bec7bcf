"""Write the trained network as an ordinary Hugging Face folder: float16 safetensors, 16 kHz, 39 phones."""

import json
from pathlib import Path

from safetensors.torch import save_file

from core.audio_backend import transformers
from models.recipes.speech_tiny.network import Student
from models.recipes.speech_tiny.phones import BLANK, vocabulary
from models.recipes.speech_tiny.utterance import RATE

CHECKPOINT = Path(__file__).parents[2] / "checkpoints" / "speech-tiny"


def export(student: Student, folder: Path = CHECKPOINT) -> None:
    """Write configuration, weights, feature extractor and tokenizer; the frame head stays behind."""
    folder.mkdir(parents=True, exist_ok=True)
    _write_weights(student, folder)
    extractor = transformers.Wav2Vec2FeatureExtractor(
        feature_size=1, sampling_rate=RATE, padding_value=0.0, do_normalize=True, return_attention_mask=True
    )
    extractor.save_pretrained(folder)
    _write_tokenizer(folder)


def _write_weights(student: Student, folder: Path) -> None:
    weights = {name: value.half().contiguous() for name, value in student.recogniser.state_dict().items()}
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    configuration = student.recogniser.config
    configuration.architectures = ["Wav2Vec2ForCTC"]
    configuration.dtype = "float32"  # the weights on disk are half that wide; they are computed with in full
    configuration.save_pretrained(folder)


def _write_tokenizer(folder: Path) -> None:
    (folder / "vocab.json").write_text(json.dumps(vocabulary(), indent=1) + "\n")
    tokens = {
        "tokenizer_class": "Wav2Vec2CTCTokenizer", "processor_class": "Wav2Vec2Processor", "pad_token": BLANK,
        "unk_token": BLANK, "bos_token": None, "eos_token": None, "word_delimiter_token": None,
        "do_lower_case": False, "replace_word_delimiter_char": " ",
    }  # fmt: skip
    (folder / "tokenizer_config.json").write_text(json.dumps(tokens, indent=1) + "\n")
    special = {"pad_token": BLANK, "unk_token": BLANK}
    (folder / "special_tokens_map.json").write_text(json.dumps(special, indent=1) + "\n")
