"""Write the trained network as an ordinary Hugging Face folder: float16 safetensors with the pre-training head."""

from pathlib import Path

from safetensors.torch import save_file

from core.audio_backend import transformers
from models.recipes.speech_self.network import Learner
from models.recipes.speech_tiny.utterance import RATE

CHECKPOINT = Path(__file__).parents[2] / "checkpoints" / "speech-self"


def export(learner: Learner, folder: Path = CHECKPOINT) -> None:
    """Write configuration, weights and feature extractor."""
    folder.mkdir(parents=True, exist_ok=True)
    weights = {name: value.half().contiguous() for name, value in learner.model.state_dict().items()}
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    configuration = learner.model.config
    configuration.architectures = ["Wav2Vec2ForPreTraining"]
    configuration.dtype = "float32"  # the weights on disk are half that wide; they are computed with in full
    configuration.save_pretrained(folder)
    extractor = transformers.Wav2Vec2FeatureExtractor(
        feature_size=1, sampling_rate=RATE, padding_value=0.0, do_normalize=True, return_attention_mask=True
    )
    extractor.save_pretrained(folder)
