"""An OSV record (https://ossf.github.io/osv-schema/, version 1.7)."""

from collections.abc import Iterable
from typing import Any

from mkdocs_advisories.model import (
    Affected,
    Credit,
    Disclosed,
    Event,
    EventType,
    Occasion,
    Range,
    Revision,
    Severity,
    format_instant,
)
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.purls import purl_of
from mkdocs_advisories.render.addresses import osv_id, page_uri
from mkdocs_advisories.render.json_document import present
from mkdocs_advisories.render.sections import absolute_details

SCHEMA_VERSION = "1.7.3"


def osv(disclosed: Disclosed, *, policy: Policy) -> dict[str, Any]:
    """Render an advisory as an OSV record.

    Two things are said otherwise than in the front matter: a package without a purl gets the one
    that its ecosystem and name make, and an id whose prefix is not registered begins with `x_`.
    """
    content, withdrawn = disclosed.content, disclosed.withdrawn
    return present(
        {
            "schema_version": SCHEMA_VERSION,
            "id": osv_id(disclosed.id),
            "modified": format_instant(disclosed.modified),
            "published": format_instant(disclosed.published),
            "withdrawn": format_instant(withdrawn.date) if withdrawn else None,
            "aliases": list(content.aliases),
            "related": list(content.related),
            "upstream": list(content.upstream),
            "summary": content.summary,
            "details": absolute_details(disclosed, policy=policy),
            "severity": _severity(content.severity),
            "affected": [_affected(one) for one in content.affected],
            "references": [{"type": one.type, "url": one.url} for one in content.references],
            "credits": [_credit(one) for one in content.credits],
            "database_specific": _own(disclosed, policy),
        }
    )


def _affected(affected: Affected) -> dict[str, Any]:
    package = affected.package
    named = {"ecosystem": package.ecosystem, "name": package.name, "purl": purl_of(package)}
    return present(
        {
            "package": present(named),
            "severity": _severity(affected.severity),
            "ranges": [_range(one) for one in affected.ranges],
            "versions": list(affected.versions),
            "ecosystem_specific": affected.ecosystem_specific,
            "database_specific": affected.database_specific,
        }
    )


def _range(one: Range) -> dict[str, Any]:
    begins = any(event.type is EventType.INTRODUCED for event in one.events)
    # A range without a beginning is none in OSV; of commits, `0` means all before.
    first = () if begins else (Event(type=EventType.INTRODUCED, version="0"),)
    return present(
        {
            "type": one.type.value,
            "repo": one.repo,
            "events": [{event.type.value: event.version} for event in (*first, *one.events)],
            "database_specific": one.database_specific,
        }
    )


def _severity(severity: tuple[Severity, ...]) -> list[dict[str, str]]:
    return [{"type": one.type.value, "score": one.score} for one in severity]


def _credit(credit: Credit) -> dict[str, Any]:
    return present({"name": credit.name, "type": credit.type, "contact": list(credit.contact)})


def _own(disclosed: Disclosed, policy: Policy) -> dict[str, Any]:
    """Give what OSV has no field for."""
    content, withdrawn = disclosed.content, disclosed.withdrawn
    return present(
        {
            "url": policy.site_url + page_uri(disclosed.id),
            "cwe_ids": list(content.cwe_ids),
            "exploited": content.exploited or None,
            "revisions": _dated(disclosed.revisions),
            "superseded_by": content.superseded_by,
            "timeline": _dated(disclosed.timeline),
            "withdrawn_reason": withdrawn.reason if withdrawn else None,
        }
    )


def _dated(entries: Iterable[Revision | Occasion]) -> list[dict[str, str]]:
    return [{"date": format_instant(one.date), "summary": one.summary} for one in entries]
