"""What is looked for: the windows of every held text, and short words, less what is public.

Everything that is held is in here, so nothing of it may be printed: no `repr` shows it.
"""

from bisect import bisect
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import accumulate, chain, groupby, islice
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from mkdocs_advisories.proof.windows import (
    BEGINNING,
    WINDOW,
    Hashes,
    Places,
    firsts,
    hashes,
    hashes_at,
    texts_at,
)

PIECE = 1 << 17
"""Folded characters that are looked at in one go; this fits a processor's cache."""

RUN = 36
"""Folded characters in a row that are a leak, all of whose windows are needles of one advisory."""

STRIDES = (4, 2, 1)
"""Of so many places in a row, one is looked at first: a run has windows at five in a row."""

_BETWEEN = b"\n"  # parts texts that are looked at together: no needle has it
_PLACE_BITS = 32
_MOST_PAIRS = 1 << 14  # at a time
_FEWEST_BITS, _SPARE_BITS = 12, 5
_NONE: Places = np.zeros(0, np.int64)
_Truths: TypeAlias = npt.NDArray[np.bool_]


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Word:
    """A short needle.

    `spelled` is set if another digit makes it another word, as it does with an id. `stays` says
    that it is looked for wherever else it stands.
    """

    folded: bytes
    owner: int
    spelled: str = ""
    stays: bool = False


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Run:
    """As many characters in a row of a text as are needles of one advisory; at least `RUN`."""

    folded: bytes
    owner: int


Find: TypeAlias = Word | Run


@dataclass(frozen=True, kw_only=True, slots=True)
class _Index:
    """Hashes in order, with a table by their upper bits that rules out most others at once."""

    sorted: Hashes
    table: _Truths
    shift: int
    most_alike: int

    @classmethod
    def of(cls, ordered: Hashes) -> "_Index":
        bits = max(_FEWEST_BITS, len(ordered).bit_length() + _SPARE_BITS)
        table = np.zeros(1 << bits, np.bool_)
        table[ordered >> (32 - bits)] = True
        runs = np.unique(ordered, return_counts=True)[1]
        most_alike = int(runs.max(initial=0))
        return cls(sorted=ordered, table=table, shift=32 - bits, most_alike=most_alike)

    def places(self, found: Hashes) -> Places:
        """Give the places of a text that have the hash of an entry, by the hashes of all."""
        places = np.flatnonzero(self.table[found >> self.shift])
        if not len(places) or not len(self.sorted):
            return _NONE
        wanted = found[places]
        entries = np.minimum(np.searchsorted(self.sorted, wanted), len(self.sorted) - 1)
        same: _Truths = self.sorted[entries] == wanted
        return places[same]

    def pairs(self, found: Hashes) -> Iterator[tuple[Places, Places]]:
        """Give, for hashes of a text, places of it and entries of the index that have one hash.

        They come in parts, however many entries are alike.
        """
        every = self.places(found)
        size = max(1, _MOST_PAIRS // max(1, self.most_alike))
        for start in range(0, len(every), size):
            places = every[start : start + size]
            firsts_of = np.searchsorted(self.sorted, found[places])
            counts = np.searchsorted(self.sorted, found[places], side="right") - firsts_of
            ends = np.cumsum(counts)
            entries = np.arange(ends[-1]) + np.repeat(firsts_of + counts - ends, counts)
            yield np.repeat(places, counts), entries


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Needles:
    """Windows of folded texts, and words, each with the number of the advisory that owns it.

    `offsets` are where windows begin in `texts`, in the order of their hashes. `words` are in a
    fixed order. `pieces` are places in words, each with the word, and with `BEGINNING` characters
    that follow: as many in a row, at the end of each word, as `stride` says. They are in the order
    of the hashes of those. (Many words begin alike, as addresses and ids do.)
    """

    texts: npt.NDArray[np.uint8]
    offsets: Places
    owners: Places
    windows: _Index
    words: tuple[Word, ...]
    stride: int
    pieces: tuple[tuple[Word, int], ...]
    of_words: _Index

    def find(self, folded: bytes) -> Iterator[tuple[int, Find]]:
        """Give the owner of each run of needles in a folded text, with it; of each word too.

        A run has windows at more places in a row than a stride has, and a word has as many pieces.
        So one of them is at a place that is looked at; every place is, around those.
        """
        if len(folded) < BEGINNING:
            return
        for start, piece in _pieces(folded):
            beginnings, windows = hashes(piece, stride=self.stride)
            for owner, first, end in self._runs(piece, windows):
                yield owner, Run(folded=piece[first:end], owner=owner)
            for word in self._words(folded, start, beginnings):
                yield word.owner, word

    def still(self, finds: Iterable[Find]) -> frozenset[Find]:
        """Give those of the finds of these and other needles that these alone find."""
        known, finds = frozenset(self.words), tuple(finds)
        left: set[Find] = {one for one in finds if isinstance(one, Word) and one in known}
        runs = [one for one in finds if isinstance(one, Run)]
        ends = list(accumulate(len(one.folded) + len(_BETWEEN) for one in runs))
        for start, piece in _pieces(_BETWEEN.join(one.folded for one in runs)):
            for owner, first, _ in self._runs(piece, hashes(piece, stride=self.stride)[1]):
                run = runs[bisect(ends, start + first)]
                if run.owner == owner:
                    left.add(run)
        return frozenset(left)

    def count(self) -> dict[int, int]:
        """Give the number of windows that each owner has."""
        owners, counts = np.unique(self.owners, return_counts=True)
        return dict(zip(owners.tolist(), counts.tolist(), strict=True))

    def without(self, public: Iterable[bytes]) -> "Needles":
        """Drop the windows, and the words that need not stay, that stand in folded public texts."""
        left = self
        for texts in _doubling(together(public)):
            left = left.less(texts)
        return left

    def less(self, public: Iterable[bytes]) -> "Needles":
        """Drop what `without` drops, all in one go: best for few texts."""
        gone = np.zeros(len(self.offsets), np.bool_)
        words: set[bytes] = set()
        for folded in public:
            for start, piece in _pieces(folded):
                beginnings, windows = hashes(piece)
                gone[self._every_match(piece, windows)] = True
                found = self._words(folded, start, beginnings[:: self.stride])
                words |= {word.folded for word in found if not word.stays}
        return self._only(~gone, (one for one in self.words if one.folded not in words))

    def of(self, finds: Iterable[Find]) -> "Needles":
        """Keep those alone by which something was found."""
        finds = tuple(finds)
        kept = np.zeros(len(self.offsets), np.bool_)
        for text in together(one.folded for one in finds if isinstance(one, Run)):
            for _, piece in _pieces(text):
                kept[self._every_match(piece, hashes(piece)[1])] = True
        return self._only(kept, (one for one in finds if isinstance(one, Word)))

    def of_owners(self, owners: range) -> "Needles":
        """Keep those of some owners, who follow one another."""
        kept = (self.owners >= owners.start) & (self.owners < owners.stop)
        return self._only(kept, (one for one in self.words if one.owner in owners))

    def joined(self, other: "Needles") -> "Needles":
        """Add the needles of other owners."""
        ordered = np.concatenate([self.windows.sorted, other.windows.sorted])
        order = np.argsort(ordered, kind="stable")
        offsets = np.concatenate([self.offsets, other.offsets + len(self.texts)])
        return _assembled(
            texts=np.concatenate([self.texts, other.texts]),
            offsets=offsets[order],
            owners=np.concatenate([self.owners, other.owners])[order],
            ordered=ordered[order],
            words=(*self.words, *other.words),
        )

    def fingerprint(self) -> bytes:
        """Give a digest of all needles and their owners. It is as secret as they are."""
        arrays = (self.texts, self.offsets, self.owners)
        words = (f"{one.owner} {one.spelled} ".encode() + one.folded for one in self.words)
        parts = (*(one.tobytes() for one in arrays), *words)
        return sha256(b"".join(sha256(part).digest() for part in parts)).digest()

    def _only(self, kept: _Truths, words: Iterable[Word]) -> "Needles":
        return _assembled(
            texts=self.texts,
            offsets=self.offsets[kept],
            owners=self.owners[kept],
            ordered=self.windows.sorted[kept],
            words=tuple(words),
        )

    def _words(self, folded: bytes, start: int, looked_at: Hashes) -> Iterator[Word]:
        """Give the words of which a piece is at a place that is looked at, from `start` on."""
        for places, entries in self.of_words.pairs(looked_at):
            for place, entry in zip(places.tolist(), entries.tolist(), strict=True):
                word, inside = self.pieces[entry]
                begin = start + place * self.stride - inside
                if begin >= 0 and folded.startswith(word.folded, begin):
                    yield word

    def _runs(self, piece: bytes, windows: Hashes) -> Iterator[tuple[int, int, int]]:
        """Give runs of needles: the owner, where it begins, and where it ends.

        `windows` are the hashes at every place that is looked at first.
        """
        near = self.windows.places(windows) * self.stride
        if not len(near):
            return
        around = np.unique(near[:, None] + np.arange(1 - self.stride, self.stride))
        around = around[(around >= 0) & (around <= len(piece) - WINDOW)]
        places, entries = self._matches(piece, hashes_at(piece, around), around)
        yield from _runs_of(places, self.owners[entries])

    def _every_match(self, piece: bytes, windows: Hashes) -> Places:
        """Give the entries that stand anywhere in a piece of a text."""
        return self._matches(piece, windows, np.arange(len(windows)))[1]

    def _matches(self, piece: bytes, windows: Hashes, places: Places) -> tuple[Places, Places]:
        """Give where in a piece which entries stand: their bytes, not only their hash.

        `places` are those of the windows of which the hashes are given.
        """
        text = np.frombuffer(piece, np.uint8)
        found = [(_NONE, _NONE)]
        for which, entries in self.windows.pairs(windows):
            theirs = texts_at(self.texts, self.offsets[entries])
            same = (texts_at(text, places[which]) == theirs).all(axis=1)
            found.append((places[which[same]], entries[same]))
        return tuple(np.concatenate(parts) for parts in zip(*found, strict=True))  # type: ignore[return-value] # two of them


def _runs_of(places: Places, owners: Places) -> Iterator[tuple[int, int, int]]:
    """Give owners that have needles at so many places in a row that they make a run.

    Of each run, the owner, where it begins, and where it ends.
    """
    if not len(places):
        return
    ordered = np.unique(owners << _PLACE_BITS | places)
    ends = np.flatnonzero(np.diff(ordered) != 1)
    firsts_of_all = ordered[np.concatenate([[0], ends + 1])]
    lasts = ordered[np.concatenate([ends, [len(ordered) - 1]])]
    whole = lasts - firsts_of_all >= RUN - WINDOW
    for first, last in zip(firsts_of_all[whole].tolist(), lasts[whole].tolist(), strict=True):
        owner, place = divmod(first, 1 << _PLACE_BITS)
        yield owner, place, place + last - first + WINDOW


def still_told(
    needles: Needles, finds: Iterable[Find], *, public: Iterable[bytes]
) -> frozenset[Find]:
    """Give those of the finds that needles make without those that stand in folded public texts.

    It asks for no more of the texts once there is none left.
    """
    left = frozenset(finds)
    suspects = needles.of(left)
    for texts in _doubling(together(public)) if left else ():
        suspects = suspects.less(texts)
        left = suspects.still(left)
        if not left:
            break
    return left


def _doubling(texts: Iterator[bytes]) -> Iterator[Iterator[bytes]]:
    """Part texts into one, two, four and so on.

    To make needles anew costs more than to look into a text, and less than into all the others with
    needles that are gone.
    """
    some = 1
    while (first := next(texts, None)) is not None:
        yield chain([first], islice(texts, some - 1))
        some *= 2


def together(texts: Iterable[bytes]) -> Iterator[bytes]:
    """Join folded texts to longer ones. What is found in them is found in one of those alone."""
    batch: list[bytes] = []
    size = 0
    for text in texts:
        batch.append(text)
        size += len(text)
        if size >= PIECE:
            yield _BETWEEN.join(batch)
            batch, size = [], 0
    if batch:
        yield _BETWEEN.join(batch)


def _pieces(folded: bytes) -> Iterator[tuple[int, bytes]]:
    """Cut a text into pieces that overlap by a run. Gives where each begins."""
    for start in range(0, max(1, len(folded) - RUN + 1), PIECE):
        yield start, folded[start : start + PIECE + RUN - 1]


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Passage:
    """A folded text that is held, the places of the windows that may be needles, and how many."""

    folded: bytes
    owner: int
    places: Places
    most: int = 1 << 32


def needles(passages: Iterable[Passage], words: Iterable[Word]) -> Needles:
    """Make needles.

    Of a passage that has more windows than it may give, those are taken whose hash is a multiple
    of some number: the same ones wherever it stands.
    """
    texts, offsets, owners, start = b"", [_NONE], [_NONE], 0
    for owner, own in groupby(sorted(passages, key=_owner), key=_owner):
        text, chosen = _chosen(own)
        offsets.append(chosen + start)
        owners.append(np.full(len(chosen), owner))
        texts += text
        start += len(text)
    every, found = np.concatenate(offsets), hashes(texts)[1]
    order = np.argsort(found[every], kind="stable")
    return _assembled(
        texts=np.frombuffer(texts, np.uint8),
        offsets=every[order],
        owners=np.concatenate(owners)[order],
        ordered=found[every][order],
        words=tuple(words),
    )


def _owner(passage: Passage) -> int:
    return passage.owner


def _chosen(passages: Iterable[Passage]) -> tuple[bytes, Places]:
    """Join the passages of one owner, and choose where its windows begin."""
    texts, allowed, start = [], [_NONE], 0
    for one in passages:
        windows = hashes(one.folded)[1][one.places]
        every = max(1, -(-len(windows) // one.most))
        allowed.append(one.places[windows % np.uint32(every) == 0] + start)
        texts.append(one.folded)
        start += len(one.folded)
    text = b"".join(texts)
    return text, firsts(text, np.concatenate(allowed))


def _assembled(
    *,
    texts: npt.NDArray[np.uint8],
    offsets: Places,
    owners: Places,
    ordered: Hashes,
    words: tuple[Word, ...],
) -> Needles:
    known = tuple(sorted((one for one in words if len(one.folded) >= BEGINNING), key=_by_text))
    shortest = min((len(one.folded) for one in known), default=RUN)
    stride = next(one for one in STRIDES if BEGINNING + one - 1 <= shortest)
    parts = sorted(
        (found, at, inside)
        for at, one in enumerate(known)
        for inside, found in list(enumerate(hashes(one.folded)[0].tolist()))[-stride:]
    )
    return Needles(
        texts=texts,
        offsets=offsets,
        owners=owners,
        windows=_Index.of(ordered),
        words=known,
        stride=stride,
        pieces=tuple((known[at], inside) for _, at, inside in parts),
        of_words=_Index.of(np.array([found for found, _, _ in parts], np.uint32)),
    )


def _by_text(word: Word) -> tuple[bytes, int]:
    return word.folded, word.owner
