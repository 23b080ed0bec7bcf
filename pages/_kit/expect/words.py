"""What the page says of itself: how to read it, and what it does not mean."""

from core.text import _


def meaning() -> tuple[str, ...]:
    """Say in a few sentences how to read the page."""
    return (
        _(
            "This model learned without a single label. Stretches of sound were hidden from it, and it had to pick "
            "out what was hidden among **distractors**: other moments of the same recording. Drag over the strip to "
            "hide a part of this sound from it."
        ),
        _(
            "Every 20 ms of sound gets a **code**, from code books that the model made up itself. It says what it "
            "expects as a direction; the probability tells how much closer that lies to the code of what was really "
            "there than to the codes of the distractors."
        ),
        _(
            "The broken line is **chance**: what a model would give that cannot tell the truth from its distractors. "
            "What it expects can be heard as the real moments of this sound that are most like it."
        ),
    )


def caution() -> str:
    """Say what the page does not mean."""
    return _(
        "A sound that is like what was expected is not a sound that was understood: the model may go by the voice, the "
        "loudness or the vowel on both sides of the hole. The number depends on the distractors; among moments that "
        "are all much alike the same model does worse. And the hole is made in what the model hears, after its "
        "convolutions: sound within about a hundredth of a second of its edges still reaches the moments beside it."
    )
