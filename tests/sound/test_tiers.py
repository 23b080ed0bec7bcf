"""Rows of intervals are checked, cut and asked, and survive a TextGrid."""

import numpy as np
import pytest

from core import textgrid
from core.clip import Clip
from core.errors import ClipError
from core.tiers import Interval, Tiers


def row(*items: tuple[float, float, str]) -> list[Interval]:
    return [Interval(float(start), float(end), label) for start, end, label in items]


CAT = Tiers.of(
    [
        (
            "phone",
            row(
                (0.1, 0.2, "k"), (0.2, 0.35, "ae"), (0.35, 0.4, "t"), (0.4, 0.6, "s"), (0.6, 0.9, "ae"), (0.9, 1.0, "t")
            ),
        ),
        ("word", row((0.0, 0.1, ""), (0.1, 0.4, "cat"), (0.4, 1.0, "sat"), (1.0, 1.2, ""))),
    ],
    seconds=1.2,
)


def test_rows_are_sorted_coarse_to_fine():
    rows = [("phone", row((0, 1, "a"))), ("mood", row((0, 1, "glad"))), ("sentence", row((0, 1, "Ah."))), ("word", [])]
    assert [name for name, _ in Tiers.of(rows)] == ["sentence", "word", "phone", "mood"]


@pytest.mark.parametrize(
    "items",
    [
        row((0, 1, "a"), (0.5, 2, "b")),
        row((1, 2, "a"), (0, 1, "b")),
        row((1, 0.5, "a")),
        row((0.5, 0.5, "a")),
        row((-1, 1, "a")),
        row((0, 2.1, "a")),
        row((float("nan"), 1, "a")),
        row((0, float("inf"), "a")),
    ],
    ids=[
        "overlap",
        "backwards",
        "negative length",
        "no length",
        "before the sound",
        "after the sound",
        "nan",
        "infinite",
    ],
)
def test_a_row_out_of_order_is_refused(items):
    with pytest.raises(ClipError, match="not in order"):
        Tiers.of([("word", items)], seconds=2.0)


def test_a_phone_across_the_edge_of_a_word_is_refused():
    with pytest.raises(ClipError, match=r"t \(phone\) crosses the edge of cat \(word\) near 0\.400"):
        Tiers.of([("word", row((0, 0.5, "cat"))), ("phone", row((0.4, 0.6, "t")))])
    with pytest.raises(ClipError, match=r"a \(phone\) crosses the edge of b \(word\)"):
        Tiers.of([("word", row((0.2, 0.5, "b"))), ("phone", row((0.1, 0.4, "a")))])


def test_a_phone_between_words_and_a_rounding_of_a_millisecond_are_no_contradiction():
    rows = [("word", row((0, 0.5, "cat"), (0.7, 1, "sat"))), ("phone", row((0.3, 0.501, "t"), (0.52, 0.68, "breath")))]
    assert len(Tiers.of(rows)["phone"]) == 2


def test_two_rows_of_one_name_are_refused():
    with pytest.raises(ClipError, match="same name"):
        Tiers.of([("word", []), ("word", [])])


def test_a_moment_is_answered_by_every_row_that_says_something_there():
    assert CAT.at(0.25) == {"word": Interval(0.1, 0.4, "cat"), "phone": Interval(0.2, 0.35, "ae")}
    # an interval holds its start, not its end
    assert CAT.at(0.4)["word"].label == "sat"
    assert CAT.at(0.05) == {}
    assert CAT.at(99.0) == {}


def test_a_cut_begins_at_zero_and_shortens_what_reaches_over_its_edges():
    cut = CAT.cut(0.3, 0.5)
    assert [item.label for item in cut["phone"]] == ["ae", "t", "s"]
    times = [(item.start, item.end) for item in cut["phone"]]
    np.testing.assert_allclose(times, [(0, 0.05), (0.05, 0.1), (0.1, 0.2)], atol=1e-12)
    assert [item.label for item in cut["word"]] == ["cat", "sat"]


def test_a_cut_clip_takes_the_very_samples_and_its_tiers_along():
    clip = Clip.of("count", np.arange(12_000) / 12_000, 10_000, CAT)
    part = clip.cut(0.3, 0.5)
    np.testing.assert_array_equal(part.samples, clip.samples[3000:5000])
    assert part.tiers.spoken("phone")[0].label == "ae"
    assert not part.samples.flags.writeable
    with pytest.raises(ClipError, match="no sound from 2"):
        clip.cut(2.0, 3.0)


def test_tiers_that_reach_beyond_a_clip_are_cut_with_it():
    clip = Clip.of("short", np.zeros(5000), 10_000).with_tiers(CAT)
    assert clip.tiers["word"][-1] == Interval(0.4, 0.5, "sat")


LONG = """File type = "ooTextFile"
Object class = "TextGrid"

xmin = 0
xmax = 2.5
tiers? <exists>
size = 3
item []:
    item [1]:
        class = "IntervalTier"
        name = "Mary - words"
        xmin = 0
        xmax = 2.5
        intervals: size = 3
        intervals [1]:
            xmin = 0
            xmax = 0.7
            text = "say ""ah"" !"
        intervals [2]:
            xmin = 0.7
            xmax = 1.25e0
            text = " "
        intervals [3]:
            xmin = 1.25
            xmax = 2.5
            text = "grüß 你好
twice"
    item [2]:
        class = "TextTier"
        name = "bell"
        xmin = 0
        xmax = 2.5
        points: size = 1
        points [1]:
            number = 1.5
            mark = "ding"
    item [3]:
        class = "IntervalTier"
        name = "my notes"
        xmin = 0
        xmax = 2.5
        intervals: size = 1
        intervals [1]:
            xmin = 0
            xmax = 2.5
            text = "good"
"""

SHORT = """File type = "ooTextFile"
Object class = "TextGrid"

0
2.5
<exists>
3
"IntervalTier"
"Mary - words"
0 2.5 3 ! a comment with a "quote" and a 7
0
0.7
"say ""ah"" !"
0.7
1.25e0
" "
1.25
2.5
"grüß 你好
twice"
"TextTier"
"bell"
0
2.5
1
1.5
"ding"
"IntervalTier"
"my notes"
0
2.5
1
0
2.5
"good"
"""

READ = Tiers(
    (
        ("word", (Interval(0.0, 0.7, 'say "ah" !'), Interval(0.7, 1.25, ""), Interval(1.25, 2.5, "grüß 你好\ntwice"))),
        ("my notes", (Interval(0.0, 2.5, "good"),)),
    )
)


@pytest.mark.parametrize("text", [LONG, SHORT], ids=["long", "short"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-be with mark"])
@pytest.mark.parametrize("ending", ["\n", "\r\n"], ids=["unix", "windows"])
def test_a_textgrid_is_read_in_both_formats_and_every_encoding(text, encoding, ending):
    mark = "\ufeff" if "mark" in encoding else ""
    data = (mark + text.replace("\n", ending)).encode(encoding.split()[0])
    grid = textgrid.read("cat.TextGrid", data)
    assert [name for name, _ in grid.tiers] == ["word", "my notes"]
    labels = [[item.label.replace("\r", "") for item in items] for _, items in grid.tiers]
    assert labels == [[item.label for item in items] for _, items in READ]
    assert [item.end for item in grid.tiers["word"]] == [0.7, 1.25, 2.5]
    assert grid.seconds == 2.5
    assert grid.notices == ("1 row of points in cat.TextGrid was left out.",)


def test_an_old_latin_1_file_is_read():
    text = LONG.replace(" 你好", "")
    assert textgrid.read("old", text.encode("latin-1")).tiers["word"][2].label == "grüß\ntwice"


def test_time_begins_at_zero_also_where_the_annotation_begins_later():
    head = 'File type = "ooTextFile"\nObject class = "TextGrid"\n10\n11\n<exists>\n1\n'
    grid = textgrid.read("part", (head + '"IntervalTier"\n"phones"\n10\n11\n1\n10.25\n11\n"ah"\n').encode())
    assert grid.tiers["phone"] == (Interval(0.25, 1.0, "ah"),)
    assert grid.seconds == 1


def test_a_textgrid_without_rows_is_empty():
    text = 'File type = "ooTextFile"\nObject class = "TextGrid"\n0\n1\n<absent>\n'
    assert not textgrid.read("empty", text.encode()).tiers


def test_two_speakers_keep_two_rows():
    rows = [(name, row((0, 1, "a"))) for name in ("Ann - words", "Bob - words")]
    data = textgrid.write(Tiers(tuple((name, tuple(items)) for name, items in rows)), 1.0)
    assert [name for name, _ in textgrid.read("two", data).tiers] == ["word", "Bob - words"]


@pytest.mark.parametrize("seed", range(5))
def test_what_is_written_is_read_back_exactly(seed):
    random = np.random.default_rng(seed)
    edges = [0.0, *np.sort(random.uniform(0, 3, 30)).tolist(), 3.0]
    letters = list("ab\"'!<>=[]é你 1.5")
    labels = ["".join(random.choice(letters, 6)).strip() for _ in edges[1:]]
    items = tuple(Interval(*item) for item in zip(edges, edges[1:], labels, strict=False))
    tiers = Tiers((("word", items),))
    assert textgrid.read("again", textgrid.write(tiers, 3.0)).tiers == tiers


def test_gaps_are_written_as_silences():
    written = textgrid.read("gaps", textgrid.write(Tiers((("word", tuple(row((0.5, 1, "a")))),)), 2.0))
    assert written.tiers["word"] == (Interval(0.0, 0.5, ""), Interval(0.5, 1.0, "a"), Interval(1.0, 2.0, ""))


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        (b"", "is not a TextGrid"),
        (b"hello", "is not a TextGrid"),
        (LONG.replace("TextGrid", "Pitch").encode(), "is not a TextGrid"),
        (LONG.encode()[:400], "ends too early"),
        (LONG.replace("IntervalTier", "FormantTier").encode(), "is damaged"),
        (LONG.replace("xmax = 2.5\ntiers", "xmax = 0\ntiers").encode(), "is damaged"),
        (LONG.replace("size = 3\nitem", "size = 1e12\nitem").encode(), "is damaged"),
        (LONG.replace("xmax = 0.7", "xmax = 0.9").encode(), "not in order"),
        (b"\xff\xfe\x00", "is damaged"),
        (b" " * 6_000_000, "too large"),
    ],
)
def test_a_bad_annotation_is_refused_with_its_own_sentence(data, sentence):
    with pytest.raises(ClipError, match=sentence):
        textgrid.read("bad", data)


def test_a_damaged_annotation_gives_tiers_or_a_clip_error_and_nothing_else():
    random = np.random.default_rng(0)
    refused = 0
    for _trial in range(300):
        data = bytearray(LONG.encode())
        for _change in range(random.integers(1, 6)):
            data[random.integers(0, len(data))] = random.integers(0, 256)
        try:
            textgrid.read("damaged", bytes(data))
        except ClipError:
            refused += 1
    assert refused
