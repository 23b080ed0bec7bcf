"""The three networks, what each hears, and how each is run on a batch while it learns."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray

from core.audio_backend import transformers
from models.networks.extractor import LogMelExtractor
from models.networks.log_mel_cnn import LogMelCnnConfig, LogMelCnnForAudioClassification
from models.networks.log_mel_crnn import LogMelCrnnConfig, LogMelCrnnForAudioClassification
from models.recipes.sound_classifiers.classes import LABELS
from models.recipes.sound_classifiers.features import BANDS
from models.recipes.speech_tiny.utterance import RATE

WINDOW, HOP = 400, 160  # samples
TOKEN_ROWS, TIME_STRIDE, BAND_STRIDE = 16, 10, 12  # of the transformer's patches
LONGEST_ROWS = 512
MOVED = 0.1  # share of clips that begin somewhere within the window
PLACE_WEIGHT = 0.3  # of sines and cosines, about as large as what patches are made into at first
_NAMES = {"id2label": dict(enumerate(LABELS)), "label2id": {label: number for number, label in enumerate(LABELS)}}


@dataclass(frozen=True, eq=False)
class Batch:
    """Features (clips, rows, bands) as they lie before scaling, how many rows are real, and the classes' numbers.

    Rows past a clip's end hold 0 before scaling, as the transformer's extractor pads. `whole` asks for a picture
    as long as the network can hear, which is how the transformer is used.
    """

    values: torch.Tensor
    rows: torch.Tensor
    targets: torch.Tensor
    whole: bool = False


Logits = Callable[[Any, Batch, float, float, np.random.Generator], torch.Tensor]


@dataclass(frozen=True)
class Network:
    """One of the three: its class, how it is built, what it hears, and how it is run while it learns.

    front    name of its features; networks with the same one share them
    hear     samples to rows, before scaling
    steps, fold_steps   of training: without any recording of a person, then with those of three people
    batch               clips in each step
    rate, fold_rate     the highest learning rates of both parts
    whole               share of steps whose pictures are as long as the network can hear, with half as many clips
    easy_steps          of the first ones, with short clips only, half as many: that leaves the plateau sooner
    """

    name: str
    architecture: str
    front: str
    hear: Callable[[NDArray[np.float32]], NDArray[np.float32]]
    build: Callable[[], Any]
    extractor: Callable[[float, float], Any]
    logits: Logits
    steps: int
    fold_steps: int
    batch: int
    rate: float
    fold_rate: float
    whole: float = 0.0
    easy_steps: int = 0


def transformer() -> Any:
    """Build the Audio Spectrogram Transformer: 50 x 5 overlapping patches of 16 rows and 16 bands."""
    config = transformers.ASTConfig(
        hidden_size=128, num_hidden_layers=4, num_attention_heads=4, intermediate_size=384, patch_size=TOKEN_ROWS,
        time_stride=TIME_STRIDE, frequency_stride=BAND_STRIDE, max_length=LONGEST_ROWS, num_mel_bins=BANDS,
        hidden_dropout_prob=0.0, attention_probs_dropout_prob=0.0,
        initializer_range=0.06, **_NAMES,
    )  # fmt: skip
    model = transformers.ASTForAudioClassification(config)
    embeddings = model.audio_spectrogram_transformer.embeddings
    # transformers leaves places at zero, and a network that knows no places is slow to learn any
    bands, columns = embeddings.get_shape(config)
    places = waves(bands, columns, config.hidden_size)
    embeddings.position_embeddings.data[0, 2:] = PLACE_WEIGHT * torch.from_numpy(places)
    return model


def waves(bands: int, columns: int, width: int) -> NDArray[np.float32]:
    """Return places as sines and cosines, half of the width for bands and half for time, (bands * columns, width).

    Where a transformer learns from little, it does better when it begins with these (Beyer et al. 2022,
    arXiv:2205.01580).
    """

    def along(count: int) -> NDArray[np.float64]:
        pitches = 100.0 ** -np.linspace(0, 1, width // 4, endpoint=False)
        angles = np.arange(count)[:, None] * pitches
        return np.concatenate([np.sin(angles), np.cos(angles)], 1)

    upward = np.repeat(along(bands)[:, None], columns, 1)
    onward = np.repeat(along(columns)[None], bands, 0)
    return np.concatenate([upward, onward], 2).reshape(bands * columns, width).astype(np.float32)


def transformer_extractor(mean: float, std: float) -> Any:
    """Return Kaldi's log-mel, padded to 5.12 s."""
    return transformers.ASTFeatureExtractor(num_mel_bins=BANDS, max_length=LONGEST_ROWS, mean=mean, std=std)


def convolutional() -> Any:
    """Build the convolutional network: five layers, at the end 8 bands by 80 ms."""
    return LogMelCnnForAudioClassification(
        LogMelCnnConfig(widths=[16, 32, 64, 128, 160], pools=[[2, 2], [2, 2], [2, 2], [1, 1], [1, 1]], **_NAMES)
    )


def recurrent() -> Any:
    """Build the convolutional-recurrent network: four convolutions, then two layers that run both ways."""
    return LogMelCrnnForAudioClassification(
        LogMelCrnnConfig(widths=[16, 32, 64, 96], pools=[[2, 2], [2, 2], [2, 1], [2, 1]], **_NAMES)
    )


def log_mel_extractor(mean: float, std: float) -> Any:
    """Return log-mel at fixed loudness, as long as the clip."""
    return LogMelExtractor(mean=mean, std=std)


def hear_kaldi(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return Kaldi's log-mel of the clip itself, (rows, bands), before scaling."""
    padded = np.pad(samples, (0, max(0, WINDOW - len(samples))))
    extractor = transformers.ASTFeatureExtractor(num_mel_bins=BANDS, max_length=LONGEST_ROWS, do_normalize=False)
    rows = 1 + (len(padded) - WINDOW) // HOP
    return np.asarray(extractor(padded, sampling_rate=RATE, return_tensors="np")["input_values"][0][:rows])


def hear_log_mel(samples: NDArray[np.float32]) -> NDArray[np.float32]:
    """Return log-mel at fixed loudness, (rows, bands), before scaling."""
    extractor = LogMelExtractor(mean=0.0, std=1.0, max_length=LONGEST_ROWS)
    return np.asarray(extractor.log_mel(samples))


def transformer_logits(model: Any, batch: Batch, mean: float, std: float, draws: np.random.Generator) -> torch.Tensor:
    """Run the transformer on as many columns of patches as the clips need, or on all where the batch asks for it.

    Leaving patches out (Koutini et al. 2022, Efficient training of audio transformers with patchout) is what makes
    training on a processor bearable; clips that are moved begin anywhere in the window of 5.12 s.
    """
    embeddings = model.audio_spectrogram_transformer.embeddings
    columns_in_all = embeddings.get_shape(model.config)[1]
    needed = -(-(int(batch.rows.max()) - TOKEN_ROWS) // TIME_STRIDE) + 1
    columns = columns_in_all if batch.whole else min(max(needed, 1), columns_in_all)
    pictures, places = _placed(batch, (columns - 1) * TIME_STRIDE + TOKEN_ROWS, draws)
    first = torch.from_numpy(draws.integers(columns_in_all - columns + 1, size=len(pictures)))
    first[places == 0] = 0
    return _from_columns(model, (pictures - mean) / (2 * std), first)


def _placed(batch: Batch, rows: int, draws: np.random.Generator) -> tuple[torch.Tensor, torch.Tensor]:
    """Lay clips into a picture of so many rows: most of them at its start, as when the network is used."""
    pictures = torch.zeros(len(batch.values), rows, BANDS)
    places = torch.zeros(len(batch.values), dtype=torch.long)
    for index, count in enumerate(batch.rows.tolist()):
        kept = min(count, rows)
        place = int(draws.integers(rows - kept + 1)) if draws.random() < MOVED else 0
        pictures[index, place : place + kept] = batch.values[index, :kept]
        places[index] = place
    return pictures, places


def _from_columns(model: Any, pictures: torch.Tensor, first: torch.Tensor) -> torch.Tensor:
    """Run the network on the patches of pictures, each of which begins at a column of its own in the window."""
    body = model.audio_spectrogram_transformer
    embeddings = body.embeddings
    patches = embeddings.patch_embeddings.projection(pictures[:, None].transpose(2, 3))
    bands, columns = patches.shape[2:]
    places = embeddings.position_embeddings[0, 2:].unflatten(0, (bands, -1))
    chosen = places[:, first[:, None] + torch.arange(columns)].permute(1, 0, 2, 3)
    laid = (patches.permute(0, 2, 3, 1) + chosen).flatten(1, 2)
    special = (
        torch.cat([embeddings.cls_token, embeddings.distillation_token], 1) + embeddings.position_embeddings[:, :2]
    )
    hidden = embeddings.dropout(torch.cat([special.expand(len(laid), -1, -1), laid], 1))
    for layer in body.layers:
        hidden = layer(hidden)
    hidden = body.layernorm(hidden)
    return model.classifier((hidden[:, 0] + hidden[:, 1]) / 2)


def masked_logits(model: Any, batch: Batch, mean: float, std: float, _draws: np.random.Generator) -> torch.Tensor:
    """Run a network that takes clips of any length with a mask of what is real."""
    real = torch.arange(batch.values.shape[1])[None] < batch.rows[:, None]
    values = torch.where(real[:, :, None], (batch.values - mean) / std, 0.0)
    return model(values, attention_mask=real.long()).logits


NETWORKS = {
    network.name: network
    for network in (
        Network(
            "sound-tiny", "ASTForAudioClassification", "kaldi", hear_kaldi, transformer, transformer_extractor,
            transformer_logits, steps=3600, fold_steps=500, batch=48, rate=1e-3, fold_rate=5e-4, whole=0.15,
            easy_steps=1400,
        ),
        Network(
            "sound-cnn", "LogMelCnnForAudioClassification", "log-mel", hear_log_mel, convolutional, log_mel_extractor,
            masked_logits, steps=1200, fold_steps=600, batch=64, rate=3e-3, fold_rate=1.5e-3,
        ),
        Network(
            "sound-crnn", "LogMelCrnnForAudioClassification", "log-mel", hear_log_mel, recurrent, log_mel_extractor,
            masked_logits, steps=800, fold_steps=450, batch=32, rate=2e-3, fold_rate=1e-3,
        ),
    )
}  # fmt: skip
