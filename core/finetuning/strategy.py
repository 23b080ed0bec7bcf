"""What a way of fine-tuning must tell of itself; one file per way stands in ``strategies``."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from core.family import Family
    from core.finetuning.pupil import Pupil


def _nothing_joins(pupil: "Pupil", options: object) -> tuple[int, list[dict[str, Any]]]:
    return 0, []


@dataclass(frozen=True, eq=False)
class Strategy:
    """One way of fine-tuning.

    name           for keys and the command line
    title          what a person calls it
    summary        one plain sentence
    options        a frozen dataclass of its own settings, made with ``settings.setting``
    learning_rate  that suits it, of AdamW
    rank           where it stands in lists: what is cheapest on a processor comes first
    misfit         (family, config of the model) -> why it cannot be used on this model; empty where it can
    attach         (pupil, options) adds its parts to the copy: adapters, another head; called before training, and by
                   the loader of a saved model, so that it must depend on nothing but its arguments
    learns         (pupil, options) -> parameters that learn, in groups for AdamW ({"params": [...], "lr": factor});
                   everything else is frozen by the loop
    fold           (pupil) merges its parts into the plain weights where that is possible exactly; True where nothing of
                   its own is left, so that transformers alone can open the result
    joins          (pupil, options) -> number of epochs at the end, and what learns in those as well, in groups as
                   ``learns`` gives them; (0, []) where nothing joins
    stored         features of the frozen encoder are computed once: "pooled" (clips, layers+1, width), "frames"
                   (frames, width) per clip, or "" where the encoder itself learns
    """

    name: str
    title: str
    summary: str
    options: type[Any]
    learning_rate: float
    rank: int
    misfit: "Callable[[Family, Any], str]"
    attach: "Callable[[Pupil, Any], None]"
    learns: "Callable[[Pupil, Any], list[dict[str, Any]]]"
    fold: "Callable[[Pupil], bool]"
    stored: str = ""
    joins: "Callable[[Pupil, Any], tuple[int, list[dict[str, Any]]]]" = _nothing_joins

    def chosen(self, options: Mapping[str, Any]) -> Any:
        """Build this strategy's options from plain values; TypeError where a name is not one of them."""
        return self.options(**options)
