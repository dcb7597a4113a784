"""The ROLIE feed of CSAF documents (RFC 8322; CSAF 2.0, section 7.1.15), as JSON."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from mkdocs_advisories.model import format_instant
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.render.addresses import csaf_uri
from mkdocs_advisories.render.csaf_provider import FEED_URI
from mkdocs_advisories.render.json_document import with_list
from mkdocs_advisories.render.outline import Outline

_SCHEMA = "https://docs.oasis-open.org/csaf/csaf/v2.0/csaf_json_schema.json"


def rolie(entries: Iterable[bytes], *, last: datetime, policy: Policy) -> Iterator[bytes]:
    """Write, in parts, the feed of all documents of TLP:WHITE; the entries are written already.

    `last` is the newest change of an advisory.
    """
    feed = {
        "id": FEED_URI.rpartition("/")[2].removesuffix(".json"),
        "title": f"{policy.feed.title} (TLP:WHITE)",
        "link": [{"rel": "self", "href": policy.site_url + FEED_URI}],
        "category": [
            {
                "scheme": "urn:ietf:params:rolie:category:information-type",
                "term": "csaf",
            }
        ],
        "updated": format_instant(last),
        "entry": [],
    }
    return with_list({"feed": feed}, "entry", entries)


def rolie_entry(line: Outline, *, policy: Policy, signed: bool) -> dict[str, Any]:
    """Give the entry of a document; `signed` says that there is a signature beside it."""
    url = policy.site_url + csaf_uri(line.id, published=line.published)
    mark = "[Withdrawn] " if line.is_withdrawn else ""
    links = [
        {"rel": "self", "href": url},
        {"rel": "hash", "href": f"{url}.sha256"},
        {"rel": "hash", "href": f"{url}.sha512"},
    ]
    links += [{"rel": "signature", "href": f"{url}.asc"}] if signed else []
    return {
        "id": line.id,
        "title": mark + line.summary,
        "link": links,
        "published": format_instant(line.published),
        "updated": format_instant(line.modified),
        "summary": {"content": line.summary},
        "content": {"type": "application/json", "src": url},
        "format": {"schema": _SCHEMA, "version": "2.0"},
    }
