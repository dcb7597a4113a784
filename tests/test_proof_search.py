"""What the proof leaves out to be quick would have shown nothing: it finds all the same."""

import re
from collections.abc import Iterator

import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from mkdocs_advisories.proof import needles, text
from mkdocs_advisories.proof.encoded import SHORTEST, stretches
from mkdocs_advisories.proof.examine import SHORT, examine
from mkdocs_advisories.proof.folding import fold
from mkdocs_advisories.proof.held import Held, haystack
from mkdocs_advisories.proof.kinds import as_text
from mkdocs_advisories.proof.needles import (
    RUN,
    STRIDES,
    Find,
    Needles,
    Passage,
    Run,
    Word,
    still_told,
    together,
)
from mkdocs_advisories.proof.reading import Reader, Reading
from mkdocs_advisories.proof.windows import BEGINNING, WINDOW, hashes, hashes_at

FIRST = fold("Whoever holds the brass key of the tower turns every lantern into a beacon at night")
SECOND = fold("No keeper notices it: every lantern into a beacon at night, and the oil is burnt")
WORDS = (
    Word(folded=b"lan2o26ooo7", owner=0, spelled="LAN-2026-0007", stays=True),
    Word(folded=b"codelanternexamplepull4ol", owner=1),
    Word(folded=b"codelanternexamplepull4o2", owner=1),
)
SMALL = Word(folded=b"gopull53", owner=1, stays=True)
FILLING = st.text("zx1 ", max_size=9).map(str.encode)


def made(*words: Word) -> Needles:
    """Make the needles of two texts that have some words in common, and of words."""
    passages = [
        Passage(folded=one, owner=owner, places=np.arange(len(one) - WINDOW + 1))
        for owner, one in enumerate((FIRST, SECOND))
    ]
    return needles.needles(passages, words)


STACKS = {4: made(*WORDS), 1: made(*WORDS, SMALL)}


@st.composite
def pages(draw: st.DrawFn) -> bytes:
    """Write pieces of held texts, whole and cut words, and others, one after another."""
    parts = []
    for _ in range(draw(st.integers(1, 6))):
        one = draw(st.sampled_from([FIRST, SECOND, *(word.folded for word in (*WORDS, SMALL))]))
        start = draw(st.integers(0, len(one) - 1))
        size = draw(st.sampled_from([RUN - 1, RUN, RUN + 1, len(one)]) | st.integers(0, len(one)))
        parts += [draw(FILLING), one if draw(st.booleans()) else one[start : start + size]]
    return b"".join([*parts, draw(FILLING)])


def plainly_found(stack: Needles, folded: bytes) -> set[Find]:
    """Find what `find` finds: every window looked up, every word looked for, one after another."""
    held: dict[int, set[bytes]] = {}
    for owner, window in windows_of(stack):
        held.setdefault(owner, set()).add(window)
    found: set[Find] = {one for one in stack.words if one.folded in folded}
    for owner, known in held.items():
        start = 0
        while start < len(folded):
            end = start
            while folded[end : end + WINDOW] in known:
                end += 1
            if end - start > RUN - WINDOW:
                found.add(Run(folded=folded[start : end + WINDOW - 1], owner=owner))
            start = end + 1
    return found


@settings(max_examples=400, deadline=None)
@given(pages(), st.sampled_from(sorted(STACKS)))
def test_to_look_at_some_places_first_finds_what_to_look_at_all_does(
    folded: bytes, stride: int
) -> None:
    stack = STACKS[stride]
    assert stack.stride == stride
    assert {find for _, find in stack.find(folded)} == plainly_found(stack, folded)


@settings(max_examples=200, deadline=None)
@given(pages(), st.lists(pages(), max_size=5), st.sampled_from(sorted(STACKS)))
def test_it_is_the_same_where_texts_are_cut_into_pieces(
    folded: bytes, public: list[bytes], stride: int
) -> None:
    """Each piece has a seam in nearly every run; needles are made anew after each text."""
    stack = STACKS[stride]
    plain = {(find.owner, isinstance(find, Word)) for find in plainly_found(stack, folded)}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(needles, "PIECE", 64)
        found = {(find.owner, isinstance(find, Word)) for _, find in stack.find(folded)}
        left = stack.without(public)
    assert found == plain
    assert windows_of(left) == {
        one for one in windows_of(stack) if not any(one[1] in text for text in public)
    }
    assert set(left.words) == {
        one for one in stack.words if one.stays or not any(one.folded in text for text in public)
    }


def windows_of(stack: Needles) -> set[tuple[int, bytes]]:
    """Give all windows with their owners."""
    places = zip(stack.owners.tolist(), stack.offsets.tolist(), strict=True)
    return {(owner, stack.texts[at : at + WINDOW].tobytes()) for owner, at in places}


def test_needles_of_some_owners_are_theirs_alone() -> None:
    for owner in (0, 1):
        some = STACKS[1].of_owners(range(owner, owner + 1))
        assert windows_of(some) == {one for one in windows_of(STACKS[1]) if one[0] == owner}
        assert set(some.words) == {one for one in STACKS[1].words if one.owner == owner}


def test_it_is_the_same_however_few_entries_of_one_hash_are_looked_at_in_one_go(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    folded = SECOND + FIRST + WORDS[1].folded + WORDS[2].folded
    found = {find for _, find in STACKS[4].find(folded)}
    assert len(found) >= 4
    monkeypatch.setattr(needles, "_MOST_PAIRS", 1)
    assert {find for _, find in STACKS[4].find(folded)} == found


def test_the_shortest_run_and_every_word_are_found_wherever_they_begin() -> None:
    """A stride that is too long would pass over one of these."""
    assert max(STRIDES) <= RUN - WINDOW + 1
    for at in range(2 * WINDOW):
        for start in range(len(FIRST) - RUN):
            some = b"z" * at + FIRST[start : start + RUN] + b"z"
            assert {owner for owner, _ in STACKS[4].find(some)} >= {0}
        for length in range(BEGINNING, 2 * BEGINNING):
            word = Word(folded=b"abcdefghjkmnpqrs"[:length], owner=7)
            for after in (b"", b"z"):
                some = b"z" * at + word.folded + after
                assert list(made(word).find(some)) == [(7, word)]


def test_longer_strides_than_runs_have_windows_would_lose_runs(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """So the test above tells: a stride of eight finds not all of what a plain search does."""
    monkeypatch.setattr(needles, "STRIDES", (8, *STRIDES))
    stack = made(Word(folded=b"a" * 20, owner=0))
    assert stack.stride == 8
    lost = [at for at in range(8) if not list(stack.find(b"z" * at + FIRST[:RUN]))]
    assert lost


@given(st.binary(max_size=200), st.sampled_from(STRIDES))
def test_hashes_of_some_places_are_those_of_all_places(folded: bytes, stride: int) -> None:
    every, some = hashes(folded), hashes(folded, stride=stride)
    for one, other in zip(every, some, strict=True):
        assert one[::stride].tolist() == other.tolist()
    places = np.arange(len(every[1]))[::-3]
    assert hashes_at(folded, places).tolist() == every[1][places].tolist()


@settings(max_examples=300, deadline=None)
@given(pages(), st.lists(pages(), max_size=5), st.sampled_from(sorted(STACKS)))
def test_what_is_left_of_the_finds_is_what_would_be_found_with_fewer_needles(
    folded: bytes, public: list[bytes], stride: int
) -> None:
    stack = STACKS[stride]
    finds = {find for _, find in stack.find(folded)}
    fewer = {owner for owner, _ in stack.without(public).find(folded)}
    left = still_told(stack, finds, public=iter(public))
    assert left <= finds
    assert {one.owner for one in left} == fewer


def test_what_is_left_of_a_run_is_a_find_if_it_is_long_enough_itself() -> None:
    stack = STACKS[4]
    (long,) = [find for owner, find in stack.find(FIRST) if owner == 0]
    (short,) = [find for _, find in stack.find(FIRST[:RUN])]
    assert (long.folded, short.folded) == (FIRST, FIRST[:RUN])
    for find, public, is_left in (
        (long, FIRST[:RUN], True),
        (long, FIRST[1:], False),
        (short, FIRST[1:], False),
        (short, FIRST[2 : 2 + WINDOW], False),
        (short, FIRST[2 : 1 + WINDOW], True),
        (short, SECOND, True),
    ):
        assert still_told(stack, [find], public=iter([public])) == ({find} if is_left else set())


def test_no_more_public_texts_are_asked_for_than_it_takes() -> None:
    asked: list[bytes] = []

    def public() -> Iterator[bytes]:
        for one in (FIRST.ljust(needles.PIECE, b"z"), b"z" * needles.PIECE, SECOND):
            asked.append(one[:1])
            yield one

    run = Run(folded=FIRST, owner=0)
    assert still_told(STACKS[4], [run], public=public()) == frozenset()
    assert len(asked) == 1
    other = Run(folded=SECOND, owner=1)
    assert still_told(STACKS[4], [run, other], public=public()) == frozenset()
    assert len(asked) == 1 + 3


@given(st.lists(pages(), max_size=8))
def test_texts_that_are_looked_at_together_show_what_each_shows(some: list[bytes]) -> None:
    stack = STACKS[4]
    joined = {find for one in together(some) for _, find in stack.find(one)}
    assert joined == {find for one in some for _, find in stack.find(one)}
    assert b"".join(together(some)).replace(b"\n", b"") == b"".join(some)


TEXT = FIRST.decode()
ONE = Held(path="a.md", source=TEXT, body=TEXT, ids=frozenset({"LAN-2026-0007"}))
NAMED = haystack([ONE], public=())


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.sampled_from([TEXT[9:60], "LAN-2026-0007", "LAN-2026-00071", "x", "y" * 2 * SHORT]),
        max_size=9,
    )
)
def test_short_readings_show_together_what_each_shows_in_their_order(texts: list[str]) -> None:
    readings = [
        Reading(trail=(f"{number}",), folded=fold(one), text=one)
        for number, one in enumerate(texts)
    ]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Reader, "read", lambda *_: iter(readings))
        leaks = examine("a", b"", haystack=NAMED).leaks
    shown = (TEXT[9:60], "LAN-2026-0007")
    assert [leak.trail for leak in leaks] == [
        (f"{number}",) for number, one in enumerate(texts) if one in shown
    ]


def test_what_was_read_before_a_reader_failed_is_looked_at(monkeypatch: pytest.MonkeyPatch) -> None:
    def read(*_: object) -> Iterator[Reading]:
        yield Reading(trail=("a",), folded=FIRST)
        raise RecursionError

    monkeypatch.setattr(Reader, "read", read)
    examined = examine("a", b"", haystack=NAMED)
    assert [leak.owner for leak in examined.leaks] == [0]
    assert [one.reason for one in examined.faults] == ["it cannot be read: RecursionError"]


def test_nothing_that_is_found_shows_itself() -> None:
    """A leak is printed where a test or a program fails."""
    (leak,) = examine("a.txt", FIRST, haystack=NAMED).leaks
    assert leak.finds
    assert FIRST[:9].decode() not in f"{leak!r} {[*leak.finds]!r}"


@st.composite
def lines(draw: st.DrawFn) -> str:
    """Write runs of letters about as long as the shortest stretch, with something between."""
    long = st.text("aZ9+_", min_size=SHORTEST - 2, max_size=SHORTEST + 2)
    between = st.sampled_from(["", " ", "\n", ".", "\u00a0", "\u00e9", "\ud800", " \n" * 21])
    parts = draw(st.lists(st.tuples(long | st.text("aZ/-", max_size=3), between), max_size=6))
    return "".join(part for pair in parts for part in pair)


@settings(max_examples=500, deadline=None)
@given(lines())
@example(f"{'aB' * 12}\n{'cD' * 12} x")
@example(f"\u00e9{'aB' * 12}")
def test_stretches_of_base64_are_those_of_a_plain_pattern(written: str) -> None:
    line = r"[A-Za-z0-9+/_-]"
    many = rf"{line}{{{SHORTEST},}}"
    pattern = rf"(?<!{line}){many}(?:\s{{1,40}}{many})*(?:\s{{1,40}}{line}+)?"
    plain = ["".join(one.split()) for one in re.findall(pattern, written)]
    assert list(stretches(written)) == [one for one in plain if one.lower() != one != one.upper()]


FOREIGN = (
    "aI0 .\u00e9\u0430\u0416\u0436\u0130\u00df\u2460\u00b6\u200b\u3164"
    "\u65e5\ud83d\ude00\ufb01\u1e9e"
)


@settings(max_examples=400, deadline=None)
@given(st.text(st.sampled_from(FOREIGN) | st.characters(), max_size=150))
def test_characters_that_are_folded_together_are_folded_as_each_alone(written: str) -> None:
    assert fold(written) == b"".join(map(fold, written))


QUOTED = r""""[^"<]*(?:<(?![A-Za-z/!?])[^"<]*)*"|\'[^\'<]*(?:<(?![A-Za-z/!?])[^\'<]*)*\'"""
TAG = rf"""</?[A-Za-z!?](?:[^<>"']|{QUOTED})*>|</?[A-Za-z!?][^<>]*>"""


@settings(max_examples=800, deadline=None)
@given(st.text(st.sampled_from("<<>>\"'/a! -="), max_size=40))
@example('<a b="<">c</a><i \'x\'>"')
@example("""<a b=">" c='>' d=">" e='"' f>x<!i '>' ">" "><b '<'></b>""")
def test_tags_are_those_of_a_plain_pattern(written: str) -> None:
    first, *others = written.split("<!--")
    rest = (other.partition("-->")[2] if "-->" in other else other for other in others)
    assert text.tags(written) == re.sub(TAG, "", "".join([first, *rest]))


@given(st.text(st.sampled_from("%%4e1g \u00e9"), max_size=60))
def test_percent_escapes_are_those_of_a_plain_pattern(written: str) -> None:
    def character(run: re.Match[str]) -> str:
        return bytes.fromhex(run[0].replace("%", "")).decode("utf-8", "replace")

    assert text.percent(written) == re.sub(r"(?:%[0-9a-fA-F]{2})+", character, written)


@given(st.binary(max_size=40) | st.text("a\u00e9\x07\n", max_size=40).map(str.encode))
def test_bytes_without_control_characters_are_a_text_and_others_hardly_ever(raw: bytes) -> None:
    if not re.search(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", raw):
        assert as_text(raw) is not None
    elif not raw.startswith((b"\xff\xfe", b"\xfe\xff")) and any(raw[::2]) and any(raw[1::2]):
        assert as_text(raw) is None
