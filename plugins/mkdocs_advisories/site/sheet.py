"""All that is made of one advisory alone, apart from every other."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field, replace
from datetime import datetime
from typing import Any

from markupsafe import Markup

from mkdocs_advisories.model import Disclosed, format_instant, parse_instant
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.render.addresses import bundle_uri, page_uri
from mkdocs_advisories.render.entry import Resolve, entry
from mkdocs_advisories.render.markdown import Heading
from mkdocs_advisories.render.metadata import Metadata
from mkdocs_advisories.render.page import Bundle, Data, Elsewhere, Page, advisory_page
from mkdocs_advisories.site.feeds import page_feeds
from mkdocs_advisories.site.records import drafts_of, page_data, records_of
from mkdocs_advisories.source.body import attachment_name


@dataclass(frozen=True, kw_only=True, slots=True)
class Sheet:
    """Everything of one advisory: its page, its files by address, its text in feeds.

    `records` get companions, `drafts` do not. `found` are the entries of the search index, as JSON
    without brackets; None where nobody has asked for them.
    """

    page: Page
    records: Mapping[str, bytes]
    drafts: Mapping[str, bytes]
    entry_html: Markup
    found: str | None = None


SheetOf = Callable[[Disclosed], Sheet]


@dataclass(frozen=True, kw_only=True, slots=True)
class Around:
    """What a sheet says of others: which ids are disclosed, and how many at each instant."""

    public: frozenset[str] = frozenset()
    together: Mapping[datetime, int] = field(default_factory=dict)

    def others(self, published: datetime) -> int:
        """Give how many others were disclosed at the same instant."""
        return max(0, self.together.get(published, 1) - 1)


def around_of(advisories: Iterable[Disclosed]) -> Around:
    """Gather what sheets say of others."""
    known = tuple(advisories)
    return Around(
        public=frozenset(one.id for one in known),
        together=Counter(one.published for one in known),
    )


def sheet_of(disclosed: Disclosed, *, policy: Policy, around: Around, index_uri: str) -> Sheet:
    """Render everything that is made of an advisory alone. `index_uri` is where all are listed."""
    public, others = around.public, around.others(disclosed.published)
    elsewhere = Elsewhere(
        index=index_uri,
        data=page_data(disclosed, policy=policy),
        feeds=page_feeds(disclosed, policy=policy),
        bundle=Bundle(uri=bundle_uri(disclosed.published), others=others) if others else None,
    )
    page = advisory_page(
        disclosed,
        policy=policy,
        public=public,
        resolve=_within_page(disclosed),
        elsewhere=elsewhere,
    )
    in_feed = entry(disclosed, policy=policy, public=public, resolve=absolute(policy.site_url))
    return Sheet(
        page=page,
        records=dict(records_of(disclosed, policy)),
        drafts=dict(drafts_of(disclosed, policy)),
        entry_html=in_feed.html,
    )


def absolute(site_url: str) -> Resolve:
    """Resolve a link of the body for readers that are not on the site."""

    def resolve(disclosed: Disclosed, link: str) -> str | None:
        name = _attached(disclosed, link)
        return name and f"{site_url}{page_uri(disclosed.id)}{name}"

    return resolve


def to_json(sheet: Sheet) -> bytes:
    """Write a sheet as plain data, but for its search entries."""
    page = sheet.page
    stated = {
        "uri": page.uri,
        "title": page.title,
        "description": page.description,
        "html": page.html,
        "headings": [[one.id, one.title, one.level] for one in page.headings],
        "modified": format_instant(page.modified),
        "social": page.metadata.social,
        "linked_data": page.metadata.linked_data,
        "data": [asdict(one) for one in page.data],
    }
    files = [
        {uri: raw.decode() for uri, raw in one.items()} for one in (sheet.records, sheet.drafts)
    ]
    return json.dumps([stated, *files, sheet.entry_html], ensure_ascii=False).encode()


def from_json(raw: bytes) -> Sheet:
    """Read a sheet again.

    Raises:
        ValueError, TypeError, KeyError: this is no sheet.
    """
    page, records, drafts, html = json.loads(raw)
    return Sheet(
        page=_page(page),
        records={str(uri): text.encode() for uri, text in records.items()},
        drafts={str(uri): text.encode() for uri, text in drafts.items()},
        entry_html=Markup(html),  # noqa: S704 - it was safe when it was written
    )


def _page(stated: dict[str, Any]) -> Page:
    social, linked_data = stated.pop("social"), stated.pop("linked_data")
    return Page(
        **{
            **stated,
            "headings": tuple(
                Heading(id=name, title=title, level=level)
                for name, title, level in stated["headings"]
            ),
            "modified": parse_instant(stated["modified"]),
            "data": tuple(Data(**one) for one in stated["data"]),
            "metadata": Metadata(
                social=Markup(social),  # noqa: S704 - as above
                linked_data=Markup(linked_data),  # noqa: S704 - as above
            ),
        }
    )


def named(sheet: Sheet, mark: str) -> Sheet:
    """Put a mark in front of the title of a sheet's page."""
    return replace(sheet, page=replace(sheet.page, title=f"{mark}: {sheet.page.title}"))


def _within_page(disclosed: Disclosed) -> Callable[[str], str | None]:
    """Resolve a link of the body for the advisory's own page, beside which attachments lie."""
    return lambda link: _attached(disclosed, link)


def _attached(disclosed: Disclosed, link: str) -> str | None:
    name = attachment_name(link, disclosed.id)
    return name if name in {one.name for one in disclosed.content.attachments} else None
