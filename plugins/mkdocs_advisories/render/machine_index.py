"""`advisories.json`: every advisory in short, for programs (`schema/index.schema.json`)."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

from mkdocs_advisories.model import Affected, Disclosed, format_instant
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.purls import purl_of
from mkdocs_advisories.render.addresses import csaf_uri, cve_uri, openvex_uri, osv_uri, page_uri
from mkdocs_advisories.render.identifiers import cve_ids
from mkdocs_advisories.render.json_document import present, with_list
from mkdocs_advisories.render.severity import rate
from mkdocs_advisories.render.versions import fixed_versions, in_words

FORMAT = 1
SCHEMA_URI = "advisories.schema.json"


def machine_index(entries: Iterable[bytes], *, last: datetime, policy: Policy) -> Iterator[bytes]:
    """Write, in parts, the index of all advisories, of which each has written its own entry.

    `last` is the newest change, or the first day of the feed while there is none.
    """
    document = {
        "$schema": policy.site_url + SCHEMA_URI,
        "format": FORMAT,
        "organisation": {"name": policy.organisation.name, "url": policy.organisation.url},
        "updated": format_instant(last),
        "advisories": [],
    }
    return with_list(document, "advisories", entries)


def indexed(disclosed: Disclosed, *, policy: Policy) -> dict[str, Any]:
    """Give what the index says of one advisory."""
    content, rating, withdrawn = disclosed.content, rate(disclosed.content), disclosed.withdrawn
    severity = None
    if rating:
        severity = {
            "word": rating.word,
            "score": float(rating.score),
            "version": rating.version,
            "vector": rating.vector,
        }
    return present(
        {
            "id": disclosed.id,
            "aliases": list(content.aliases),
            "summary": content.summary,
            "published": format_instant(disclosed.published),
            "modified": format_instant(disclosed.modified),
            "withdrawn": format_instant(withdrawn.date) if withdrawn else None,
            "superseded_by": content.superseded_by,
            "exploited": content.exploited or None,
            "severity": severity,
            "weaknesses": list(content.cwe_ids),
            "projects": list(policy.projects_of(content.affected)),
            "affected": [_affected(one) for one in content.affected],
            "urls": _urls(disclosed, policy),
        }
    )


def _affected(affected: Affected) -> dict[str, Any]:
    package = affected.package
    return present(
        {
            "ecosystem": package.ecosystem,
            "package": package.name,
            "purl": purl_of(package),
            "ranges": [in_words(one) for one in affected.spans()],
            "versions": list(affected.versions),
            "fixed": list(fixed_versions([affected])),
        }
    )


def _urls(disclosed: Disclosed, policy: Policy) -> dict[str, Any]:
    root = policy.site_url
    return present(
        {
            "page": root + page_uri(disclosed.id),
            "osv": root + osv_uri(disclosed.id),
            "csaf": root + csaf_uri(disclosed.id, published=disclosed.published),
            "openvex": root + openvex_uri(disclosed.id),
            "cve": [root + cve_uri(one) for one in cve_ids(disclosed)],
        }
    )
