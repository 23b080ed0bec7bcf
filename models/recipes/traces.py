"""Store what the bundled models say of short sample clips, so that they are there before torch is: `make traces`.

Writes models/samples/tiles.npz, what the tiles show, and models/samples/traces/<checkpoint>/: the card of the model,
and where it writes what is said, a trace and the lens of each clip. Models that name whole clips answer soon enough.
"""

import torch

from core import samples, stored_trace
from core.lens import lens
from core.loading import load_model
from core.model_spec import ModelSpec
from core.sources import CHECKPOINTS, bundled
from core.trace import trace

FOLDER = samples.FOLDER / "traces"
LONGEST = 2.0  # seconds; longer clips would cost megabytes each, and wait for the model instead


def main() -> None:
    """Store the traces of every bundled checkpoint anew."""
    torch.set_num_threads(1)
    samples.write_outlines()
    for name in bundled():
        store(name)


def store(name: str) -> None:
    """Store the card of one checkpoint and, where it writes what is said, what it says of every short sample."""
    model = load_model(ModelSpec("bundled", name))
    folder, weights = FOLDER / name, stored_trace.weights_digest(CHECKPOINTS / name)
    for path in folder.glob("*.npz"):
        path.unlink()
    stored_trace.write_card(model.card, folder / "card.json")
    if not model.card.speaks:
        return
    for sample in samples.samples().values():
        clip = samples.load(sample)
        if clip.seconds > LONGEST:
            continue
        found, path = trace(model, clip), folder / f"{sample.name}.npz"
        stored_trace.write_trace(found, path, weights)
        stored_trace.write_lens(lens(model, found), stored_trace.lens_path(path))
        print(f"{name}: {sample.name}, {path.stat().st_size / 1000:.0f} kB")


if __name__ == "__main__":
    main()
