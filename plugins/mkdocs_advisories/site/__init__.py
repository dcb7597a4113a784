"""The whole public site as one mapping, made from what is disclosed and from nothing else.

One mapping, so that one place can be proven, compared with what is live, cached and signed.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache, lru_cache, partial

from mkdocs_advisories.embargo import Disclosure, Preview
from mkdocs_advisories.openpgp import Signer
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.render.addresses import page_uri
from mkdocs_advisories.render.entry import Entry
from mkdocs_advisories.render.index import index
from mkdocs_advisories.render.listing import Lists, placed
from mkdocs_advisories.render.missing import missing
from mkdocs_advisories.render.notes import Note
from mkdocs_advisories.render.page import Page
from mkdocs_advisories.site.batch import Batch, Brief, Content, Parts
from mkdocs_advisories.site.contents import Contents
from mkdocs_advisories.site.feeds import EntryOf, feed_files, feed_roots
from mkdocs_advisories.site.finding import Search, found_of_each, found_of_many
from mkdocs_advisories.site.indexes import INDEX_ROOTS, index_files
from mkdocs_advisories.site.pages import PAGE_ROOTS, lists_of, pages_about_many
from mkdocs_advisories.site.sheet import Drawn, Sheet, around_of, draw, named
from mkdocs_advisories.site.sheets import FreshSheets, Load, Sheets

__all__ = [
    "PREVIEW",
    "Batch",
    "Brief",
    "Content",
    "Contents",
    "Parts",
    "Site",
    "build_site",
    "for_preview",
]

PREVIEW = "PREVIEW – embargoed, not public"
"""What stands on everything that is made of a preview."""


_ENTRIES = 1000
"""Entries that are kept at hand: most are in more than one feed."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """What is published: `contents` by address from the site's root, and the list of all of it.

    `index` is a fragment of HTML for the page `index_uri`, of which `rows` are the largest part;
    `missing` is one for the page of errors.
    `found` gives the entries of the search index, as JSON without brackets, in parts. `notes` say
    what a format could not carry. `is_preview` says that it may not leave this machine.
    """

    contents: Contents
    index: str
    index_uri: str
    rows: str = ""
    missing: str = ""
    found: Callable[[], tuple[Load, ...]] = tuple
    notes: tuple[Note, ...] = ()
    is_preview: bool = False

    def briefs(self) -> Iterator[Brief]:
        """Give what lists need of every page, in the order of the contents."""
        for one in self.contents.outlines:
            title = f"{PREVIEW}: {one.title}" if self.is_preview else one.title
            yield Brief(uri=page_uri(one.id), title=title, modified=one.modified)
        for batch in self.contents.batches:
            yield from batch.pages()


def build_site(  # noqa: PLR0913 - what is published, and with what
    disclosure: Disclosure | Preview,
    *,
    policy: Policy,
    index_uri: str,
    signer: Signer | None = None,
    sheets: Sheets | None = None,
    search: Search | None = None,
    is_lazy: bool = False,
) -> Site:
    """Render everything that is disclosed, or all of a preview.

    `index_uri` is the address of the page that lists the advisories, empty for the home page. With
    a `signer`, machine-readable files get OpenPGP signatures: the only bytes of a site that two
    builds do not share. `sheets` are those made before, if there are any. With `search`, what is to
    be found in a search is made as well. If it `is_lazy`, what is about many is only made once
    somebody asks for an address that is not the page of an advisory.
    """
    is_preview = isinstance(disclosure, Preview)
    upcoming = disclosure.upcoming if isinstance(disclosure, Disclosure) else ()
    sheets = sheets or _fresh(disclosure, policy, index_uri)
    lists = lists_of(sheets, policy=policy, index_uri=index_uri)
    roots = PAGE_ROOTS | feed_roots(policy) | INDEX_ROOTS
    batches = partial(_batches, disclosure, sheets, lists, policy=policy, signer=signer)
    contents = Contents(sheets, batches=batches, roots=roots, signer=signer)
    mark = f"{PREVIEW}: " if is_preview else ""
    entries = cache(partial(_found, sheets, contents, search=search, policy=policy, mark=mark))
    if not is_lazy:
        entries()
    root = "../" * index_uri.count("/")
    rows = placed(lists.row_of, sheets.outlines[: policy.pages.rows], root=root)
    return Site(
        contents=contents,
        index=index(sheets.outlines, policy=policy, root=root, rows=rows, upcoming=upcoming),
        index_uri=index_uri,
        rows=rows,
        missing=missing(policy=policy, index_uri=index_uri),
        found=entries,
        notes=tuple(note for one in sheets.outlines for note in one.notes),
        is_preview=is_preview,
    )


def _batches(
    disclosure: Disclosure | Preview,
    sheets: Sheets,
    lists: Lists,
    *,
    policy: Policy,
    signer: Signer | None,
) -> tuple[Batch, ...]:
    """Make what is about many, and all else that was planned."""
    is_preview = isinstance(disclosure, Preview)
    upcoming = disclosure.upcoming if isinstance(disclosure, Disclosure) else ()
    told = _marked(policy) if is_preview else policy
    about_many = pages_about_many(sheets, lists=lists, upcoming=upcoming)
    made = (
        *(map(_titled, about_many) if is_preview else about_many),
        *feed_files(sheets, policy=told, entry_of=_entries(sheets), upcoming=upcoming),
        *index_files(sheets, policy=told, signer=signer, as_of=disclosure.as_of),
    )
    sheets.make_planned()
    return made


def _found(
    sheets: Sheets, contents: Contents, *, search: Search | None, policy: Policy, mark: str
) -> tuple[Load, ...]:
    """Make the batches, and the entries of a search if there is one: all together, if it can be."""
    of_each: tuple[Load, ...] = ()
    if search:
        of_each = tuple(found_of_each(sheets, search=search, policy=policy, mark=mark))
    batches = contents.batches
    if search is None:
        return ()
    of_many = tuple(found_of_many(sheets, batches, search=search, mark=mark))
    sheets.make_planned()
    return of_each + of_many


def _entries(sheets: Sheets) -> EntryOf:
    """Give entries of feeds, each read once as long as it is at hand."""
    by_id = {one.id: one for one in sheets.outlines}

    @lru_cache(maxsize=_ENTRIES)
    def entry_of(advisory_id: str) -> Entry:
        return sheets.entry(by_id[advisory_id])

    return lambda line: entry_of(line.id)


def _fresh(disclosure: Disclosure | Preview, policy: Policy, index_uri: str) -> Sheets:
    around = around_of(disclosure)
    make = partial(draw, policy=policy, around=around, index_uri=index_uri)
    if isinstance(disclosure, Preview):
        return FreshSheets(disclosure.advisories, lambda one: _drawn_for_preview(make(one)))
    return FreshSheets(disclosure.advisories, make)


def _drawn_for_preview(drawn: Drawn) -> Drawn:
    return replace(drawn, sheet=for_preview(drawn.sheet))


def for_preview(sheet: Sheet) -> Sheet:
    """Say in the title of an advisory's page that it is a preview's."""
    return named(sheet, PREVIEW)


def _marked(policy: Policy) -> Policy:
    """Say in the feeds that they are a preview's."""
    return replace(policy, feed=replace(policy.feed, title=f"{PREVIEW}: {policy.feed.title}"))


def _titled(batch: Batch) -> Batch:
    """Say on pages that they are a preview's."""

    def pages() -> tuple[Brief, ...]:
        return tuple(replace(one, title=f"{PREVIEW}: {one.title}") for one in batch.pages())

    def contents() -> dict[str, Content | Parts]:
        return {uri: _titled_page(one) for uri, one in batch.contents().items()}

    return replace(batch, pages=pages, contents=contents)


def _titled_page(content: Content | Parts) -> Content | Parts:
    if isinstance(content, Page):
        return replace(content, title=f"{PREVIEW}: {content.title}")
    return content
