"""One file held against the needles: whose text is in it, and what of it cannot be read."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from hashlib import sha256

from mkdocs_advisories.proof.held import Haystack
from mkdocs_advisories.proof.needles import Find, Run, Word
from mkdocs_advisories.proof.reading import Fault, Reader, Reading, Trail


@dataclass(frozen=True, kw_only=True, slots=True)
class Leak:
    """Something of a held advisory, by its number, in a file.

    `find` is what stands there; None for the whole of a held file. It is as secret as the needles.
    """

    trail: Trail
    owner: int
    find: Find | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True, slots=True)
class Examined:
    """What is wrong with one file of the tree."""

    leaks: tuple[Leak, ...] = ()
    faults: tuple[Fault, ...] = ()


CLEAN = Examined()


def examine(
    name: str, raw: bytes, *, haystack: Haystack, without: frozenset[str] = frozenset()
) -> Examined:
    """Read all of a file's content, and look for everything that is held."""
    reader, found = Reader(without=without), dict[Leak, None]()
    try:
        for reading in reader.read(name, raw):
            for owner, find in _owners(reading, haystack):
                found[Leak(trail=reading.trail, owner=owner, find=find)] = None
    except Exception as error:  # noqa: BLE001 - whatever a hostile file makes a parser do
        reason = f"it cannot be read: {type(error).__name__}"
        reader.faults.append(Fault(trail=(name,), reason=reason))
    return Examined(leaks=tuple(found), faults=tuple(reader.faults))


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
    readings = Reader(without=without).read_name(name, (name,))
    return tuple(
        Leak(trail=one.trail, owner=owner, find=find)
        for one in readings
        for owner, find in _owners(one, haystack)
    )


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
