"""A corpus: utterances with their tiers, whose sound is decoded one at a time when it is asked for."""

from collections.abc import Callable
from dataclasses import dataclass, replace

from core.clip import Clip
from core.tiers import Tiers

STRESS = "stress"
"""The row beside the four known ones: the syllables again, each "stressed" or "unstressed" where that is known."""


@dataclass(frozen=True)
class Utterance:
    """One sentence by one voice, before its sound is decoded.

    name      of its file, for people
    speaker   who speaks; empty where nobody said so
    sentence  which sentence is said: the same words are the same sentence, whoever says them
    seconds   length
    tiers     what is said when
    """

    name: str
    speaker: str
    sentence: str
    seconds: float
    tiers: Tiers


@dataclass(frozen=True, eq=False)
class Corpus:
    """Utterances that belong together; nothing of their sound is held.

    read            decodes the utterance with this index anew
    fingerprint     identity by content
    kept_voices     speakers that its maker keeps for tests; empty where nothing was said
    kept_sentences  sentences that its maker keeps for tests; empty where nothing was said
    notices         sentences on what was left out
    """

    name: str
    title: str
    summary: str
    language: str
    licence: str
    utterances: tuple[Utterance, ...]
    read: Callable[[int], Clip]
    fingerprint: str
    kept_voices: frozenset[str] = frozenset()
    kept_sentences: frozenset[str] = frozenset()
    notices: tuple[str, ...] = ()

    def clip(self, index: int) -> Clip:
        """Decode one utterance, with its name and its tiers; ClipError where its sound is damaged."""
        utterance = self.utterances[index]
        return replace(self.read(index), name=utterance.name).with_tiers(utterance.tiers)

    @property
    def seconds(self) -> float:
        """Length of all utterances together, in seconds."""
        return sum(utterance.seconds for utterance in self.utterances)

    @property
    def speakers(self) -> tuple[str, ...]:
        """Names of the known speakers, in order."""
        return tuple(sorted({utterance.speaker for utterance in self.utterances} - {""}))

    @property
    def sentences(self) -> tuple[str, ...]:
        """The different sentences, in order."""
        return tuple(sorted({utterance.sentence for utterance in self.utterances}))
