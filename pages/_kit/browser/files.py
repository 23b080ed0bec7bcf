"""Read the browser files from disk and join them: a component of Streamlit takes one text of each kind."""

from pathlib import Path

SHARED = Path(__file__).parent


def joined(folder: Path, *names: str) -> str:
    """Join scripts into one module, in order; those that a folder lacks are the shared ones."""
    paths = (folder / name if (folder / name).exists() else SHARED / name for name in names)
    return "\n".join(path.read_text("utf-8") for path in paths)


def text(folder: Path, name: str) -> str:
    """Read one page or style sheet."""
    return (folder / name).read_text("utf-8")
