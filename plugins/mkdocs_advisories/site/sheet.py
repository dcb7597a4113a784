"""All that is made of one advisory alone, apart from every other."""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from mkdocs_advisories.embargo import Disclosure, Preview
from mkdocs_advisories.model import Disclosed
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.render.addresses import bundle_uri, page_uri
from mkdocs_advisories.render.checkable import PackageName, said
from mkdocs_advisories.render.entry import Entry, Resolve, entry, entry_html
from mkdocs_advisories.render.json_document import json_text
from mkdocs_advisories.render.listing import brief, row
from mkdocs_advisories.render.machine_index import indexed
from mkdocs_advisories.render.outline import Outline, outline
from mkdocs_advisories.render.page import Bundle, Elsewhere, Page, advisory_page
from mkdocs_advisories.render.searched import Paragraphs, in_short
from mkdocs_advisories.render.view import View, view
from mkdocs_advisories.render.words import words_of
from mkdocs_advisories.site.records import (
    drafts_of,
    page_data,
    page_feeds,
    record_notes,
    records_of,
)
from mkdocs_advisories.source.body import attachment_name


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """Everything of one advisory: its page, and its files by address.

    `records` get companions, `drafts` do not.
    """

    page: Page
    records: Mapping[str, bytes]
    drafts: Mapping[str, bytes]


@dataclass(frozen=True, kw_only=True, slots=True)
class Excerpts:
    """What lists and indexes quote of an advisory.

    `row` and `brief` are HTML for tables and short lists (`render.listing`), `indexed` is its entry
    in the index for programs, as JSON; `said` is what it says of the versions of each package, as
    JSON: there may be two of one package; `searched` is what a search finds it by in short.
    """

    row: str
    brief: str
    indexed: bytes
    said: tuple[tuple[PackageName, bytes], ...]
    searched: Paragraphs


@dataclass(frozen=True, kw_only=True, slots=True)
class Drawn:
    """All that is made of one advisory: what is published of it alone, and its part in lists."""

    outline: Outline
    sheet: Sheet
    excerpts: Excerpts
    entry: Entry


@dataclass(frozen=True, kw_only=True, slots=True)
class Around:
    """What a sheet says of others: which ids are disclosed, and how many at each instant."""

    public: frozenset[str] = frozenset()
    together: Mapping[datetime, int] = field(default_factory=dict)

    def others(self, published: datetime) -> int:
        """Give how many others were disclosed at the same instant."""
        return max(0, self.together.get(published, 1) - 1)


def around_of(shown: Disclosure | Preview) -> Around:
    """Gather what sheets say of others; none of them is read for it."""
    return Around(public=frozenset(shown.ids), together=Counter(shown.dates))


def draw(disclosed: Disclosed, *, policy: Policy, around: Around, index_uri: str) -> Drawn:
    """Render everything that is made of an advisory alone. `index_uri` is where all are listed."""
    shown = view(disclosed, policy=policy, public=around.public)
    line = outline(disclosed, shown, policy=policy, notes=tuple(record_notes(disclosed)))
    return Drawn(
        outline=line,
        sheet=_sheet(disclosed, shown, policy, around, index_uri),
        excerpts=Excerpts(
            row=row(line, shown, language=policy.language),
            brief=brief(shown, language=policy.language),
            indexed=json_text(indexed(disclosed, policy=policy)),
            said=tuple((name, json_text(one)) for name, one in said(disclosed)),
            searched=in_short(shown, words_of(policy.language)),
        ),
        entry=_entry(disclosed, shown, policy),
    )


def _entry(disclosed: Disclosed, shown: View, policy: Policy) -> Entry:
    html = entry_html(disclosed, shown, policy=policy, resolve=absolute(policy.site_url))
    return entry(disclosed, shown, policy=policy, html=html)


def _sheet(
    disclosed: Disclosed, shown: View, policy: Policy, around: Around, index_uri: str
) -> Sheet:
    public, others = around.public, around.others(disclosed.published)
    elsewhere = Elsewhere(
        index=index_uri,
        data=page_data(disclosed, policy=policy),
        feeds=page_feeds(disclosed, policy=policy),
        bundle=Bundle(uri=bundle_uri(disclosed.published), others=others) if others else None,
    )
    page = advisory_page(
        disclosed,
        shown,
        policy=policy,
        public=public,
        resolve=_within_page(disclosed),
        elsewhere=elsewhere,
    )
    return Sheet(
        page=page,
        records=dict(records_of(disclosed, policy)),
        drafts=dict(drafts_of(disclosed, policy)),
    )


def absolute(site_url: str) -> Resolve:
    """Resolve a link of the body for readers that are not on the site."""

    def resolve(disclosed: Disclosed, link: str) -> str | None:
        name = _attached(disclosed, link)
        return name and f"{site_url}{page_uri(disclosed.id)}{name}"

    return resolve


def named(sheet: Sheet, mark: str) -> Sheet:
    """Put a mark in front of the title of an advisory's page."""
    return replace(sheet, page=replace(sheet.page, title=f"{mark}: {sheet.page.title}"))


def _within_page(disclosed: Disclosed) -> Callable[[str], str | None]:
    """Resolve a link of the body for the advisory's own page, beside which attachments lie."""
    return lambda link: _attached(disclosed, link)


def _attached(disclosed: Disclosed, link: str) -> str | None:
    name = attachment_name(link, disclosed.id)
    return name if name in {one.name for one in disclosed.content.attachments} else None
