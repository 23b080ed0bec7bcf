"""Show what others wrote as it is, never as markup."""

MARKS = "\\`*_{}[]()#+!|<>$:~"


def plain(text: str) -> str:
    """Escape every sign that Markdown would take for its own."""
    return "".join(f"\\{letter}" if letter in MARKS else letter for letter in text)
