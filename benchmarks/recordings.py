"""What the bundled model says of real recordings, as it is: python -m benchmarks recordings

Reads the recordings from STRATA_DATA, or from ../shared/data beside the project, and writes docs/recordings.md.
"""

import os
import re
from collections.abc import Iterator
from pathlib import Path

from benchmarks.figure import Figure
from core import ctc, sound
from core.window import LONGEST_SECONDS, take

ROOT = Path(__file__).parents[1]
DATA = Path(os.environ.get("STRATA_DATA", ROOT.parent / "shared" / "data"))
PAGE = ROOT / "docs" / "recordings.md"
DIGIT = re.compile(r"(\d)_([a-z]+)_\d+\.wav")
HEAD = """# What speech-tiny says of real recordings

Written by `python -m benchmarks recordings`, as it is. The model was trained on synthetic speech; it knows English
phones only, so music, birds and whales make it write phones too, or nothing. Long recordings: their first 30 s.

| recording | seconds | what it writes |
| --- | --- | --- |
"""


def recordings() -> list[Path]:
    """List all of librosa's clips, and the first recording of each digit by each speaker."""
    digits: dict[tuple[str, str], Path] = {}
    for path in sorted((DATA / "fsdd").glob("*.wav")):
        match = DIGIT.fullmatch(path.name)
        if match:
            digits.setdefault((match[2], match[1]), path)
    return [*sorted((DATA / "librosa").glob("*.ogg")), *(digits[key] for key in sorted(digits))]


def measure() -> Iterator[Figure]:
    """Yield how many recordings opened, and write down what the model says of each."""
    from core.loading import load_model
    from core.model_spec import ModelSpec
    from core.trace import trace

    model, lines = load_model(ModelSpec("bundled", "speech-tiny")), []
    for path in recordings():
        whole = sound.decode(path.name, path.read_bytes()).clip
        clip = take(whole, 0.0, min(whole.seconds, LONGEST_SECONDS))
        found = trace(model, clip)
        symbols = ctc.greedy(found.logits, model.card.symbols, model.card.blank, found.symbol_time)
        lines.append(f"| {path.name} | {whole.seconds:.2f} | {ctc.spell(symbols) or '(nothing)'} |")
    if lines:
        PAGE.parent.mkdir(exist_ok=True)
        PAGE.write_text(HEAD + "\n".join(lines) + "\n", "utf-8")
    yield Figure("real recordings that opened and showed their layers", len(lines), "", note="docs/recordings.md")
