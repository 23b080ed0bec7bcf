"""What packing costs: phone error rates of speech-tiny on the sounds as they were spoken and as they were packed."""

from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from core.audio_backend import transformers
from models.recipes.corpora import people
from models.recipes.corpora.archive import COMPRESSION, Recorded
from models.recipes.sets.ogg import decode, encode
from models.recipes.speech_tiny.evaluation import Spoken, measure

MODEL = Path(__file__).parents[2] / "checkpoints" / "speech-tiny"
Sound = NDArray[np.float32]


def phone_error_rates(clips: Sequence[Recorded], compression: float = COMPRESSION) -> dict[str, dict[str, object]]:
    """Measure clips as they are and packed, of voices that learn and of kept ones; greedy, with 95 % intervals."""
    model = transformers.AutoModelForCTC.from_pretrained(MODEL).eval()
    ways: dict[str, Callable[[Sound], Sound]] = {
        "as spoken": lambda samples: samples,
        "packed": lambda samples: decode(encode(samples, compression)),
    }
    kept = {person.name for person in people.KEPT}
    return {
        f"{way}, {side} voices": measure(
            model, [_spoken(clip, change) for clip in clips if (clip.person in kept) == (side == "kept")]
        )
        for way, change in ways.items()
        for side in ("trained", "kept")
    }


def _spoken(clip: Recorded, change: Callable[[Sound], Sound]) -> Spoken:
    phones = tuple(phone.label for phone in clip.tiers.spoken("phone"))
    return Spoken(change(clip.samples), clip.person, (phones,))
