"""What every method of attribution costs in passes of the model, and beside captum where captum has it."""

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from copy import deepcopy
from dataclasses import replace
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

import core.audio_backend  # noqa: F401  before transformers
from benchmarks.figure import Figure

LEAST, MOST, PATIENCE = 9, 101, 8.0  # rounds, and seconds that they may take together
SHIPPED = {"log-mel-cnn": "sound-cnn", "audio-spectrogram-transformer": "sound-tiny", "wav2vec2": "speech-tiny"}
FIRST = {"pieces": "wav2vec2", "attention": "audio-spectrogram-transformer"}  # families of kinds of methods
ROUNDED = frozenset({"lrp-epsilon"})  # divides by sums near zero, so that single precision differs in the third digit
OWN = {"attn-lrp": "audio-spectrogram-transformer"}
SIZES: dict[str, dict[str, Any]] = {
    "audio-spectrogram-transformer": {
        "hidden_size": 128, "num_hidden_layers": 4, "num_attention_heads": 4, "intermediate_size": 384,
        "max_length": 512, "num_mel_bins": 64, "num_labels": 20,
    },
    "log-mel-cnn": {"num_labels": 20},
}  # fmt: skip


def measure() -> Iterator[Figure]:
    """Yield the cost of every method, its time as a multiple of captum's, and how far apart the two are."""
    import torch

    from core.attribution.methods import methods

    threads = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        with ExitStack() as stack, torch.no_grad():
            asking = {family: stack.enter_context(_question(family)) for family in SHIPPED}
            for name, method in methods().items():
                question = _fitting(method, asking)
                if question is not None:
                    yield from _figures(name, method, question)
    finally:
        torch.set_num_threads(threads)


def _fitting(method: Any, asking: dict[str, Any]) -> Any:
    """Take the family that a method is the default for, else the first that it fits."""
    first = OWN.get(method.name, FIRST.get(method.kind, "log-mel-cnn"))
    ordered = [asking[first], *asking.values()]
    fits = [item for item in ordered if not method.unfit(item.model, item.target, method.settings())]
    return next(iter(fits), None)


def _figures(name: str, method: Any, question: Any) -> Iterator[Figure]:
    from benchmarks.captum_beside import beside, settings_for
    from core.progress import silent

    plain = method.settings()
    ours, unit = _rounds(lambda: method.compute(question, plain, silent), lambda: question.gradient(question.values))
    place = SHIPPED[question.model.family.name]
    yield Figure(f"{method.title}, one explanation", ours / unit, "passes", note=f"there and back, {place}, 1 s")
    fixed = settings_for(name, plain, question)
    rival = beside(name, question, fixed)
    if rival is None:
        return
    own, captums = _rounds(lambda: method.compute(question, fixed, silent), rival)
    yield Figure(f"{method.title}, time against captum", own / captums, "times", 1.0, note=place)
    if name in ROUNDED:
        question = _finer(question)
        rival = beside(name, question, fixed) or rival
    yield Figure(f"{method.title}, difference to captum", _apart(method, question, fixed, rival), "", 1e-4)


def _finer(question: Any) -> Any:
    """Ask the same in double precision."""
    inputs = {key: part.double() if part.is_floating_point() else part for key, part in question.inputs.items()}
    return replace(question, module=deepcopy(question.module).double(), inputs=inputs)


def _apart(method: Any, question: Any, settings: Any, rival: Callable[[], Any]) -> float:
    """Largest difference of what is found, as a share of the largest number."""
    from core.progress import silent

    found, theirs = method.compute(question, settings, silent), rival()
    ours = np.array(found.contributions) if found.contributions else found.relevance
    theirs = theirs[..., : ours.shape[-1]]
    return float(np.abs(ours - theirs).max() / np.abs(theirs).max())


def _rounds(first: Callable[[], object], second: Callable[[], object]) -> tuple[float, float]:
    """Median seconds of processor time of two calls, taken in turn: what else the machine does hardly counts."""
    calls = (first, second)
    once = sum(_seconds(call) for call in calls) and sum(_seconds(call) for call in calls)
    taken: tuple[list[float], list[float]] = ([], [])
    for turn in range(min(max(int(PATIENCE / once), LEAST), MOST)):
        for which in (0, 1) if turn % 2 else (1, 0):
            taken[which].append(_seconds(calls[which]))
    return median(taken[0]), median(taken[1])


def _seconds(call: Callable[[], object]) -> float:
    begin = time.process_time()
    call()
    return time.process_time() - begin


@contextmanager
def _question(family: str) -> Iterator[Any]:
    """Ask a model why it says what it is surest of in one second of sound."""
    from core.attribution.pieces import cut, written
    from core.attribution.question import asked
    from core.attribution.target import Target
    from core.samples import load, samples

    with _model(family) as model:
        whole = load(samples()["digits"])
        clip = whole.cut(0.0, 1.0)
        symbols = written(model, clip)
        if model.card.speaks:
            symbol = symbols[0]
            target = Target(symbol.index, None, (symbol.first, symbol.stop))
        else:
            with model.exclusive() as module:
                target = Target(int(module(**model.inputs(clip)).logits.argmax()))
        with asked(model, clip, target, cut(clip, "window-70", symbols)) as question:
            yield question


@contextmanager
def _model(family: str) -> Iterator[Any]:
    """Load what ships with Strata; a random network of that size where it does not yet."""
    from core.family import transformers_class
    from core.loading import load_folder, load_model
    from core.model_spec import ModelSpec
    from core.sources import bundled
    from models import FAMILIES

    if SHIPPED[family] in bundled():
        yield load_model(ModelSpec("bundled", SHIPPED[family]))
        return
    kind = FAMILIES[family]
    config = transformers_class(kind.config)(**SIZES[family])
    with TemporaryDirectory() as name:
        kind.random(kind.classifier, config).save_pretrained(name)
        kind.plain_extractor(config).save_pretrained(name)
        yield load_folder(Path(name), ModelSpec("folder", name))
