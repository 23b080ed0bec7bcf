"""What the Ladder page calls things, how to read it, and what it does not mean."""

from core.corpus.division import Unseen
from core.probing.rungs import rungs
from core.text import N_, _

CAN_BE_READ = {
    "spectrum": N_("How strong every band of frequency is"),
    "loudness": N_("How loud it is"),
    "pitch": N_("How high the voice is"),
    "phone": N_("Which phone it is"),
    "syllable": N_("Which syllable it is"),
    "word": N_("Which word it is"),
    "sentence": N_("Which sentence is said"),
    "speaker": N_("Whose voice it is"),
    "stress": N_("Whether a syllable is stressed"),
}
NEVER_MET: dict[Unseen, str] = {
    "voices and sentences": N_("for voices and sentences that the probe never met"),
    "voices": N_("for voices that the probe never met"),
    "sentences": N_("for sentences that the probe never met"),
}
THEM = {"phone": N_("phones"), "word": N_("words"), "sentence": N_("sentences")}


def titles() -> dict[str, str]:
    """Name every rung, the lowest first, those beside the ladder last."""
    return {name: _(rung.title) for name, rung in rungs().items()}


def beside() -> frozenset[str]:
    """Name what stands beside the ladder."""
    return frozenset(name for name, rung in rungs().items() if rung.beside)


def can_be_read(rung: str) -> str:
    """Say what is read off a layer, as the beginning of a sentence."""
    return _(CAN_BE_READ[rung]) if rung in CAN_BE_READ else titles().get(rung, rung)


def meaning() -> tuple[str, ...]:
    """Say how to read the page."""
    return (
        _(
            "A **probe** is a small reader without hidden layers. It is taught to read one thing, such as the phone, "
            "off what a layer of the model says; the model itself stays as it is. It is then tested on voices and "
            "sentences that it never met. The model itself may have learned from some of these voices: its card tells."
        ),
        _(
            "Depth runs left to right: first the convolutions, then the layers, each in its colour. The larger a "
            "circle, the more of the way from guessing to the best place is done there; it is full where clearly more "
            "can be read than from the sound itself. The band around a curve holds 95 of 100 such tests."
        ),
        _(
            "A curve means little alone. The **sound itself** (log-mel, MFCC) shows what needs no model; the same "
            "model with **random weights** shows what needs no learning; **control labels**, given out by chance, show "
            "how much a probe learns by heart. **Selectivity** is the score less that of control labels."
        ),
    )


def caution() -> str:
    """Say what the page does not mean."""
    return _(
        "That something can be read off a layer does not show that the model uses it there, or at all: only changing "
        "the layer and seeing what happens could show that. That a simple probe cannot read it does not show that it "
        "is missing; it may be there in another form. The best place is picked by the same test that scores it, which "
        "flatters its score a little. All numbers hold for this corpus, and voices, words and "
        "recordings of another kind can move them."
    )
