"""How the points of a map are sorted: by what is said, by kinds of phones, by who speaks."""

from collections import Counter
from collections.abc import Mapping, Sequence

from core.space.segments import Label, Segments
from core.text import N_, _
from pages._kit.cloud import Grouping

MOST = 14  # groups with a colour and a shape of their own; more are hard to tell apart
KNOWN = 0.8  # share of the phones that must be known ones to sort them by kind
# the phones of CMU's dictionary, without their digits of stress
SORTS = {
    N_("front vowels"): "iy ih ey eh ae",
    N_("back vowels"): "aa ao ow uh uw ah er",
    N_("gliding vowels"): "ay aw oy",
    N_("stops"): "p b t d k g",
    N_("hissing sounds"): "s z sh zh ch jh",
    N_("other fricatives"): "f v th dh hh",
    N_("nasals"): "m n ng",
    N_("l, r, w, y"): "l r w y",
}
SORT_OF = {phone: sort for sort, phones in SORTS.items() for phone in phones.split()}


def groupings(segments: Segments, first: Label, written: Mapping[str, str]) -> list[Grouping]:
    """List the ways to sort stretches, the one that they are shown for first; ``written`` spells sentences out."""
    labels: dict[Label, tuple[Label, ...]] = {
        "phone": ("phone", "speaker", "word"),
        "word": ("word", "speaker"),
        "speaker": ("speaker", "sentence"),
        "sentence": ("sentence", "speaker"),
    }
    spelled = {label: [written.get(one, one) for one in segments.labels(label)] for label in labels[first]}
    found = [_by_label(spelled[label], titles()[label]) for label in labels[first]]
    sorts = _by_sort(segments.labels("phone")) if first == "phone" else None
    return [one for one in (sorts, *found) if one and one.names]


def titles() -> dict[Label, str]:
    """Name kinds of labels."""
    return {"phone": _("phone"), "word": _("word"), "speaker": _("voice"), "sentence": _("sentence")}


def _by_label(labels: Sequence[str], title: str) -> Grouping:
    """Give the commonest labels a colour."""
    names = tuple(sorted(set(labels) - {""}))
    common = [label for label, _count in Counter(label for label in labels if label).most_common(MOST)]
    shown = sorted(common)
    return Grouping(
        title,
        names,
        tuple(names.index(label) if label else -1 for label in labels),
        tuple(shown.index(label) if label in shown else -1 for label in labels),
        tuple(shown),
    )


def _by_sort(labels: Sequence[str]) -> Grouping | None:
    """Sort English phones by how they are made; None where the corpus writes them in another way."""
    sorts = [SORT_OF.get(label.lower().rstrip("012"), "") for label in labels]
    if sum(bool(sort) for sort in sorts) < KNOWN * len(labels):
        return None
    shown = [sort for sort in SORTS if sort in sorts]
    at = tuple(shown.index(sort) if sort else -1 for sort in sorts)
    names = tuple(_(sort) for sort in shown)
    return Grouping(_("kind of phone"), names, at, at, names)
