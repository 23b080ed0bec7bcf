"""What the steps of fine-tuning say in sentences."""

from core.text import _


def meaning() -> tuple[str, ...]:
    """Say in three sentences how to read the page."""
    return (
        _(
            "A **copy** of the model is taught; everybody else's model stays as it is. The copy sees each sound it "
            "learns from once per **epoch**, and after each epoch it is asked about sounds that it does not learn from."
        ),
        _(
            "**Loss** is how far its answers are from the right ones; less is better. Where the loss on other sounds "
            "rises while the loss on those it learns from still falls, it learns them by heart: teaching stops there."
        ),
        _(
            "The **test** is asked once, at the end, about sounds that took no part in any choice. What is said of "
            "before and after is measured on them, with the number of sounds, and of voices or groups, behind it."
        ),
    )


def caution() -> str:
    """Say what the page does not mean."""
    return _(
        "Right on this test is not right everywhere: other rooms, microphones and people were not asked. And a copy "
        "that tells these classes apart has not thereby understood what a person hears in them."
    )
