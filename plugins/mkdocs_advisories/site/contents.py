"""All contents of a site as one mapping, of which no more than is needed is in memory."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property, partial

from mkdocs_advisories.openpgp import Signer
from mkdocs_advisories.render.addresses import page_uri
from mkdocs_advisories.render.outline import Outline
from mkdocs_advisories.render.page import Page
from mkdocs_advisories.site.batch import Batch, Content, Parts
from mkdocs_advisories.site.companions import companions_of, with_companions
from mkdocs_advisories.site.records import FORMATS, ROOTS, addresses_of, draft_addresses_of
from mkdocs_advisories.site.sheets import Sheets

_Owner = Outline | Batch


class Contents(Mapping[str, Content]):
    """Contents by address, made when they are asked for: those of each advisory, then the batches.

    Raises:
        ValueError: two ids make one address, as `A.1` and `a_1` do in CSAF.
    """

    def __init__(
        self,
        sheets: Sheets,
        *,
        batches: Callable[[], Sequence[Batch]],
        roots: frozenset[str],
        signer: Signer | None,
    ) -> None:
        self.outlines = sheets.outlines
        self.roots = ROOTS | roots
        """The first parts of all addresses, and perhaps others."""
        self._make = batches
        self._sheets = sheets
        self._signer = signer
        self._last: tuple[_Owner | None, Mapping[str, Content]] = (None, {})
        _refuse_shared(self.outlines)

    @cached_property
    def batches(self) -> Sequence[Batch]:
        """What is made together."""
        return self._make()

    def of(self, line: Outline) -> dict[str, Content]:
        """Give everything of one advisory by its address, the page first."""
        sheet = self._sheets.sheet(line)
        page = sheet.page
        records = with_companions(sheet.records, signer=self._signer)
        return {page.uri: page, **self._attachments(line), **records, **sheet.drafts}

    def page(self, line: Outline) -> Page:
        """Give the page of one advisory."""
        return self._sheets.sheet(line).page

    def __getitem__(self, uri: str) -> Content:
        owner = self._by_page.get(uri) or self._owners[uri]
        if self._last[0] is not owner:
            found = self.of(owner) if isinstance(owner, Outline) else _whole(owner.contents())
            self._last = (owner, found)
        return self._last[1][uri]

    def __contains__(self, uri: object) -> bool:
        return uri in self._by_page or uri in self._owners

    def __iter__(self) -> Iterator[str]:
        return iter(self._owners)

    def __len__(self) -> int:
        return len(self._owners)

    def _attachments(self, line: Outline) -> dict[str, Content]:
        if not line.attachments:
            return {}
        content = self._sheets.disclosed(line).content
        return {page_uri(line.id) + one.name: one.content for one in content.attachments}

    @cached_property
    def _by_page(self) -> dict[str, Outline]:
        """The advisories by their pages, and what lies beside them: a server is asked for those."""
        return {
            page_uri(one.id) + name: one for one in self.outlines for name in ("", *one.attachments)
        }

    @cached_property
    def _owners(self) -> dict[str, _Owner]:
        owners: dict[str, _Owner] = {}
        addresses = partial(_addresses, signer=self._signer)
        for line in self.outlines:
            owners |= dict.fromkeys(addresses(line), line)
        for batch in self.batches:
            owners |= dict.fromkeys(batch.addresses, batch)
        return owners


def _whole(contents: Mapping[str, Content | Parts]) -> dict[str, Content]:
    """Put together what comes in parts."""
    return {uri: b"".join(one) if isinstance(one, Parts) else one for uri, one in contents.items()}


def _refuse_shared(lines: Sequence[Outline]) -> None:
    """Make sure that every advisory has its own addresses; companions share those of records.

    Each format has folders of its own, so no more than its addresses need be in memory.
    """
    for uris in FORMATS:
        taken: set[str] = set()
        for line in lines:
            for uri in uris(line):
                if uri in taken:
                    raise ValueError(f"two advisories need the address {uri}: rename one")
                taken.add(uri)


def _addresses(line: Outline, *, signer: Signer | None) -> Iterator[str]:
    page = page_uri(line.id)
    yield page
    yield from (page + name for name in line.attachments)
    for uri in addresses_of(line):
        yield uri
        yield from companions_of(uri, is_signed=signer is not None)
    yield from draft_addresses_of(line)
