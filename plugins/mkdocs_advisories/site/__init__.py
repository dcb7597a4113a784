"""The whole public site as one mapping, made from what is disclosed and from nothing else.

One mapping, so that one place can be proven, compared with what is live, cached and signed.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from mkdocs_advisories.embargo import Disclosure, Preview
from mkdocs_advisories.model import Disclosed, Notice
from mkdocs_advisories.openpgp import Signer
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.render.addresses import page_uri
from mkdocs_advisories.render.checkable import VERSIONS_URI, checkable
from mkdocs_advisories.render.entry import Entry, entry
from mkdocs_advisories.render.ids import IDS_URI, ids
from mkdocs_advisories.render.index import index
from mkdocs_advisories.render.json_document import json_bytes
from mkdocs_advisories.render.listing import Rows, lines_of
from mkdocs_advisories.render.missing import missing
from mkdocs_advisories.render.notes import Note
from mkdocs_advisories.render.page import Page, page_title
from mkdocs_advisories.site.companions import with_companions
from mkdocs_advisories.site.contents import Content, Contents
from mkdocs_advisories.site.feeds import feed_files
from mkdocs_advisories.site.pages import pages_about_many
from mkdocs_advisories.site.records import collected_files, provider_files, record_notes
from mkdocs_advisories.site.sheet import absolute, around_of, named, sheet_of
from mkdocs_advisories.site.sheets import FreshSheets, Sheets

__all__ = ["PREVIEW", "Brief", "Content", "Contents", "Site", "build_site"]

PREVIEW = "PREVIEW – embargoed, not public"
"""What stands on everything that is made of a preview."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Brief:
    """What a list of pages says of one."""

    uri: str
    title: str
    modified: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """What is published: `contents` by address from the site's root, and the list of all of it.

    `index` is a fragment of HTML for the page `index_uri`, `missing` one for the page of errors.
    `notes` say what a format could not carry. `is_preview` says that it may not leave this machine.
    `sheets` are what the contents of each advisory are made of.
    """

    contents: Contents
    index: str
    index_uri: str
    missing: str = ""
    notes: tuple[Note, ...] = ()
    is_preview: bool = False
    sheets: Sheets

    def briefs(self) -> Iterator[Brief]:
        """Give what lists need of every page, in the order of the contents."""
        for one in self.contents.advisories:
            title = page_title(one)
            title = f"{PREVIEW}: {title}" if self.is_preview else title
            yield Brief(uri=page_uri(one.id), title=title, modified=one.modified)
        yield from (
            Brief(uri=one.uri, title=one.title, modified=one.modified)
            for one in self.contents.rest.values()
            if isinstance(one, Page)
        )

    def found(self, entries: Callable[[Page], str | None]) -> Iterator[str | None]:
        """Give the search entries of every page; `entries` makes those that are not known."""
        for one in self.contents.advisories:
            known = self.sheets.found(one)
            yield entries(self.contents.page(one)) if known is None else known
        yield from (entries(one) for one in self.contents.rest.values() if isinstance(one, Page))


def build_site(
    disclosure: Disclosure | Preview,
    *,
    policy: Policy,
    index_uri: str,
    signer: Signer | None = None,
    sheets: Sheets | None = None,
) -> Site:
    """Render everything that is disclosed, or all of a preview.

    `index_uri` is the address of the page that lists the advisories, empty for the home page. With
    a `signer`, machine-readable files get OpenPGP signatures: the only bytes of a site that two
    builds do not share. `sheets` are those made before, if there are any.
    """
    is_preview = isinstance(disclosure, Preview)
    if is_preview:
        policy = _marked(policy)
    advisories = disclosure.advisories
    upcoming = disclosure.upcoming if isinstance(disclosure, Disclosure) else ()
    sheets = sheets or _fresh(disclosure, policy, index_uri)
    lines, rows = lines_of(advisories, policy=policy), Rows(policy.language)
    pages = pages_about_many(
        lines, policy=policy, rows=rows, index_uri=index_uri, upcoming=upcoming
    )
    rest: dict[str, Content] = {one.uri: _titled(one) if is_preview else one for one in pages}
    rest |= _files_of_all(disclosure, policy, signer, sheets, upcoming)
    root = "../" * index_uri.count("/")
    return Site(
        contents=Contents(advisories, sheet_of=sheets.sheet, signer=signer, rest=rest),
        index=index(lines, policy=policy, root=root, rows=rows, upcoming=upcoming),
        index_uri=index_uri,
        missing=missing(policy=policy, index_uri=index_uri),
        notes=record_notes(advisories),
        is_preview=is_preview,
        sheets=sheets,
    )


def _files_of_all(
    disclosure: Disclosure | Preview,
    policy: Policy,
    signer: Signer | None,
    sheets: Sheets,
    upcoming: Sequence[Notice],
) -> dict[str, bytes]:
    """Render the files that are made of all advisories together."""
    advisories = disclosure.advisories
    public = frozenset(one.id for one in advisories)

    def entry_of(one: Disclosed) -> Entry:
        html = sheets.entry_html(one)
        resolve = absolute(policy.site_url)
        return entry(one, policy=policy, public=public, resolve=resolve, html=html)

    remember = sheets.document
    feeds = feed_files(
        advisories, policy=policy, entry_of=entry_of, remember=remember, upcoming=upcoming
    )
    records = collected_files(advisories, policy=policy, osv_of=sheets.osv, remember=remember)
    return {
        **feeds,
        VERSIONS_URI: json_bytes(checkable(advisories)),
        IDS_URI: json_bytes(ids(advisories)),
        **with_companions(records, signer=signer),
        **provider_files(disclosure, policy=policy, signer=signer),
    }


def _fresh(disclosure: Disclosure | Preview, policy: Policy, index_uri: str) -> Sheets:
    around = around_of(disclosure.advisories)
    make = partial(sheet_of, policy=policy, around=around, index_uri=index_uri)
    if isinstance(disclosure, Preview):
        return FreshSheets(disclosure.advisories, lambda one: named(make(one), PREVIEW))
    return FreshSheets(disclosure.advisories, make)


def _marked(policy: Policy) -> Policy:
    """Say in the feed that it is a preview's."""
    return replace(policy, feed=replace(policy.feed, title=f"{PREVIEW}: {policy.feed.title}"))


def _titled(page: Page) -> Page:
    """Say on a page that it is a preview's."""
    return replace(page, title=f"{PREVIEW}: {page.title}")
