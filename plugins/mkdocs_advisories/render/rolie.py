"""The ROLIE feed of CSAF documents (RFC 8322; CSAF 2.0, section 7.1.15), as JSON."""

from collections.abc import Sequence
from typing import Any

from mkdocs_advisories.model import Disclosed, format_instant
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.render.addresses import csaf_uri
from mkdocs_advisories.render.csaf_provider import FEED_URI

_SCHEMA = "https://docs.oasis-open.org/csaf/csaf/v2.0/csaf_json_schema.json"


def rolie(
    advisories: Sequence[Disclosed], *, policy: Policy, signed: bool = False
) -> dict[str, Any]:
    """Render the feed of all documents of TLP:WHITE, the one changed last first.

    `signed` says that there is a signature beside each document.
    """
    last = max((one.modified for one in advisories), default=policy.feed.beginning)
    ordered = sorted(advisories, key=lambda one: (-one.modified.timestamp(), one.id))
    return {
        "feed": {
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
            "entry": [_entry(one, policy, signed=signed) for one in ordered],
        }
    }


def _entry(disclosed: Disclosed, policy: Policy, *, signed: bool) -> dict[str, Any]:
    url = policy.site_url + csaf_uri(disclosed.id, published=disclosed.published)
    mark = "[Withdrawn] " if disclosed.withdrawn else ""
    links = [
        {"rel": "self", "href": url},
        {"rel": "hash", "href": f"{url}.sha256"},
        {"rel": "hash", "href": f"{url}.sha512"},
    ]
    links += [{"rel": "signature", "href": f"{url}.asc"}] if signed else []
    return {
        "id": disclosed.id,
        "title": mark + disclosed.content.summary,
        "link": links,
        "published": format_instant(disclosed.published),
        "updated": format_instant(disclosed.modified),
        "summary": {"content": disclosed.content.summary},
        "content": {"type": "application/json", "src": url},
        "format": {"schema": _SCHEMA, "version": "2.0"},
    }
