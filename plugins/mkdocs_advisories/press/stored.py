"""Sheets out of the store."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache, partial
from hashlib import sha256

from mkdocs_advisories.embargo import Disclosure, Preview
from mkdocs_advisories.model import Disclosed
from mkdocs_advisories.press.facts import facts_of
from mkdocs_advisories.press.hands import HandsError, can_fork, hands_for, spread
from mkdocs_advisories.press.shell import Kind, kind_of
from mkdocs_advisories.press.store import Record, Store, packed, unpacked
from mkdocs_advisories.render.addresses import FOLDER, osv_uri
from mkdocs_advisories.render.entry import Entry
from mkdocs_advisories.render.outline import Outline
from mkdocs_advisories.render.page import Page
from mkdocs_advisories.site.batch import Batch, Brief, batch_at_last, batch_of_pages, brief
from mkdocs_advisories.site.plain_data import (
    UNREADABLE,
    brief_data,
    brief_from,
    entry_from,
    excerpts_from,
    pages_from,
    pages_json,
    sheet_from,
    sheet_json,
)
from mkdocs_advisories.site.sheet import Drawn, Excerpts, Sheet
from mkdocs_advisories.site.sheets import Load

_A_LINE = 0.0003
"""Seconds that each advisory takes of what is made of it, about."""

_FEW = 100
"""Advisories of which something is made in no time."""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Planned:
    """What is to be made: facts, and bytes.

    `size` is of how many advisories; of one `kind` is what one function makes.
    """

    size: int
    kind: str
    make: Callable[[], tuple[bytes, bytes]]


class StoredSheets:
    """Sheets that lie in a store; those which do not are made at once, and kept in memory.

    With `shown`, all of them are given as it gives them; in the store they are as they are. If they
    are `is_lazy`, what is about many is made when it is asked for.
    """

    def __init__(  # noqa: PLR0913 - what they are of, where they lie, and how they are given
        self,
        disclosure: Disclosure | Preview,
        *,
        store: Store,
        records: Mapping[str, Record],
        make: Callable[[Disclosed], Drawn],
        shown: Callable[[Sheet], Sheet] | None = None,
        is_lazy: bool = False,
    ) -> None:
        self._store = store
        self._records = records
        self._make = make
        self._shown = shown
        self._is_lazy = is_lazy
        self._advisories = disclosure.advisories
        self._places = {one: place for place, one in enumerate(disclosure.ids)}
        self._fresh = {
            name: make(self._advisories[place])
            for name, place in self._places.items()
            if name not in records
        }
        self.outlines: Sequence[Outline] = tuple(map(self._outline, self._places))
        self._last: tuple[str, Sheet] | None = None
        self._planned: dict[str, _Planned] = {}
        self._unstored: dict[str, tuple[bytes, bytes]] = {}

    def disclosed(self, line: Outline) -> Disclosed:
        """Give the whole of an advisory."""
        return self._advisories[self._places[line.id]]

    def sheet(self, line: Outline) -> Sheet:
        """Give the sheet of an advisory. One that is damaged is made again."""
        if self._last is None or self._last[0] != line.id:
            fresh = self._fresh.get(line.id)
            sheet = fresh.sheet if fresh else self._restored(line)
            self._last = (line.id, self._shown(sheet) if self._shown else sheet)
        return self._last[1]

    def excerpts(self, line: Outline) -> Excerpts:
        """Give what lists and indexes quote of an advisory."""
        if line.id in self._fresh:
            return self._fresh[line.id].excerpts
        try:
            return excerpts_from(self._piece(line, "excerpts"))
        except UNREADABLE:
            return self._make(self.disclosed(line)).excerpts

    def entry(self, line: Outline) -> Entry:
        """Give the entry of an advisory in feeds."""
        if line.id in self._fresh:
            return self._fresh[line.id].entry
        try:
            return entry_from(self._piece(line, "entry"))
        except UNREADABLE:
            return self._make(self.disclosed(line)).entry

    def osv(self, line: Outline) -> bytes:
        """Give the OSV record of an advisory."""
        try:
            return self._piece(line, "osv")
        except UNREADABLE:
            return self.sheet(line).records[osv_uri(line.id)]

    @cached_property
    def _marks(self) -> dict[str, bytes]:
        return {name: _mark(record) for name, record in self._records.items()}

    def mark(self, name: str, made_of: Sequence[Outline]) -> str | None:
        """Give what stands for all that can be made of advisories under a name.

        There is nothing for what is kept out of the store: what is made of it may be no more than
        of the day.
        """
        try:
            marks = b"".join([self._marks[one.id] for one in made_of])
        except KeyError:
            return None
        return sha256(b"%b\0%b" % (name.encode(), marks)).hexdigest()

    def kept(self, name: str, made_of: Sequence[Outline], make: Callable[[], bytes]) -> Load:
        """Plan to make bytes of advisories, if they are not remembered."""
        key = self.mark(f"bytes {name}", made_of)
        if key is None:
            if self._is_lazy:
                return make
            made = make()
            return lambda: made
        self._plan(key, made_of, _kind_of(make), lambda: (b"null", make()))
        return lambda: self._document(key) or make()

    def pages(
        self, name: str, made_of: Sequence[Outline], make: Callable[[], Iterable[Page]]
    ) -> Batch:
        """Plan to make pages about advisories, if they are not remembered."""
        key = self.mark(f"pages {name}", made_of)
        if key is None:
            return batch_at_last(name, make) if self._is_lazy else batch_of_pages(name, make())
        self._plan(key, made_of, _kind_of(make), partial(_pages_made, make))
        return Batch(
            name=name,
            made_of=made_of,
            mark=key,
            pages=cache(partial(self._briefs, key, make)),
            contents=partial(self._pages, key, make),
        )

    def make_planned(self) -> None:
        """Make what was planned, on every processor there is."""
        if self._is_lazy:
            return
        planned, self._planned = self._planned, {}
        size = sum(one.size for one in planned.values())
        hands = hands_for(size, seconds=_A_LINE) if can_fork() else 1
        # These are made here: what they load, the other processes have when they begin.
        for key in list(_firsts(planned)) if hands > 1 else ():
            self._keep(*_made(planned, key))
            del planned[key]
        keys = sorted(planned, key=lambda key: -planned[key].size)
        try:
            for key, facts, raw in spread(partial(_made, planned), keys, hands=hands, at_once=1):
                del planned[key]
                self._keep(key, facts, raw)
        except HandsError:
            self._store.note("a process has died: the rest is done by one")
            for key in list(planned):
                self._keep(*_made(planned, key))

    def mark_of(self, line: Outline) -> str:
        """Give what stands for all that is made of an advisory: it changes with its sheet."""
        record = self._records.get(line.id)
        digest = record.digest("sheet") if record else sha256(sheet_json(self.sheet(line))).digest()
        return digest.hex()

    def kind(self, line: Outline) -> Kind | None:
        """Give the kind of an advisory's page."""
        record = self._records.get(line.id)
        if record is None:
            return kind_of(self.sheet(line).page)
        facts = facts_of(record)
        return _kind(facts.levels, has_title=facts.has_title)

    def _outline(self, name: str) -> Outline:
        record = self._records.get(name)
        return facts_of(record).outline if record else self._fresh[name].outline

    def _restored(self, line: Outline) -> Sheet:
        try:
            return sheet_from(self._piece(line, "sheet"))
        except UNREADABLE:
            return self._make(self.disclosed(line)).sheet

    def _piece(self, line: Outline, name: str) -> bytes:
        raw = self._store.piece(self._records[line.id], name)
        if raw is None:
            raise ValueError("damaged")
        return unpacked(raw)

    def _plan(
        self,
        key: str,
        made_of: Sequence[Outline],
        kind: str,
        make: Callable[[], tuple[bytes, bytes]],
    ) -> None:
        if self._store.get(key) is None:
            self._planned[key] = _Planned(size=len(made_of), kind=kind, make=make)

    def _make_planned(self, key: str) -> None:
        if key in self._planned:
            self._keep(*_made(self._planned, key))
            del self._planned[key]

    def _keep(self, key: str, facts: bytes, raw: bytes) -> None:
        if not self._store.could_put(key, facts, {"document": raw}):
            self._unstored[key] = (facts, raw)

    def _document(self, key: str) -> bytes | None:
        """Give what is remembered, unless it is damaged."""
        self._make_planned(key)
        record = self._store.get(key)
        raw = self._store.piece(record, "document") if record else None
        raw = raw or self._unstored.get(key, (b"", b""))[1]
        try:
            return unpacked(raw)
        except ValueError:
            return None

    def _briefs(self, key: str, make: Callable[[], Iterable[Page]]) -> tuple[Brief, ...]:
        self._make_planned(key)
        record = self._store.get(key)
        facts = record.facts if record else self._unstored.get(key, (b"", b""))[0]
        try:
            return tuple(map(brief_from, json.loads(facts)))
        except UNREADABLE:
            return tuple(map(brief, make()))

    def _pages(self, key: str, make: Callable[[], Iterable[Page]]) -> dict[str, Page]:
        try:
            pages: Iterable[Page] = pages_from(self._document(key) or b"")
        except UNREADABLE:
            pages = make()
        return {one.uri: one for one in pages}


@lru_cache
def _kind(levels: tuple[int, ...], *, has_title: bool) -> Kind:
    """Give the kind of the pages of advisories, which is one and the same for many."""
    return Kind(folder=f"{FOLDER}/", levels=levels, has_title=has_title)


def _kind_of(make: Callable[[], object]) -> str:
    """Name the function that makes something."""
    function = make.func if isinstance(make, partial) else make
    return function.__qualname__


def _firsts(planned: Mapping[str, _Planned]) -> Iterator[str]:
    """Give one of each kind of which there are several, if one takes no time.

    It is the largest of those: what it loads is most of what the others need.
    """
    kinds: dict[str, list[str]] = {}
    for key, one in planned.items():
        kinds.setdefault(one.kind, []).append(key)
    for keys in kinds.values():
        small = [key for key in keys if planned[key].size <= _FEW]
        if small and len(keys) > 1:
            yield max(small, key=lambda key: planned[key].size)


def _made(planned: Mapping[str, _Planned], key: str) -> tuple[str, bytes, bytes]:
    facts, raw = planned[key].make()
    return key, facts, packed(raw)


def _pages_made(make: Callable[[], Iterable[Page]]) -> tuple[bytes, bytes]:
    pages = tuple(make())
    return json.dumps([brief_data(brief(one)) for one in pages]).encode(), pages_json(pages)


def _mark(record: Record) -> bytes:
    return b"".join(record.digest(name) for name in ("sheet", "excerpts", "entry"))
