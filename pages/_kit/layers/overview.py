"""All layers at one glance, for pages that speak of something else."""

from pages._kit import engine, strip
from pages._kit.browser.payload import Payload
from pages._kit.layers import pictures, rows, stops


def add() -> None:
    """Put the colours of all layers on the strip; a click on one chooses it."""
    payload = engine.store().get(pictures.key("row", "strata", False), _packed)
    if payload:
        strip.rows(payload, key="layers-strata", order=1)


def _packed() -> Payload | None:
    row = rows.strata(stops.all_of_them(), quiet=False)
    return strip.rows_payload([row]) if row else None
