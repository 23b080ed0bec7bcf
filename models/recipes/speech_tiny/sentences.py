"""Texts to speak: thousands of different words, some of them held out for the tests."""

import hashlib
import random
import re
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from models.recipes.speech_tiny.utterance import SynthesisError

_WORDS = Path("/usr/share/dict/words")
_LEXICON = Path("/usr/share/festival/dicts/cmu/cmudict-0.4.out")
_FORTUNES = Path("/usr/share/games/fortunes")
_HELD_OUT_SHARE = 40
DIGITS = tuple("zero one two three four five six seven eight nine oh".split())
# words that sentences cannot do without: heard in training and in the tests alike
FUNCTION_WORDS = frozenset(
    "a an the this that these those of to in on at by for from with and or but not no is are was were be been it he "
    "she they we you i his her their our your my who what when where how why there here has have had do does did will "
    "would can could as if so then than into over under about very all some more one two three four five six seven "
    "eight nine zero ten oh".split()
)
TEMPLATES = (
    "the {} and the {} were near the {}", "where is the {} of the {}", "please bring my {} to the {}",
    "did you see the {} {} here", "she has a {} and two {}", "it was a very {} {}", "they will {} the {} in the {}",
    "who was at the {} with the {}", "he had to {} over a {} {}", "no {} is as {} as the {}", "what does {} do to {}",
    "we have {} but not {}", "this {} can {} and {}", "my {} was under the {} {}", "how would you {} that {}",
)  # fmt: skip


@dataclass(frozen=True)
class Texts:
    """Words to choose from and whole sentences, either the trained part or the held-out part."""

    words: tuple[str, ...]
    sentences: tuple[str, ...]


def held_out(word: str) -> bool:
    """Tell whether a word is kept from training: one stem in forty, by hash, so that no list is needed."""
    if word in FUNCTION_WORDS or word in DIGITS:
        return False
    stem = re.sub(r"('s|ing|ers?|ed|es|s|ly|e|y|ies|ied)$", "", word)
    return int.from_bytes(hashlib.sha256(stem.encode()).digest()[:4]) % _HELD_OUT_SHARE == 7


@cache
def lexicon() -> frozenset[str]:
    """Return common words that both the spelling list and CMU's dictionary hold."""
    if not _WORDS.is_file() or not _LEXICON.is_file():
        hint = "Install Debian's packages wamerican and festlex-cmu."
        raise SynthesisError("The word lists are not installed.", hint=hint)
    spelled = {word for word in _WORDS.read_text().split() if re.fullmatch(r"[a-z]{2,13}", word)}
    pronounced = set(re.findall(r'^\("([a-z]+)"', _LEXICON.read_text(errors="replace"), re.MULTILINE))
    return frozenset(spelled & pronounced) | FUNCTION_WORDS


def read_texts() -> tuple[Texts, Texts]:
    """Return the texts of training and the held-out texts."""
    words = sorted(lexicon())
    trained = tuple(word for word in words if not held_out(word))
    kept = tuple(word for word in words if held_out(word))
    fitting = [s for s in _sentences() if all(word in lexicon() for word in s.split())]
    read = tuple(s for s in fitting if not any(held_out(word) for word in s.split()))
    return Texts(trained, read), Texts(kept, ())


def _sentences() -> list[str]:
    """Split fortunes and the King James Bible into clauses of 3 to 14 plain lower-case words."""
    raw = "\n%\n".join(p.read_text(errors="replace") for p in sorted(_FORTUNES.glob("*.u8")) if p.is_file())
    bible = subprocess.run(["bible", "Gen1:1-Rev22:21"], capture_output=True, text=True, check=False).stdout
    verses = re.sub(r"\n(?!\s+\d)", " ", bible)
    clauses = re.split(r"[.;:!?,\n%\"()\[\]]|--", raw.replace("\n", " ").replace("%", "\n") + verses)
    plain = {re.sub(r"\s+", " ", re.sub(r"^\s*\d+\s*", "", clause)).strip().lower() for clause in clauses}
    return sorted(s for s in plain if re.fullmatch(r"[a-z ]+", s) and 3 <= len(s.split()) <= 14)


def common_words() -> frozenset[str]:
    """Return the words that sentences are built around: in training and in the tests alike."""
    return FUNCTION_WORDS | {word for template in TEMPLATES for word in re.findall(r"[a-z]+", template)}


def draw_text(texts: Texts, random_source: random.Random) -> str:
    """Draw one text of training: words in a row, a sentence, a template, one word, or digits."""
    kinds: Sequence[tuple[float, Callable[[Texts, random.Random], str]]] = (
        (0.36, _word_row), (0.28, _sentence), (0.10, _template), (0.14, _short), (0.12, _digit_row)
    )  # fmt: skip
    (kind,) = random_source.choices([kind for _, kind in kinds], weights=[weight for weight, _ in kinds])
    return kind(texts, random_source)


def draw_held_out(texts: Texts, random_source: random.Random) -> str:
    """Draw one test text: all its words except the function words were never trained on."""
    return (_word_row if random_source.random() < 0.5 else _template)(texts, random_source)


def _word_row(texts: Texts, random_source: random.Random) -> str:
    count = random_source.randint(2, 9)
    return " ".join(random_source.choice(texts.words) for _ in range(count))


def _sentence(texts: Texts, random_source: random.Random) -> str:
    return random_source.choice(texts.sentences)


def _template(texts: Texts, random_source: random.Random) -> str:
    template = random_source.choice(TEMPLATES)
    return template.format(*(random_source.choice(texts.words) for _ in range(template.count("{}"))))


def _short(texts: Texts, random_source: random.Random) -> str:
    return " ".join(random_source.choice(texts.words) for _ in range(random_source.choice((1, 1, 2))))


def _digit_row(_texts: Texts, random_source: random.Random) -> str:
    count = random_source.choice((1, 1, 1, 1, 2, 3, 4, 6))
    return " ".join(random_source.choice(DIGITS) for _ in range(count))
