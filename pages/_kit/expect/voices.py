"""The moments of a corpus of many voices that are most like what the model expects in the hole, to hear."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

import numpy as np
import streamlit as st

from core.corpus.corpus import Corpus
from core.progress import Report
from core.spectrogram import SpectrogramSettings, spectrogram
from core.text import _
from pages._kit import corpus as corpora
from pages._kit import engine, present, session, waiting
from pages._kit.browser.payload import Payload
from pages._kit.expect import hole
from pages._kit.expect.hole import Found
from pages._kit.plain import plain
from pages._kit.space.pieces import Piece, mount, pieces_payload

if TYPE_CHECKING:
    from core.expectation.voices import Coded, Elsewhere

AROUND = 0.12  # seconds played on either side of a stretch, which alone is too short to hear
UNASKED = 3.0  # seconds that nobody needs to be asked for


def draw(found: Found) -> None:
    """Draw the moments of other voices, after the corpus was written in the model's codes once."""
    st.header(
        _("What other voices say that fits"),
        anchor=False,
        help=_(
            "The corpus that the Ladder page uses, every moment of it written in this model's codes: which stretches, "
            "laid over the hole moment by moment, are most like what it expects?"
        ),
    )
    corpus = corpora.chosen()
    coded = _coded(found, corpus)
    if coded is None:
        return
    from core.expectation.voices import elsewhere

    best = engine.once(("elsewhere", found.key, *_whose(corpus)), lambda: elsewhere(found.expected, coded))
    if not best:
        st.markdown(_("No sentence of the corpus is as long as the hole."))
        return
    st.markdown(said(found, corpus, best))
    key = ("elsewhere pieces", found.key, *_whose(corpus))
    mount(engine.once(key, lambda: _payload(corpus, best)), key="expect-voices")


def _whose(corpus: Corpus) -> tuple[str, str]:
    """Name a corpus; what is found in a visitor's own stays with the visitor."""
    return corpus.fingerprint, session.owner() if corpora.own() else ""


def _coded(found: Found, corpus: Corpus) -> "Coded | None":
    from core.expectation.voices import code

    model = present.model()

    def compute(report: Report) -> "Coded":
        return code(model, corpus, report)

    key = ("coded", present.spec(), *_whose(corpus))
    lasts = found.seconds * corpus.seconds / found.clip.seconds
    title = _("Writing the corpus in the codes of this model")
    done: Any = waiting.done(key, title, lasts, compute, "expect-corpus", unasked=UNASKED)
    return done  # what waits has no result yet


def said(found: Found, corpus: Corpus, best: "Sequence[Elsewhere]") -> str:
    """Say how many of the moments are the phone that was masked, beside chance; or only how alike they are."""
    middle = (found.expected.start + found.expected.end) / 2
    phone = _phone(found.clip.tiers, middle)
    told = _("Each is of another sentence; the most alike has a cosine of {best:.2f}.").format(best=best[0].similarity)
    if not phone:
        return told
    same = sum(_phone(corpus.utterances[one.utterance].tiers, (one.start + one.end) / 2) == phone for one in best)
    counted = _("In the middle of the hole is {phone}: it is in the middle of {same} of the {count} moments, too.")
    chance = _("By chance {chance:.1f} would be.").format(chance=len(best) * share(corpus, phone))
    return " ".join([counted.format(phone=f"*{plain(phone)}*", same=same, count=len(best)), chance, told])


def _phone(tiers: Any, second: float) -> str:
    at = tiers.at(second)
    return at["phone"].label if "phone" in at else ""


def share(corpus: Corpus, phone: str) -> float:
    """Share of the corpus's time in which a phone is said."""
    spoken = [item for one in corpus.utterances for item in one.tiers.spoken("phone")]
    return sum(item.seconds for item in spoken if item.label == phone) / max(corpus.seconds, 1e-9)


def _payload(corpus: Corpus, best: "Sequence[Elsewhere]") -> Payload:
    return pieces_payload([_piece(corpus, one) for one in best], _("Moments most like what the model expects"))


def _piece(corpus: Corpus, one: "Elsewhere") -> Piece:
    clip, utterance = corpus.clip(one.utterance), corpus.utterances[one.utterance]
    start, end = max(0.0, one.start - AROUND), min(clip.seconds, one.end + AROUND)
    around = clip.cut(start, end)
    picture = spectrogram(around, SpectrogramSettings.suited(clip.sample_rate)).quantised()
    name = hole.named(clip, one.start, one.end) or _("{start:.2f} s").format(start=one.start)
    inside = ((one.start - start) / (end - start), (one.end - start) / (end - start))
    told = f"{utterance.speaker or utterance.name} · {one.similarity:.2f}"
    return Piece(name, told, around.samples, clip.sample_rate, np.ascontiguousarray(picture), inside)
