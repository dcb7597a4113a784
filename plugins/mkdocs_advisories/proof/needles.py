"""What is looked for: the windows of every held text, and short words, less what is public.

Everything that is held is in here, so nothing of it may be printed: no `repr` shows it.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from itertools import groupby
from typing import TypeAlias

import numpy as np
import numpy.typing as npt

from mkdocs_advisories.proof.windows import BEGINNING, WINDOW, Hashes, Places, firsts, hashes

PIECE = 1 << 17
"""Folded characters that are looked at in one go; this fits a processor's cache."""

RUN = 36
"""Folded characters in a row that are a leak, all of whose windows are needles of one advisory."""

_PLACE_BITS = 32
_INDEX_BITS = 22
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


@dataclass(frozen=True, kw_only=True, slots=True)
class _Index:
    """Hashes in order, with a table by their upper bits that rules out most others at once."""

    sorted: Hashes
    table: _Truths
    shift: int
    most_alike: int

    @classmethod
    def of(cls, ordered: Hashes) -> "_Index":
        bits = _INDEX_BITS + (2 if len(ordered) > 1 << (_INDEX_BITS - 5) else 0)
        table = np.zeros(1 << bits, np.bool_)
        table[ordered >> (32 - bits)] = True
        runs = np.unique(ordered, return_counts=True)[1]
        most_alike = int(runs.max(initial=0))
        return cls(sorted=ordered, table=table, shift=32 - bits, most_alike=most_alike)

    def pairs(self, found: Hashes) -> Iterator[tuple[Places, Places]]:
        """Give, for hashes of a text, places of it and entries of the index that have one hash."""
        places = np.flatnonzero(self.table[found >> self.shift])
        if not len(places) or not len(self.sorted):
            return
        wanted = found[places]
        entries = np.searchsorted(self.sorted, wanted)
        for _ in range(self.most_alike):
            inside = entries < len(self.sorted)
            places, wanted, entries = places[inside], wanted[inside], entries[inside]
            same = self.sorted[entries] == wanted
            places, wanted, entries = places[same], wanted[same], entries[same]
            if not len(places):
                return
            yield places, entries
            entries = entries + 1


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Needles:
    """Windows of folded texts, and words, each with the number of the advisory that owns it.

    `offsets` are where windows begin in `texts`, in the order of their hashes; `words` are in the
    order of the hashes of their beginnings.
    """

    texts: npt.NDArray[np.uint8]
    offsets: Places
    owners: Places
    windows: _Index
    words: tuple[Word, ...]
    beginnings: _Index

    def find(self, folded: bytes) -> Iterator[tuple[int, Word | None]]:
        """Give the owner of each run of needles in a folded text; of each word, with the word."""
        for start, piece in _pieces(folded):
            beginnings, windows = hashes(piece)
            places, entries = self._matches(piece, windows)
            for owner in _with_runs(places, self.owners[entries]):
                yield owner, None
            for begins, which in self.beginnings.pairs(beginnings):
                for place, entry in zip(begins.tolist(), which.tolist(), strict=True):
                    word = self.words[entry]
                    if folded.startswith(word.folded, start + place):
                        yield word.owner, word

    def count(self) -> dict[int, int]:
        """Give the number of windows that each owner has."""
        owners, counts = np.unique(self.owners, return_counts=True)
        return dict(zip(owners.tolist(), counts.tolist(), strict=True))

    def without(self, public: Iterable[bytes]) -> "Needles":
        """Drop the windows, and the words that need not stay, that stand in folded public texts."""
        gone = np.zeros(len(self.offsets), np.bool_)
        words: set[bytes] = set()
        for folded in public:
            for _, piece in _pieces(folded):
                gone[self._matches(piece, hashes(piece)[1])[1]] = True
            words |= {word.folded for _, word in self.find(folded) if word and not word.stays}
        return _assembled(
            texts=self.texts,
            offsets=self.offsets[~gone],
            owners=self.owners[~gone],
            ordered=self.windows.sorted[~gone],
            words=tuple(one for one in self.words if one.folded not in words),
        )

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

    def _matches(self, piece: bytes, windows: Hashes) -> tuple[Places, Places]:
        """Give where in a piece of a text which entries stand: their bytes, not only their hash."""
        text, span = np.frombuffer(piece, np.uint8), np.arange(WINDOW)
        found = [(_NONE, _NONE)]
        for places, entries in self.windows.pairs(windows):
            theirs = self.texts[self.offsets[entries][:, None] + span]
            same = (text[places[:, None] + span] == theirs).all(axis=1)
            found.append((places[same], entries[same]))
        return tuple(np.concatenate(parts) for parts in zip(*found, strict=True))  # type: ignore[return-value] # two of them


def _with_runs(places: Places, owners: Places) -> list[int]:
    """Give the owners that have needles at so many places in a row that they make a run."""
    if not len(places):
        return []
    ordered = np.unique(owners << _PLACE_BITS | places)
    last = RUN - WINDOW
    firsts_of_runs = ordered[: max(0, len(ordered) - last)]
    whole = ordered[last:] - firsts_of_runs == last
    found = np.unique(firsts_of_runs[whole] >> _PLACE_BITS)
    return [int(owner) for owner in found]


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
    long_enough = [one for one in words if len(one.folded) >= BEGINNING]
    by_beginning = sorted(
        (int(hashes(one.folded[:BEGINNING])[0][0]), at, one) for at, one in enumerate(long_enough)
    )
    return Needles(
        texts=texts,
        offsets=offsets,
        owners=owners,
        windows=_Index.of(ordered),
        words=tuple(one for _, _, one in by_beginning),
        beginnings=_Index.of(np.array([key for key, _, _ in by_beginning], np.uint32)),
    )
