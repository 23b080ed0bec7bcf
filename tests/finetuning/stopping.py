"""Teaching that is stopped half-way and taken up again must end where teaching in one go ends."""

from pathlib import Path

import torch

from core.dataset.prepared import PreparedSet
from core.errors import CancelledError
from core.finetuning import loop, pupils
from core.finetuning.history import Epoch
from core.finetuning.pupil import Pupil
from core.finetuning.settings import FineTuneSettings
from core.loading import LoadedModel
from tests.finetuning.sounds import LABELS, halves

LAST = 2  # epoch after which it is stopped


def goes_on(model: LoadedModel, settings: FineTuneSettings, data: PreparedSet, folder: Path) -> None:
    """Teach three copies: one in one go, one until it is stopped, and one that takes up what the second left."""
    whole, first, second = (pupils.copy(model, LABELS, settings) for _copy in range(3))
    loop.teach(whole, data, halves(data), settings, folder / "whole")

    def stop(pupil: Pupil, epoch: Epoch) -> None:
        if epoch.number == LAST:
            raise CancelledError("stop")

    loop.teach(first, data, halves(data), settings, folder / "cut", on_epoch=stop)
    loop.teach(second, data, halves(data), settings, folder / "cut")
    theirs = second.module.state_dict()
    assert all(torch.equal(value, theirs[key]) for key, value in whole.module.state_dict().items())
