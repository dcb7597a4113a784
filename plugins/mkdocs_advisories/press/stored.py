"""Sheets out of the store."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from hashlib import sha256

from markupsafe import Markup

from mkdocs_advisories.model import Disclosed
from mkdocs_advisories.press.shell import Kind, folder_of, kind_of
from mkdocs_advisories.press.store import Record, Store, remembered, unpacked
from mkdocs_advisories.render.addresses import osv_uri, page_uri
from mkdocs_advisories.site.sheet import Sheet, SheetOf, from_json, to_json


class StoredSheets:
    """Sheets that lie in a store; those which do not are made at once, and kept in memory."""

    def __init__(
        self,
        advisories: Iterable[Disclosed],
        *,
        store: Store,
        records: Mapping[str, Record],
        make: SheetOf,
    ) -> None:
        self._store = store
        self._records = records
        self._make = make
        self._fresh = {one.id: make(one) for one in advisories if one.id not in records}
        self._last: tuple[Disclosed, Sheet] | None = None

    def sheet(self, disclosed: Disclosed) -> Sheet:
        """Give the sheet of an advisory. One that is damaged is made again."""
        if disclosed.id in self._fresh:
            return self._fresh[disclosed.id]
        if self._last is None or self._last[0] is not disclosed:
            self._last = (disclosed, self._restored(disclosed))
        return self._last[1]

    def entry_html(self, disclosed: Disclosed) -> Markup:
        """Give the text of an advisory in feeds."""
        try:
            return Markup(self._piece(disclosed, "entry").decode())  # noqa: S704 - it was safe when it was written
        except (ValueError, KeyError):
            return self.sheet(disclosed).entry_html

    def osv(self, disclosed: Disclosed) -> bytes:
        """Give the OSV record of an advisory."""
        try:
            return self._piece(disclosed, "osv")
        except (ValueError, KeyError):
            return self.sheet(disclosed).records[osv_uri(disclosed.id)]

    def found(self, disclosed: Disclosed) -> str | None:
        """Give the search entries of an advisory's page as JSON, if they are known."""
        try:
            return self._piece(disclosed, "found").decode()
        except (ValueError, KeyError):
            return None

    def document(self, name: str, made_of: Sequence[Disclosed], make: Callable[[], bytes]) -> bytes:
        """Give a document of several advisories: remembered, or made now."""
        if any(one.id not in self._records for one in made_of):
            return make()
        digest = sha256(name.encode())
        for one in made_of:
            digest.update(self.mark(one).encode())
        return remembered(self._store, digest.hexdigest(), make)

    def mark(self, disclosed: Disclosed) -> str:
        """Give what stands for all that is made of an advisory: it changes with its sheet."""
        record = self._records.get(disclosed.id)
        if record:
            return record.pieces["sheet"].digest
        return sha256(to_json(self.sheet(disclosed))).hexdigest()

    def kind(self, disclosed: Disclosed) -> Kind | None:
        """Give the kind of an advisory's page."""
        record = self._records.get(disclosed.id)
        if record is None:
            return kind_of(self.sheet(disclosed).page)
        facts = record.facts
        return Kind(
            folder=folder_of(page_uri(disclosed.id)),
            levels=tuple(facts["levels"]),
            has_title=facts["has_title"],
        )

    def _restored(self, disclosed: Disclosed) -> Sheet:
        try:
            return from_json(self._piece(disclosed, "sheet"))
        except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
            return self._make(disclosed)

    def _piece(self, disclosed: Disclosed, name: str) -> bytes:
        raw = self._store.piece(self._records[disclosed.id], name)
        if raw is None:
            raise ValueError("damaged")
        return unpacked(raw)
