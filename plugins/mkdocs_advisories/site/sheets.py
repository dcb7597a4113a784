"""Where the sheets of a site come from: made at once, or out of a store that has them already."""

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from mkdocs_advisories.model import Disclosed
from mkdocs_advisories.render.addresses import osv_uri
from mkdocs_advisories.render.entry import Entry
from mkdocs_advisories.render.outline import Outline
from mkdocs_advisories.render.page import Page
from mkdocs_advisories.site.batch import Batch, batch_of_pages
from mkdocs_advisories.site.sheet import Drawn, Excerpts, Sheet

Load = Callable[[], bytes]
"""Gives bytes that were made before."""


class Sheets(Protocol):
    """Gives what is made of one advisory, and remembers what was made of several."""

    outlines: Sequence[Outline]
    """All that is disclosed, newest first."""

    def disclosed(self, line: Outline) -> Disclosed:
        """Give the whole of an advisory."""

    def sheet(self, line: Outline) -> Sheet:
        """Give the sheet of an advisory."""

    def excerpts(self, line: Outline) -> Excerpts:
        """Give what lists and indexes quote of an advisory."""

    def entry(self, line: Outline) -> Entry:
        """Give the entry of an advisory in feeds."""

    def osv(self, line: Outline) -> bytes:
        """Give the OSV record of an advisory."""

    def mark(self, name: str, made_of: Sequence[Outline]) -> str | None:
        """Give what stands for all that can be made of advisories under a name; None if nothing."""

    def kept(self, name: str, made_of: Sequence[Outline], make: Callable[[], bytes]) -> Load:
        """Have bytes of advisories made, if they are not remembered."""

    def pages(
        self, name: str, made_of: Sequence[Outline], make: Callable[[], Iterable[Page]]
    ) -> Batch:
        """Have pages about advisories made, if they are not remembered."""

    def make_planned(self) -> None:
        """Make all that is to be made and is not yet: only then may anybody ask for it."""


class FreshSheets:
    """Sheets that are all made at once, and remembered nowhere."""

    def __init__(self, advisories: Iterable[Disclosed], make: Callable[[Disclosed], Drawn]) -> None:
        self._made = {one.id: (one, make(one)) for one in advisories}
        self.outlines: Sequence[Outline] = tuple(drawn.outline for _, drawn in self._made.values())

    def disclosed(self, line: Outline) -> Disclosed:
        """Give the whole of an advisory."""
        return self._made[line.id][0]

    def sheet(self, line: Outline) -> Sheet:
        """Give the sheet of an advisory."""
        return self._made[line.id][1].sheet

    def excerpts(self, line: Outline) -> Excerpts:
        """Give what lists and indexes quote of an advisory."""
        return self._made[line.id][1].excerpts

    def entry(self, line: Outline) -> Entry:
        """Give the entry of an advisory in feeds."""
        return self._made[line.id][1].entry

    def osv(self, line: Outline) -> bytes:
        """Give the OSV record of an advisory."""
        return self.sheet(line).records[osv_uri(line.id)]

    def mark(self, _: str, __: Sequence[Outline]) -> None:
        """Give nothing: everything is new."""

    def kept(self, _: str, __: Sequence[Outline], make: Callable[[], bytes]) -> Load:
        """Make bytes."""
        made = make()
        return lambda: made

    def pages(self, name: str, _: Sequence[Outline], make: Callable[[], Iterable[Page]]) -> Batch:
        """Make pages."""
        return batch_of_pages(name, make())

    def make_planned(self) -> None:
        """Make nothing: it was all made at once."""
