"""The feed as JSON Feed 1.1 (https://www.jsonfeed.org/version/1.1/)."""

from collections.abc import Sequence
from typing import Any

from mkdocs_advisories.model import format_instant
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.render.entry import Entry
from mkdocs_advisories.render.json_document import present
from mkdocs_advisories.render.upcoming import NoticeEntry

MEDIA_TYPE = "application/feed+json"

_TAGS = frozenset({"project", "severity", "alias", "state"})
"""The kinds of categories that are tags here."""


def json_feed(
    entries: Sequence[Entry],
    *,
    policy: Policy,
    uri: str,
    notices: Sequence[NoticeEntry] = (),
) -> dict[str, Any]:
    """Render a feed of the given entries, in their order, behind those of `notices`.

    The ids are those of the Atom feed.
    """
    organisation = policy.organisation
    return present(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": policy.feed.title,
            "description": policy.feed.subtitle,
            "home_page_url": policy.site_url,
            "feed_url": policy.site_url + uri,
            "language": policy.language,
            "authors": [{"name": organisation.name, "url": organisation.url}],
        }
    ) | {
        "items": [
            *(_notice(one, policy) for one in notices),
            *(_item(one, policy) for one in entries),
        ]
    }


def _notice(one: NoticeEntry, policy: Policy) -> dict[str, Any]:
    severity = one.notice.severity
    return {
        "id": one.id,
        "url": policy.site_url,
        "title": one.title,
        "summary": one.summary,
        "content_html": str(one.html),
        "tags": [*one.notice.projects, *([severity] if severity else []), "upcoming"],
    }


def _item(entry: Entry, policy: Policy) -> dict[str, Any]:
    tags = [one.term for one in entry.categories if one.kind in _TAGS]
    return {
        "id": entry.id,
        "url": policy.site_url + entry.uri,
        "title": entry.title,
        "summary": entry.summary,
        "content_html": str(entry.html),
        "date_published": format_instant(entry.published),
        "date_modified": format_instant(entry.modified),
        "tags": list(dict.fromkeys(tags)),
    }
