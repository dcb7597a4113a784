"""Where the sheets of a site come from: made at once, or out of a store that has them already."""

from collections.abc import Callable, Iterable, Sequence
from typing import Protocol

from markupsafe import Markup

from mkdocs_advisories.model import Disclosed
from mkdocs_advisories.render.addresses import osv_uri
from mkdocs_advisories.site.sheet import Sheet, SheetOf


class Sheets(Protocol):
    """Gives what is made of one advisory, and remembers what was made of several."""

    def sheet(self, disclosed: Disclosed) -> Sheet:
        """Give the sheet of an advisory."""

    def entry_html(self, disclosed: Disclosed) -> Markup:
        """Give the text of an advisory in feeds."""

    def osv(self, disclosed: Disclosed) -> bytes:
        """Give the OSV record of an advisory."""

    def found(self, disclosed: Disclosed) -> str | None:
        """Give the search entries of an advisory's page as JSON, if they are known."""

    def document(self, name: str, made_of: Sequence[Disclosed], make: Callable[[], bytes]) -> bytes:
        """Give a document of several advisories: remembered, or made now."""


class FreshSheets:
    """Sheets that are all made at once, and remembered nowhere."""

    def __init__(self, advisories: Iterable[Disclosed], make: SheetOf) -> None:
        self._made = {one.id: make(one) for one in advisories}

    def sheet(self, disclosed: Disclosed) -> Sheet:
        """Give the sheet of an advisory."""
        return self._made[disclosed.id]

    def entry_html(self, disclosed: Disclosed) -> Markup:
        """Give the text of an advisory in feeds."""
        return self._made[disclosed.id].entry_html

    def osv(self, disclosed: Disclosed) -> bytes:
        """Give the OSV record of an advisory."""
        return self._made[disclosed.id].records[osv_uri(disclosed.id)]

    def found(self, disclosed: Disclosed) -> str | None:
        """Give nothing: search entries are made where they are needed."""
        return self._made[disclosed.id].found

    def document(self, _: str, __: Sequence[Disclosed], make: Callable[[], bytes]) -> bytes:
        """Make every document."""
        return make()
