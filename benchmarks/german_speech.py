"""The bundled recogniser taught to write German from nine minutes of speech: error rates before and after."""

from collections.abc import Iterator

from benchmarks.figure import Figure
from benchmarks.sounds_on_disk import own_home, shipped


def measure() -> Iterator[Figure]:
    """Yield word and character error rates on held-out voices and sentences, and the minutes that teaching took."""
    import torch

    from core.finetuning import runs
    from core.finetuning.carrying_out import carry_out
    from core.finetuning.runs import Asked
    from core.finetuning.settings import SplitSettings
    from core.finetuning.transcription.options import default_settings
    from core.loading import load_model
    from core.model_spec import ModelSpec

    torch.set_num_threads(2)
    with own_home() as home:
        data = shipped("german-speech", home)
        spec = ModelSpec("bundled", "speech-tiny")
        run = runs.begin(Asked(spec, data.key, data.title, default_settings(), SplitSettings()))
        outcome = carry_out(run, data, lambda: load_model(spec))
    for when, written in (("before", outcome.before), ("after", outcome.after)):
        for what in ("characters", "words"):
            found = getattr(written, what).rate
            note = f"{100 * found.low:.1f} to {100 * found.high:.1f}, {found.n} sentences, {found.groups} voices"
            yield Figure(f"German speech: {what} wrong, {when}", 100 * found.value, "%", note=note)
    yield Figure("German speech: minutes that teaching took", outcome.seconds / 60, "min")
