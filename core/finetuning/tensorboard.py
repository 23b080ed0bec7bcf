"""Write a run as event files that TensorBoard opens."""

from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any

from core.finetuning.history import Epoch

if TYPE_CHECKING:
    from core.finetuning.pupil import Pupil


class Board:
    """Event files of one run in a folder: open while it learns, written to disk after every epoch."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._writer: Any = None

    def __enter__(self) -> "Board":
        from torch.utils.tensorboard import SummaryWriter

        self.folder.mkdir(parents=True, exist_ok=True)
        self._writer = SummaryWriter(str(self.folder))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._writer.close()

    def add(self, pupil: "Pupil", epoch: Epoch) -> None:
        """Write the numbers of an epoch, and the layer weights of the head where it has some."""
        scalars = {
            "loss/learning": epoch.loss,
            "loss/validation": epoch.validation_loss,
            "accuracy/learning": epoch.accuracy,
            "accuracy/validation": epoch.validation_accuracy,
            "learning rate": epoch.learning_rate,
            "seconds": epoch.seconds,
        }
        for name, value in scalars.items():
            if value is not None:
                self._writer.add_scalar(name, value, epoch.number)
        head: Any = getattr(pupil.module, "head", None)
        weights = getattr(head, "weights", None)
        if weights is not None:
            values = weights.detach().float().cpu()
            self._writer.add_histogram("layer weights", values, epoch.number)
            for layer, value in zip(head.reads, values.tolist(), strict=True):
                self._writer.add_scalar(f"layer weight/{layer}", value, epoch.number)
        self._writer.flush()
