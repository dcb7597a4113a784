"""Sheets out of the store."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import partial
from hashlib import sha256

from markupsafe import Markup

from mkdocs_advisories.embargo import Disclosure
from mkdocs_advisories.model import Disclosed
from mkdocs_advisories.press.shell import Kind, folder_of, kind_of
from mkdocs_advisories.press.store import Record, Store, packed, unpacked
from mkdocs_advisories.render.addresses import osv_uri, page_uri
from mkdocs_advisories.render.outline import Outline
from mkdocs_advisories.render.page import Page
from mkdocs_advisories.site.batch import Batch, Brief, batch_of_pages, brief
from mkdocs_advisories.site.plain_data import (
    UNREADABLE,
    brief_data,
    brief_from,
    excerpts_from,
    outline_from,
    pages_from,
    pages_json,
    sheet_from,
    sheet_json,
)
from mkdocs_advisories.site.sheet import Drawn, Excerpts, Sheet
from mkdocs_advisories.site.sheets import Load


class StoredSheets:
    """Sheets that lie in a store; those which do not are made at once, and kept in memory."""

    def __init__(
        self,
        disclosure: Disclosure,
        *,
        store: Store,
        records: Mapping[str, Record],
        make: Callable[[Disclosed], Drawn],
    ) -> None:
        self._store = store
        self._records = records
        self._make = make
        self._marks = {name: _mark(record) for name, record in records.items()}
        self._advisories = disclosure.advisories
        self._places = {one: place for place, one in enumerate(disclosure.ids)}
        self._fresh = {
            name: make(self._advisories[place])
            for name, place in self._places.items()
            if name not in records
        }
        self.outlines: Sequence[Outline] = tuple(map(self._outline, self._places))
        self._last: tuple[str, Sheet] | None = None

    def disclosed(self, line: Outline) -> Disclosed:
        """Give the whole of an advisory."""
        return self._advisories[self._places[line.id]]

    def sheet(self, line: Outline) -> Sheet:
        """Give the sheet of an advisory. One that is damaged is made again."""
        if line.id in self._fresh:
            return self._fresh[line.id].sheet
        if self._last is None or self._last[0] != line.id:
            self._last = (line.id, self._restored(line))
        return self._last[1]

    def excerpts(self, line: Outline) -> Excerpts:
        """Give what lists and indexes quote of an advisory."""
        if line.id in self._fresh:
            return self._fresh[line.id].excerpts
        try:
            return excerpts_from(self._piece(line, "excerpts"))
        except UNREADABLE:
            return self._make(self.disclosed(line)).excerpts

    def entry_html(self, line: Outline) -> Markup:
        """Give the text of an advisory in feeds."""
        try:
            return Markup(self._piece(line, "entry").decode())  # noqa: S704 - it was safe when it was written
        except UNREADABLE:
            return self.sheet(line).entry_html

    def osv(self, line: Outline) -> bytes:
        """Give the OSV record of an advisory."""
        try:
            return self._piece(line, "osv")
        except UNREADABLE:
            return self.sheet(line).records[osv_uri(line.id)]

    def found(self, line: Outline) -> str | None:
        """Give the search entries of an advisory's page as JSON, if they are known."""
        try:
            return self._piece(line, "found").decode()
        except UNREADABLE:
            return None

    def mark(self, name: str, made_of: Sequence[Outline]) -> str | None:
        """Give what stands for all that can be made of advisories under a name.

        There is nothing for what is kept out of the store: what is made of it may be no more than
        of the day.
        """
        try:
            marks = "".join([self._marks[one.id] for one in made_of])
        except KeyError:
            return None
        return sha256(f"{name}\0{marks}".encode()).hexdigest()

    def kept(self, name: str, made_of: Sequence[Outline], make: Callable[[], bytes]) -> Load:
        """Make bytes of advisories, if they are not remembered."""
        key = self.mark(f"bytes {name}", made_of)
        if key is None:
            made = make()
            return lambda: made
        if self._store.get(key) is None:
            made = make()
            if not self._store.could_put(key, None, {"document": packed(made)}):
                return lambda: made
        return partial(self._remembered, key, make)

    def pages(
        self, name: str, made_of: Sequence[Outline], make: Callable[[], Iterable[Page]]
    ) -> Batch:
        """Make pages about advisories, if they are not remembered."""
        key = self.mark(f"pages {name}", made_of)
        if key is None:
            return batch_of_pages(name, make())
        briefs = self._briefs(key)
        if briefs is None:
            made = tuple(make())
            briefs = tuple(map(brief, made))
            facts = [brief_data(one) for one in briefs]
            if not self._store.could_put(key, facts, {"document": packed(pages_json(made))}):
                return batch_of_pages(name, made)
        return Batch(
            name=name,
            made_of=made_of,
            mark=key,
            pages=briefs,
            contents=partial(self._remembered_pages, key, make),
        )

    def mark_of(self, line: Outline) -> str:
        """Give what stands for all that is made of an advisory: it changes with its sheet."""
        known = self._marks.get(line.id)
        return known or sha256(sheet_json(self.sheet(line))).hexdigest()

    def kind(self, line: Outline) -> Kind | None:
        """Give the kind of an advisory's page."""
        record = self._records.get(line.id)
        if record is None:
            return kind_of(self.sheet(line).page)
        facts = record.facts
        return Kind(
            folder=folder_of(page_uri(line.id)),
            levels=tuple(facts["levels"]),
            has_title=facts["has_title"],
        )

    def _outline(self, name: str) -> Outline:
        record = self._records.get(name)
        return outline_from(record.facts["outline"]) if record else self._fresh[name].outline

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

    def _briefs(self, key: str) -> tuple[Brief, ...] | None:
        record = self._store.get(key)
        try:
            return tuple(map(brief_from, record.facts)) if record else None
        except UNREADABLE:
            return None

    def _remembered(self, key: str, make: Callable[[], bytes]) -> bytes:
        """Give what is remembered, or make it again if it is damaged."""
        record = self._store.get(key)
        raw = self._store.piece(record, "document") if record else None
        try:
            return unpacked(raw or b"")
        except ValueError:
            return make()

    def _remembered_pages(self, key: str, make: Callable[[], Iterable[Page]]) -> dict[str, Page]:
        try:
            pages: Iterable[Page] = pages_from(self._remembered(key, lambda: b""))
        except UNREADABLE:
            pages = make()
        return {one.uri: one for one in pages}


def _mark(record: Record) -> str:
    return record.pieces["sheet"].digest + record.pieces["excerpts"].digest
