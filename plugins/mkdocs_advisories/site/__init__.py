"""The whole public site as one mapping, made from what is disclosed and from nothing else.

One mapping, so that one place can be proven, compared with what is live, cached and signed.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from types import MappingProxyType

from mkdocs_advisories.embargo import Disclosure, Preview
from mkdocs_advisories.model import Disclosed
from mkdocs_advisories.openpgp import Signer
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.render.addresses import bundle_uri, page_uri
from mkdocs_advisories.render.bundle import bundles
from mkdocs_advisories.render.checkable import VERSIONS_URI, checkable
from mkdocs_advisories.render.ids import IDS_URI, ids
from mkdocs_advisories.render.index import index
from mkdocs_advisories.render.json_document import json_bytes
from mkdocs_advisories.render.listing import Line, Rows, lines_of
from mkdocs_advisories.render.missing import missing
from mkdocs_advisories.render.notes import Note
from mkdocs_advisories.render.page import Bundle, Elsewhere, Page, advisory_page
from mkdocs_advisories.site.companions import with_companions
from mkdocs_advisories.site.feeds import feed_files, page_feeds
from mkdocs_advisories.site.pages import pages_about_many
from mkdocs_advisories.site.records import (
    draft_files,
    page_data,
    provider_files,
    record_files,
    record_notes,
)
from mkdocs_advisories.source.body import attachment_name

__all__ = ["PREVIEW", "Content", "Site", "build_site"]

PREVIEW = "PREVIEW – embargoed, not public"
"""What stands on everything that is made of a preview."""

Content = Page | bytes | Path
"""A page to be framed by a theme, the bytes of a file, or the file that is copied."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Site:
    """What is published: `contents` by address from the site's root, and the list of all of it.

    `index` is a fragment of HTML for the page `index_uri`, `missing` one for the page of errors.
    `notes` say what a format could not carry. `is_preview` says that it may not leave this machine.
    """

    contents: Mapping[str, Content]
    index: str
    index_uri: str
    missing: str = ""
    notes: tuple[Note, ...] = ()
    is_preview: bool = False


def build_site(
    disclosure: Disclosure | Preview,
    *,
    policy: Policy,
    index_uri: str,
    signer: Signer | None = None,
) -> Site:
    """Render everything that is disclosed, or all of a preview.

    `index_uri` is the address of the page that lists the advisories, empty for the home page. With
    a `signer`, machine-readable files get OpenPGP signatures: the only bytes of a site that two
    builds do not share.
    """
    is_preview = isinstance(disclosure, Preview)
    if is_preview:
        policy = _marked(policy)
    upcoming = disclosure.upcoming if isinstance(disclosure, Disclosure) else ()
    lines, rows = lines_of(disclosure.advisories, policy=policy), Rows(policy.language)
    pages = [
        *_advisory_pages(lines, policy=policy, index_uri=index_uri),
        *pages_about_many(lines, policy=policy, rows=rows, index_uri=index_uri, upcoming=upcoming),
    ]
    contents: dict[str, Content] = {one.uri: _titled(one) if is_preview else one for one in pages}
    contents |= _attachments(disclosure.advisories)
    contents |= feed_files(
        disclosure.advisories,
        policy=policy,
        resolve=_absolute(policy.site_url),
        upcoming=upcoming,
    )
    contents[VERSIONS_URI] = json_bytes(checkable(disclosure.advisories))
    contents[IDS_URI] = json_bytes(ids(disclosure.advisories))
    records = record_files(disclosure.advisories, policy=policy)
    contents |= with_companions(records, signer=signer)
    contents |= draft_files(disclosure.advisories, policy=policy)
    contents |= provider_files(disclosure, policy=policy, signer=signer)
    root = "../" * index_uri.count("/")
    return Site(
        contents=MappingProxyType(contents),
        index=index(lines, policy=policy, root=root, rows=rows, upcoming=upcoming),
        index_uri=index_uri,
        missing=missing(policy=policy, index_uri=index_uri),
        notes=record_notes(disclosure.advisories),
        is_preview=is_preview,
    )


def _advisory_pages(lines: Sequence[Line], *, policy: Policy, index_uri: str) -> Iterator[Page]:
    public = frozenset(one.shown.id for one in lines)
    together = bundles(lines)
    for one in (line.disclosed for line in lines):
        others = len(together.get(one.published, ())) - 1
        bundle = Bundle(uri=bundle_uri(one.published), others=others) if others > 0 else None
        yield advisory_page(
            one,
            policy=policy,
            public=public,
            resolve=_within_page(one),
            elsewhere=Elsewhere(
                index=index_uri,
                data=page_data(one, policy=policy),
                feeds=page_feeds(one, policy=policy),
                bundle=bundle,
            ),
        )


def _attachments(advisories: Iterable[Disclosed]) -> dict[str, bytes | Path]:
    return {
        page_uri(one.id) + attached.name: attached.content
        for one in advisories
        for attached in one.content.attachments
    }


def _marked(policy: Policy) -> Policy:
    """Say in the feed that it is a preview's."""
    return replace(policy, feed=replace(policy.feed, title=f"{PREVIEW}: {policy.feed.title}"))


def _titled(page: Page) -> Page:
    """Say on a page that it is a preview's."""
    return replace(page, title=f"{PREVIEW}: {page.title}")


def _within_page(disclosed: Disclosed) -> Callable[[str], str | None]:
    """Resolve a link of the body for the advisory's own page, beside which attachments lie."""
    return lambda link: _attached(disclosed, link)


def _absolute(site_url: str) -> Callable[[Disclosed, str], str | None]:
    """Resolve a link of the body for readers that are not on the site."""

    def resolve(disclosed: Disclosed, link: str) -> str | None:
        name = _attached(disclosed, link)
        return name and f"{site_url}{page_uri(disclosed.id)}{name}"

    return resolve


def _attached(disclosed: Disclosed, link: str) -> str | None:
    name = attachment_name(link, disclosed.id)
    return name if name in {one.name for one in disclosed.content.attachments} else None
