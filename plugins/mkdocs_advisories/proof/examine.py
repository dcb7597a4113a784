"""One file held against the needles: whose text is in it, and what of it cannot be read."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256

from mkdocs_advisories.proof.held import Haystack
from mkdocs_advisories.proof.needles import PIECE, Find, Run, Word, together
from mkdocs_advisories.proof.reading import Fault, Reader, Reading, Trail

SHORT = 1 << 12
"""Folded characters of a reading up to which it is looked at together with others."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Leak:
    """Something of a held advisory, by its number, in a file.

    `finds` is what stands there, as secret as the needles; `is_whole` says that it is a held file.
    """

    trail: Trail
    owner: int
    finds: tuple[Find, ...] = field(default=(), repr=False)
    is_whole: bool = False

    def of(self, finds: frozenset[Find]) -> bool:
        """Say whether it is a leak still if there is nothing to find but this, and held files."""
        return self.is_whole or any(one in finds for one in self.finds)


@dataclass(frozen=True, kw_only=True, slots=True)
class Examined:
    """What is wrong with one file of the tree."""

    leaks: tuple[Leak, ...] = ()
    faults: tuple[Fault, ...] = ()


CLEAN = Examined()


@dataclass(kw_only=True, slots=True)
class _Found:
    """What one advisory shows in one part of a file, with the number of the first such reading."""

    number: int
    finds: dict[Find | None, None] = field(default_factory=dict)


@dataclass(kw_only=True, slots=True)
class _Search:
    """Looks for everything that is held in readings, one after another; in short ones together."""

    haystack: Haystack
    found: dict[tuple[Trail, int], _Found] = field(default_factory=dict)
    short: list[tuple[int, Reading]] = field(default_factory=list)
    size: int = 0
    count: int = 0

    def look(self, reading: Reading) -> None:
        """Look into a reading, now or soon."""
        self.count += 1
        if reading.whole or len(reading.folded) > SHORT:
            self._find(self.count, reading)
            return
        self.short.append((self.count, reading))
        self.size += len(reading.folded)
        if self.size > PIECE:
            self.finish()

    def finish(self) -> None:
        """Look into all readings that were put off: mostly, nothing is in any of them."""
        for text in together(one.folded for _, one in self.short):
            if any(True for _ in self.haystack.needles.find(text)):
                for number, reading in self.short:
                    self._find(number, reading)
                break
        self.short, self.size = [], 0

    def leaks(self) -> tuple[Leak, ...]:
        """Give what was found, in the order of the readings."""
        ordered = sorted(self.found.items(), key=lambda item: item[1].number)
        return tuple(
            Leak(
                trail=trail,
                owner=owner,
                finds=tuple(filter(None, one.finds)),
                is_whole=None in one.finds,
            )
            for (trail, owner), one in ordered
        )

    def _find(self, number: int, reading: Reading) -> None:
        for owner, find in _owners(reading, self.haystack):
            one = self.found.setdefault((reading.trail, owner), _Found(number=number))
            one.number = min(one.number, number)
            one.finds[find] = None


def examine(
    name: str, raw: bytes, *, haystack: Haystack, without: frozenset[str] = frozenset()
) -> Examined:
    """Read all of a file's content, and look for everything that is held."""
    reader, search = Reader(without=without), _Search(haystack=haystack)
    try:
        _search_all(search, reader.read(name, raw))
    except Exception as error:  # noqa: BLE001 - whatever a hostile file makes a parser do
        reason = f"it cannot be read: {type(error).__name__}"
        reader.faults.append(Fault(trail=(name,), reason=reason))
    return Examined(leaks=search.leaks(), faults=tuple(reader.faults))


def examine_name(
    name: str, *, haystack: Haystack, without: frozenset[str] = frozenset()
) -> frozenset[int]:
    """Give the held advisories of which a path shows something, by their numbers."""
    leaks = name_leaks(name, haystack=haystack, without=without)
    return frozenset(one.owner for one in leaks)


def name_leaks(
    name: str, *, haystack: Haystack, without: frozenset[str] = frozenset()
) -> tuple[Leak, ...]:
    """Give what a path shows of held advisories."""
    search = _Search(haystack=haystack)
    _search_all(search, Reader(without=without).read_name(name, (name,)))
    return search.leaks()


def _search_all(search: _Search, readings: Iterable[Reading]) -> None:
    """Look into readings: into those as well that there were before one failed."""
    try:
        for reading in readings:
            search.look(reading)
    finally:
        search.finish()


def _owners(reading: Reading, haystack: Haystack) -> Iterator[tuple[int, Find | None]]:
    # There are digests only if something is attached to what is held.
    if reading.whole and haystack.digests:
        owner = haystack.digests.get(sha256(reading.whole).digest())
        if owner is not None:
            yield owner, None
    for owner, find in haystack.needles.find(reading.folded):
        if isinstance(find, Run) or not find.spelled or not _is_longer_id(find, reading):
            yield owner, find


def _is_longer_id(word: Word, reading: Reading) -> bool:
    """Say whether all that looks like an id is the beginning of a longer one: CVE-2026-1234(5).

    Where the spelling leaves a doubt, it counts as the id.
    """
    parts = map(re.escape, re.findall(r"[A-Za-z0-9]+", word.spelled))
    longer = re.compile(r"[^A-Za-z0-9]{0,3}".join(parts) + r"(?=[0-9])", re.IGNORECASE)
    return len(longer.findall(reading.text)) == reading.folded.count(word.folded)
