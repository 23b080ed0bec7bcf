"""Teaching against transformers' own Trainer: the same model, sounds, split, seed and settings."""

import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

import core.audio_backend  # noqa: F401  before transformers
from benchmarks.figure import Figure
from benchmarks.models_on_disk import saved
from benchmarks.sounds_on_disk import own_home, real_digits

LEARNED, TESTED, EPOCHS, BATCH = 1000, 250, 5, 16
STEPS, SMALL_BATCH, WARM = 12, 8, 3  # of LoRA; the first steps are not counted
ROUNDS = 2


def measure() -> Iterator[Figure]:
    """Yield how much faster features that are computed once are, the accuracy of both, and seconds per LoRA step."""
    import torch
    from transformers import Wav2Vec2Config, Wav2Vec2Model

    torch.set_num_threads(2)
    torch.manual_seed(0)
    with own_home() as home, saved(Wav2Vec2Model(Wav2Vec2Config(vocab_size=32))) as folder:
        model = _model(folder)
        data = real_digits(home, LEARNED + TESTED, seconds=1.0)
        yield from _linear(model, data)
        yield from _lora(model, data)


def _model(folder: Path) -> Any:
    from core.loading import load_folder
    from core.model_spec import ModelSpec

    return load_folder(folder, ModelSpec("folder", str(folder)))


def _division(learned: int, tested: int) -> Any:
    from core.dataset.division import Division

    order = np.random.default_rng(0).permutation(learned + tested).tolist()
    return Division("", "file", tuple(order[:learned]), (), tuple(order[learned:]))


def _linear(model: Any, data: Any) -> Iterator[Figure]:
    from core.finetuning.settings import FineTuneSettings

    division = _division(LEARNED, TESTED)
    settings = FineTuneSettings(epochs=EPOCHS, batch=BATCH, class_weights=False, patience=0)
    first, ours, pupil = _taught(model, data, division, settings)
    again, _right, _pupil = _taught(model, data, division, settings)
    theirs, right = _by_trainer(pupil, data, division, settings)
    sounds = f"{first:.0f} s, again {again:.1f} s, Trainer {theirs:.0f} s; {LEARNED} clips of 1 s, base size"
    yield Figure("linear head: times faster than Trainer, first run", theirs / first, "times", note=sounds, least=4.0)
    yield Figure("linear head: times faster than Trainer, second run", theirs / again, "times", least=50.0)
    note = f"{100 * ours:.1f} % against {100 * right:.1f} % of {TESTED} clips; random weights"
    yield Figure("linear head: accuracy away from Trainer's", 100 * abs(ours - right), "points", 1.0, note)


def _taught(model: Any, data: Any, division: Any, settings: Any) -> tuple[float, float, Any]:
    from core.finetuning import loop, pupils

    with TemporaryDirectory() as state:
        begin = time.perf_counter()
        pupil = pupils.copy(model, data.labels, settings)
        loop.teach(pupil, data, division, settings, Path(state))
        seconds = time.perf_counter() - begin
    said = loop.predict(pupil, data, division.test).argmax(1)
    return seconds, float((said == np.array(data.targets(division.test))).mean()), pupil


def _by_trainer(pupil: Any, data: Any, division: Any, settings: Any) -> tuple[float, float]:
    """Teach the same head on the same frozen encoder, from the same start, by Trainer; seconds, and share right."""
    from transformers import Trainer

    from core.finetuning import pupils
    from core.finetuning.strategies import strategies

    module: Any = pupil.module
    fresh = pupils.head_for(module.call, module.base, len(data.labels), settings.dropout)
    fresh.load_state_dict(_start(pupil, data, division, settings))
    module.head = fresh
    module.requires_grad_(False)
    fresh.requires_grad_(True)
    with TemporaryDirectory() as folder:
        rate = strategies()["linear"].learning_rate
        trainer = Trainer(
            _with_loss(module), _arguments(folder, settings, rate), train_dataset=_rows(data, division.train)
        )
        begin = time.perf_counter()
        trainer.train()
        seconds = time.perf_counter() - begin
        said = trainer.predict(_rows(data, division.test)).predictions.argmax(1)
    return seconds, float((said == np.array(data.targets(division.test))).mean())


def _start(pupil: Any, data: Any, division: Any, settings: Any) -> dict[str, Any]:
    """Give the head as it is before the first step; getting there costs Trainer nothing here."""
    from core.finetuning import pupils
    from core.finetuning.course import Course
    from core.progress import silent

    module: Any = pupil.module
    untaught = pupils.assemble(pupil.family, pupil.extractor, module.base, pupil.labels, "linear", {}, settings.dropout)
    Course(untaught, data, division, settings).begin(silent)
    return {name: value.clone() for name, value in untaught.module.head.state_dict().items()}


def _arguments(folder: str, settings: Any, rate: float, steps: int = -1) -> Any:
    from transformers import TrainingArguments

    return TrainingArguments(
        folder,
        num_train_epochs=settings.epochs,
        max_steps=steps,
        per_device_train_batch_size=settings.batch,
        per_device_eval_batch_size=settings.batch,
        learning_rate=rate,
        weight_decay=settings.weight_decay,
        warmup_steps=settings.warm_up,
        lr_scheduler_type="cosine",
        max_grad_norm=settings.clip_norm,
        seed=settings.seed,
        report_to=[],
        save_strategy="no",
        logging_strategy="no",
        disable_tqdm=True,
        use_cpu=True,
        dataloader_pin_memory=False,
    )


def _rows(data: Any, indices: tuple[int, ...]) -> list[dict[str, Any]]:
    """Give sounds as Trainer takes them, normalised as the model asks, ready in memory."""
    import torch

    targets = data.targets(indices)
    found = []
    for index, target in zip(indices, targets, strict=True):
        wave = torch.tensor(np.array(data.samples(index)))
        found.append(
            {"input_values": (wave - wave.mean()) / (wave.var(unbiased=False) + 1e-7).sqrt(), "labels": target}
        )
    return found


def _with_loss(module: Any) -> Any:
    """Wrap a model so that Trainer gets a loss; the frozen encoder stays as it is in evaluation."""
    import torch

    class WithLoss(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.inner = module

        def train(self, mode: bool = True) -> Any:
            super().train(mode)
            self.inner.base.eval()
            return self

        def forward(self, input_values: Any, labels: Any = None) -> dict[str, Any]:
            logits = self.inner(input_values=input_values).logits
            return {"loss": torch.nn.functional.cross_entropy(logits, labels), "logits": logits}

    return WithLoss()


def _lora(model: Any, data: Any) -> Iterator[Figure]:
    """Compare seconds per step, in turn, so that load meets both."""
    ours, theirs = [], []
    for _round in range(ROUNDS):
        ours += _our_steps(model, data)
        theirs += _trainer_steps(model, data)
    note = f"{1000 * median(ours):.0f} ms against {1000 * median(theirs):.0f} ms, {SMALL_BATCH} clips of 1 s, base size"
    yield Figure("LoRA: time of a step over peft with Trainer", median(ours) / median(theirs), "times", 1.0, note)


def _our_steps(model: Any, data: Any) -> list[float]:
    from core.finetuning import loop, pupils
    from core.finetuning.settings import FineTuneSettings
    from core.progress import Step

    times: list[float] = []

    def told(step: Step) -> None:
        if step.note.startswith("Epoch"):
            times.append(time.perf_counter())

    division = _division(STEPS * SMALL_BATCH, 0)
    settings = FineTuneSettings("lora", epochs=1, batch=SMALL_BATCH, class_weights=False, patience=0)
    with TemporaryDirectory() as state:
        pupil = pupils.copy(model, data.labels, settings)
        loop.teach(pupil, data, division, settings, Path(state), told)
    return np.diff(times)[WARM:].tolist()


def _trainer_steps(model: Any, data: Any) -> list[float]:
    import torch
    from peft import LoraConfig, get_peft_model
    from transformers import Trainer, TrainerCallback, Wav2Vec2ForSequenceClassification

    from core.finetuning.settings import FineTuneSettings

    times: list[float] = []

    class Clock(TrainerCallback):
        def on_step_end(self, *_told: Any, **_more: Any) -> None:
            times.append(time.perf_counter())

    config = model.module.config.__class__.from_dict(
        {
            **model.module.config.to_dict(),
            "num_labels": len(data.labels),
            "use_weighted_layer_sum": True,
            "layerdrop": 0.0,
        }
    )
    config.mask_time_prob = 0.0
    config._attn_implementation = "sdpa"
    torch.manual_seed(0)
    plain = Wav2Vec2ForSequenceClassification(config)
    targets = LoraConfig(r=8, lora_alpha=16, lora_dropout=0.05, target_modules=["q_proj", "v_proj"],
                         modules_to_save=["projector", "classifier"])  # fmt: skip
    settings = FineTuneSettings("lora", epochs=1, batch=SMALL_BATCH)
    division = _division(STEPS * SMALL_BATCH, 0)
    with TemporaryDirectory() as folder:
        Trainer(
            get_peft_model(plain, targets),
            _arguments(folder, settings, 1e-3, STEPS),
            train_dataset=_rows(data, division.train),
            callbacks=[Clock()],
        ).train()
    return np.diff(times)[WARM:].tolist()
