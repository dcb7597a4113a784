"""Clear text of held advisories in the objects of a git repository, reachable or not."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from pathlib import Path

from mkdocs_advisories.model import Advisory, InstantError
from mkdocs_advisories.source import parse
from mkdocs_advisories.source.sealed.git import contents_of, git

LARGEST_OBJECT = 1024 * 1024
_SHORTEST_LINE = 30  # characters of a line that tells something
_BATCH = 500
_EMBARGO = re.compile(rb"^embargo:[ \t]*[\"']?([^\s\"'#]+)", re.MULTILINE)


@dataclass(frozen=True, kw_only=True, slots=True)
class Trace:
    """An object of git that has clear text in it; unreachable ones go with the next `git gc`."""

    object_id: str
    kind: str
    reachable: bool


@dataclass(frozen=True, kw_only=True, slots=True, repr=False)
class Needles:
    """What to look for: whole lines, and ids."""

    lines: frozenset[bytes]
    ids: frozenset[bytes]

    def are_in(self, raw: bytes) -> bool:
        """Say whether one of them stands in some text."""
        if not self.lines.isdisjoint(line.strip() for line in raw.split(b"\n")):
            return True
        return not self.ids.isdisjoint(re.split(rb"[^a-z0-9-]+", raw.lower()))


def needles(held: Iterable[Advisory], public: Iterable[Advisory]) -> Needles:
    """Take from held advisories what no public one says, too."""
    known = {line for one in public for line in _lines(one)}
    waiting = list(held)
    return Needles(
        lines=frozenset(line for one in waiting for line in _lines(one)) - known,
        ids=frozenset(name.lower().encode() for one in waiting for name in one.content.named_ids()),
    )


def traces(root: Path, *, wanted: Needles, public: bool, now: datetime) -> tuple[Trace, ...]:
    """Look through every object that git keeps.

    In a `public` source any advisory that says itself to be held counts, too.
    """
    found = [
        (name, kind)
        for name, kind, raw in _objects(root)
        if wanted.are_in(raw) or (public and _says_held(raw, now))
    ]
    reachable = set(_reachable(root)) if found else set()
    return tuple(
        Trace(object_id=name, kind=kind, reachable=name in reachable) for name, kind in found
    )


def _lines(advisory: Advisory) -> Iterator[bytes]:
    text = f"{advisory.content.summary}\nsummary: {advisory.content.summary}"
    for line in f"{text}\n{advisory.content.details}".split("\n"):
        if len(line.strip()) >= _SHORTEST_LINE:
            yield line.strip().encode()


def _says_held(raw: bytes, now: datetime) -> bool:
    if not raw.startswith(b"---\n") or raw.startswith(b"---\nsealed:"):
        return False
    match = _EMBARGO.search(raw, 0, raw.find(b"\n---", 4) + 1)
    try:
        embargo = parse.embargo(match[1].decode("utf-8")) if match else now
    except (InstantError, UnicodeDecodeError):
        return False
    return embargo is None or embargo > now


def _objects(root: Path) -> Iterator[tuple[str, str, bytes]]:
    form = "--batch-check=%(objectname) %(objecttype) %(objectsize)"
    listed = git(root, "cat-file", "--batch-all-objects", "--unordered", form) or b""
    entries = (line.decode().split() for line in listed.splitlines())
    wanted = iter(
        [
            (name, kind)
            for name, kind, size in entries
            if kind != "tree" and int(size) <= LARGEST_OBJECT
        ]
    )
    while batch := list(islice(wanted, _BATCH)):
        raws = contents_of(root, [name for name, _ in batch]) or []
        for (name, kind), raw in zip(batch, raws, strict=False):
            yield name, kind, raw


def _reachable(root: Path) -> Iterator[str]:
    listed = git(root, "rev-list", "--objects", "--no-object-names", "--all") or b""
    yield from listed.decode().split()
