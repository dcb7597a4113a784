"""All contents of a site as one mapping, of which no more than is needed is in memory."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from mkdocs_advisories.model import Disclosed
from mkdocs_advisories.openpgp import Signer
from mkdocs_advisories.render.addresses import page_uri
from mkdocs_advisories.render.page import Page
from mkdocs_advisories.site.companions import companions_of, with_companions
from mkdocs_advisories.site.records import addresses_of, draft_addresses_of
from mkdocs_advisories.site.sheet import SheetOf

Content = Page | bytes | Path
"""A page to be framed by a theme, the bytes of a file, or the file that is copied."""


class Contents(Mapping[str, Content]):
    """Contents by address: those of each advisory, made when they are asked for, and `rest`.

    Raises:
        ValueError: two ids make one address, as `A.1` and `a_1` do in CSAF.
    """

    def __init__(
        self,
        advisories: Sequence[Disclosed],
        *,
        sheet_of: SheetOf,
        signer: Signer | None,
        rest: Mapping[str, Content],
    ) -> None:
        self.advisories = advisories
        self.rest = rest
        self._sheet_of = sheet_of
        self._signer = signer
        self._owners = _owners(advisories, signer)
        self._last: tuple[Disclosed | None, dict[str, Content]] = (None, {})

    def of(self, disclosed: Disclosed) -> dict[str, Content]:
        """Give everything of one advisory by its address, the page first."""
        if self._last[0] is not disclosed:
            sheet = self._sheet_of(disclosed)
            page = sheet.page
            attachments = {
                page.uri + one.name: one.content for one in disclosed.content.attachments
            }
            records = with_companions(sheet.records, signer=self._signer)
            self._last = (disclosed, {page.uri: page, **attachments, **records, **sheet.drafts})
        return self._last[1]

    def page(self, disclosed: Disclosed) -> Page:
        """Give the page of one advisory."""
        return self._sheet_of(disclosed).page

    def __getitem__(self, uri: str) -> Content:
        if uri in self.rest:
            return self.rest[uri]
        return self.of(self._owners[uri])[uri]

    def __iter__(self) -> Iterator[str]:
        yield from self._owners
        yield from self.rest

    def __len__(self) -> int:
        return len(self._owners) + len(self.rest)


def _owners(advisories: Sequence[Disclosed], signer: Signer | None) -> dict[str, Disclosed]:
    owners: dict[str, Disclosed] = {}
    for one in advisories:
        for uri in _addresses(one, signer):
            if uri in owners:
                raise ValueError(f"two advisories need the address {uri}: rename one")
            owners[uri] = one
    return owners


def _addresses(one: Disclosed, signer: Signer | None) -> Iterator[str]:
    page = page_uri(one.id)
    yield page
    yield from (page + attached.name for attached in one.content.attachments)
    for uri in addresses_of(one):
        yield uri
        yield from companions_of(uri, is_signed=signer is not None)
    yield from draft_addresses_of(one)
