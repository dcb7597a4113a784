"""A CVE record (format 5.1) with the container of the CNA, one for each CVE id.

https://github.com/CVEProject/cve-schema
"""

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from mkdocs_advisories.model import (
    Affected,
    Disclosed,
    Range,
    RangeType,
    Reference,
    Severity,
    Span,
    format_instant,
)
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.render.addresses import page_uri, record_url
from mkdocs_advisories.render.identifiers import cve_ids, is_cve_id
from mkdocs_advisories.render.json_document import Document, present
from mkdocs_advisories.render.notes import Note
from mkdocs_advisories.render.sections import (
    Section,
    absolute_details,
    section,
    sections,
    shortened,
)
from mkdocs_advisories.render.weaknesses import weakness_name
from mkdocs_advisories.scores import score
from mkdocs_advisories.versions import named_apart

__all__ = ["cve", "cve_ids", "notes"]

VERSION = "5.1"
NO_ORGANISATION = "00000000-0000-4000-8000-000000000000"
"""Stands where an organisation that is no CNA has no UUID; the assigning CNA puts its own."""

LONGEST_TITLE = 256
LONGEST_TEXT = 4096
_MOST_REFERENCES = 512

_COLLECTIONS = {
    "crates.io": ("https://crates.io", "semver"),
    "PyPI": ("https://pypi.python.org", "python"),
    "npm": ("https://registry.npmjs.org", "semver"),
    "Go": ("https://pkg.go.dev", "semver"),
    "Maven": ("https://repo.maven.apache.org/maven2", "maven"),
    "NuGet": ("https://nuget.org/packages", "custom"),
    "RubyGems": ("https://rubygems.org", "custom"),
    "Packagist": ("https://packagist.org", "custom"),
    "Hex": ("https://repo.hex.pm", "semver"),
    "Pub": ("https://pub.dev", "semver"),
    "Hackage": ("https://hackage.haskell.org", "custom"),
    "CRAN": ("https://cran.r-project.org", "custom"),
    "Julia": ("https://juliahub.com", "semver"),
    "opam": ("https://opam.ocaml.org/packages", "custom"),
    "ConanCenter": ("https://conan.io/center", "custom"),
    "Debian": ("https://packages.debian.org", "custom"),
}
_TAGS = {
    "ARTICLE": "technical-description",
    "DETECTION": "signature",
    "EVIDENCE": "exploit",
    "FIX": "patch",
    "PACKAGE": "product",
    "REPORT": "issue-tracking",
}
_DATABASES = frozenset({"nvd.nist.gov", "osv.dev", "rustsec.org", "www.cve.org", "pkg.go.dev"})


def cve(disclosed: Disclosed, *, policy: Policy, cve_id: str) -> dict[str, Any]:
    """Render the record of one of the CVE ids that an advisory goes by.

    A withdrawn advisory makes a rejected record. Titles and texts that are too long are cut, and
    say where the whole is; `notes` says which.
    """
    assigner = policy.publisher.cve_org_id or NO_ORGANISATION
    metadata = {
        "cveId": cve_id,
        "assignerOrgId": assigner,
        "assignerShortName": policy.publisher.cve_short_name,
        "state": "REJECTED" if disclosed.withdrawn else "PUBLISHED",
    }
    provider = {
        "orgId": assigner,
        "shortName": policy.publisher.cve_short_name,
        "dateUpdated": format_instant(disclosed.modified),
    }
    container = _rejected(disclosed) if disclosed.withdrawn else _published(disclosed, policy)
    return {
        "dataType": "CVE_RECORD",
        "dataVersion": VERSION,
        "cveMetadata": present(metadata),
        "containers": {"cna": {"providerMetadata": present(provider), **container}},
    }


def notes(disclosed: Disclosed) -> Iterator[Note]:
    """Say what the records of an advisory had to cut."""
    if not cve_ids(disclosed) or disclosed.withdrawn:
        return
    content = disclosed.content
    parts = sections(content.details)
    texts = {
        "description": _description(parts) or content.details,
        "solution": section(parts, "patch", "fix", "solution"),
        "workaround": section(parts, "workaround", "mitigation"),
    }
    if len(content.summary) > LONGEST_TITLE:
        yield Note(advisory=disclosed.id, format="CVE", text="the title was cut to 256 characters")
    for name, text in texts.items():
        if len(text) > LONGEST_TEXT:
            cut = f"the {name} was cut to 4096 characters and points to the page"
            yield Note(advisory=disclosed.id, format="CVE", text=cut)


def _rejected(disclosed: Disclosed) -> Document:
    withdrawn, successor = disclosed.withdrawn, disclosed.content.superseded_by or ""
    reason = withdrawn.reason if withdrawn else ""
    return present(
        {
            "rejectedReasons": [_text(reason[:LONGEST_TEXT] or "Withdrawn.")],
            "replacedBy": [successor] if is_cve_id(successor) else None,
        }
    )


def _published(disclosed: Disclosed, policy: Policy) -> Document:
    content = disclosed.content
    page = policy.site_url + page_uri(disclosed.id)
    parts = sections(absolute_details(disclosed, policy=policy))
    description = _description(parts) or content.summary

    def texts(*beginnings: str) -> list[Document]:
        found = section(parts, *beginnings)
        return [_text(shortened(found, most=LONGEST_TEXT, url=page))] if found else []

    return present(
        {
            "title": _cut(content.summary, LONGEST_TITLE),
            "datePublic": format_instant(disclosed.published),
            "descriptions": [_text(shortened(description, most=LONGEST_TEXT, url=page))],
            "affected": [_product(one, policy) for one in content.affected],
            "problemTypes": [_problem_type(one) for one in content.cwe_ids],
            "metrics": list(_metrics(disclosed)),
            "solutions": texts("patch", "fix", "solution"),
            "workarounds": texts("workaround", "mitigation"),
            "exploits": [_text("Attacks have been seen.")] if content.exploited else [],
            "timeline": [
                {"time": format_instant(one.date), "lang": "en", "value": one.summary}
                for one in disclosed.timeline
            ],
            "credits": list(_credits(disclosed)),
            "references": list(_references(disclosed, page))[:_MOST_REFERENCES],
            "source": _source(disclosed),
        }
    )


def _description(parts: tuple[Section, ...]) -> str:
    """Give what is wrong: the section on the impact, else the text before any, else the first."""
    opening = next((one.text for one in parts if one.text), "")
    return section(parts, "impact", "description", "summary") or opening


def _text(value: str) -> Document:
    # A record must have English text; which language a body is in, nobody has stated.
    return {"lang": "en", "value": value}


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _product(affected: Affected, policy: Policy) -> Document:
    package = affected.package
    collection, kind = _COLLECTIONS.get(package.ecosystem.partition(":")[0], (None, "custom"))
    repos = [one.repo for one in affected.ranges if one.type is RangeType.GIT]
    spans = affected.spans()
    versions = [_span(one, kind) for one in spans]
    versions += [{"version": one, "status": "affected"} for one in named_apart(affected)]
    versions += [span for one in affected.ranges for span in _commits(one)]
    return present(
        {
            "vendor": policy.organisation.name,
            "product": package.name,
            "collectionURL": collection,
            "packageName": package.name if collection else None,
            "repo": repos[0] if repos else None,
            "defaultStatus": "unaffected",
            "versions": _each_once(versions),
        }
    )


def _span(span: Span, kind: str) -> Document:
    end = {"lessThan": span.fixed or "*"}
    if span.last_affected:
        end = {"lessThanOrEqual": span.last_affected}
    return {"version": span.introduced, "status": "affected", "versionType": kind, **end}


def _commits(one: Range) -> Iterator[Document]:
    if one.type is not RangeType.GIT:
        return
    of_kind = {
        kind: [event.version for event in one.events if event.type == kind]
        for kind in ("introduced", "fixed", "last_affected")
    }
    for start in of_kind["introduced"] or ["0"]:
        base = {"version": start, "status": "affected", "versionType": "git"}
        ends = [{"lessThan": end} for end in of_kind["fixed"]]
        ends += [{"lessThanOrEqual": end} for end in of_kind["last_affected"]]
        for end in ends or [{"lessThan": "*"}]:
            yield {**base, **end}


def _each_once(entries: list[Document]) -> list[Document]:
    return list({tuple(sorted(one.items())): one for one in entries}.values())


def _problem_type(cwe_id: str) -> Document:
    name = weakness_name(cwe_id)
    text = f"{cwe_id} {name}" if name else cwe_id
    return {"descriptions": [{"cweId": cwe_id, "description": text, "lang": "en", "type": "CWE"}]}


def _metrics(disclosed: Disclosed) -> Iterator[Document]:
    content = disclosed.content
    for severity in content.severity:
        yield {"format": "CVSS", **_cvss(severity)}
    seen = set()
    for affected in content.affected:
        for severity in affected.severity:
            scenario = [{"lang": "en", "value": affected.package.name}]
            if (key := (affected.package.name, severity.score)) not in seen:
                seen.add(key)
                yield {"format": "CVSS", "scenarios": scenario, **_cvss(severity)}


def _cvss(severity: Severity) -> Document:
    rated = score(severity)
    field = f"cvssV{rated.version.replace('.', '_')}"
    data: Document = {
        "version": rated.version,
        "vectorString": rated.vector,
        "baseScore": rated.value,
    }
    if rated.version != "2.0":
        data["baseSeverity"] = rated.word.upper()
    return {field: data}


def _credits(disclosed: Disclosed) -> Iterator[Document]:
    seen = set()
    for one in disclosed.content.credits:
        role = (one.type or "OTHER").lower().replace("_", " ")
        if (key := (one.name, role)) not in seen:
            seen.add(key)
            yield {"lang": "en", "value": one.name, "type": role}


def _references(disclosed: Disclosed, page: str) -> Iterator[Document]:
    """Give the page, which is always there, then what the advisory refers to, each once."""
    content = disclosed.content
    yield {"url": page, "name": disclosed.id, "tags": ["vendor-advisory"]}
    others = [Reference(type="ADVISORY", url=url) for url in _records(disclosed)]
    seen = {page}
    for one in (*content.references, *others):
        if one.url not in seen:
            seen.add(one.url)
            tag = _advisory_tag(one.url) if one.type == "ADVISORY" else _TAGS.get(one.type)
            yield present({"url": one.url, "tags": [tag] if tag else None})


def _records(disclosed: Disclosed) -> Iterator[str]:
    content = disclosed.content
    others = [one for one in content.aliases if not is_cve_id(one)]
    for one in (*others, *content.related, *content.upstream):
        if url := record_url(one):
            yield url


def _advisory_tag(url: str) -> str:
    parts = urlsplit(url)
    if parts.hostname in _DATABASES or url.startswith("https://github.com/advisories/"):
        return "vdb-entry"
    of_project = parts.hostname == "github.com" and "/security/advisories/" in parts.path
    return "vendor-advisory" if of_project else "third-party-advisory"


def _source(disclosed: Disclosed) -> Document:
    others = [one for one in disclosed.content.aliases if not is_cve_id(one)]
    own = disclosed.id if not is_cve_id(disclosed.id) else next(iter(others), None)
    return present({"advisory": own or disclosed.id, "discovery": "UNKNOWN"})
