"""Sounds to choose from, as visible tiles: a tiny spectrogram, a name, seconds; a click chooses and plays."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import streamlit as st
from jaxtyping import UInt8
from numpy import ndarray

from core.text import _
from pages._kit import session
from pages._kit.browser.feed import feed
from pages._kit.browser.files import joined, text
from pages._kit.browser.payload import Packer, Payload, pack, placed, small
from pages._kit.colours import table

__all__ = ["Tile", "mount", "tiles_payload"]

FOLDER = Path(__file__).parent
SCRIPTS = ("registry.js", "codec.js", "look.js", "elements.js", "bitmaps.js", "tiles.js")

_tiles = st.components.v2.component(
    "strata_tiles", html=text(FOLDER, "tiles.html"), css=text(FOLDER, "tiles.css"), js=joined(FOLDER, *SCRIPTS)
)


@dataclass(frozen=True, eq=False)
class Tile:
    """One sound to choose.

    name      what Python hears when it is chosen
    title     what the visitor reads
    seconds   length
    picture   (bands, frames) tiny spectrogram, band 0 the lowest
    note      a few words under the title, such as the voice
    own       the visitor's own: can be removed
    """

    name: str
    title: str
    seconds: float
    picture: UInt8[ndarray, "bands frames"]
    note: str = ""
    own: bool = False


def mount(
    tiles: Sequence[Tile] | Payload,
    *,
    chosen: str,
    on_choose: Callable[[str], None],
    on_remove: Callable[[str], None] | None = None,
    key: str = "tiles",
) -> None:
    """Show the tiles; the callbacks get a name and run before the script does.

    ``tiles`` may be packed beforehand with ``tiles_payload``.
    """
    payload = tiles if isinstance(tiles, Payload) else tiles_payload(tiles)

    def told(what: str, hear: Callable[[str], None] | None) -> Callable[[], None]:
        def tell() -> None:
            said = session.component(key).get(what)
            if said and hear:
                hear(said["name"])

        return tell

    _tiles(
        key=key,
        data=small({"words": _words(), "key": key, "chosen": chosen}),
        on_clip_change=told("clip", on_choose),
        on_removed_change=told("removed", on_remove),
    )
    feed(placed(payload, key=key, order=0))


def tiles_payload(tiles: Sequence[Tile]) -> Payload:
    """Pack the tiles; the result is worth keeping."""
    packer = Packer()
    listed = [
        {
            "name": tile.name,
            "title": tile.title,
            "seconds": round(tile.seconds, 2),
            "note": tile.note,
            "own": tile.own,
            "picture": packer.array(tile.picture),
        }
        for tile in tiles
    ]
    return pack("tiles", {"tiles": listed, "tables": {"sound": packer.array(table("sound"))}}, packer)


def _words() -> dict[str, str]:
    return {
        "tiles": _("Sounds to choose from"),
        "tile": _("{title}, {seconds} seconds"),
        "seconds": _("{seconds} s"),
        "remove": _("Remove {title}"),
    }
