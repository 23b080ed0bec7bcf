"""Every sentence that a person reads passes through here, so that another language is a file."""

import gettext
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path

DOMAIN = "strata"
FOLDER = Path(__file__).resolve().parents[1] / "locale"

_language: ContextVar[str] = ContextVar("language", default="en")


def speak(language: str) -> None:
    """Use ``language`` (such as "en" or "zh_CN") for the rest of this run; unknown ones fall back to English."""
    _language.set(language)


def languages() -> tuple[str, ...]:
    """List the languages that have a catalogue, English first."""
    found = {path.parts[-3] for path in FOLDER.glob(f"*/LC_MESSAGES/{DOMAIN}.mo")}
    return ("en", *sorted(found - {"en"}))


@lru_cache(maxsize=16)
def _catalogue(language: str) -> gettext.NullTranslations:
    return gettext.translation(DOMAIN, FOLDER, languages=[language], fallback=True)


def _(message: str) -> str:
    """Translate one message."""
    return _catalogue(_language.get()).gettext(message)


def n_(one: str, many: str, count: int) -> str:
    """Translate a message that depends on a count."""
    return _catalogue(_language.get()).ngettext(one, many, count)


def N_(message: str) -> str:  # noqa: N802  the name that gettext's tools look for
    """Mark a constant for translation; translate it with ``_`` where it is shown."""
    return message
