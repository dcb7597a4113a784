"""The body of a request to GitHub's REST API for a repository security advisory.

`POST /repos/{owner}/{repo}/security-advisories`; https://docs.github.com/en/rest/security-advisories
"""

import re
from collections.abc import Iterator
from typing import Any

from mkdocs_advisories.model import Affected, Disclosed, Severity, SeverityType
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.render.addresses import page_uri
from mkdocs_advisories.render.identifiers import cve_ids
from mkdocs_advisories.render.json_document import Document, present
from mkdocs_advisories.render.notes import Note
from mkdocs_advisories.render.sections import absolute_details, shortened
from mkdocs_advisories.render.versions import in_words
from mkdocs_advisories.versions import named_apart

LONGEST_TEXT = 65535

_ECOSYSTEMS = {
    "crates.io": "rust",
    "GitHub Actions": "actions",
    "Go": "go",
    "Hex": "erlang",
    "Maven": "maven",
    "npm": "npm",
    "NuGet": "nuget",
    "Packagist": "composer",
    "Pub": "pub",
    "PyPI": "pip",
    "RubyGems": "rubygems",
    "SwiftURL": "swift",
}
_LOGIN = re.compile(r"https://github\.com/([A-Za-z0-9](?:-?[A-Za-z0-9])*)/?")
_PREFERRED = (SeverityType.CVSS_V4, SeverityType.CVSS_V3)


def ghsa(disclosed: Disclosed, *, policy: Policy) -> dict[str, Any]:
    """Render the fields of a repository security advisory.

    The API takes one CVE id and one vector, and credits for GitHub's own users only; `notes` says
    what was left out.
    """
    content = disclosed.content
    page = policy.site_url + page_uri(disclosed.id)
    cves = cve_ids(disclosed)
    details = absolute_details(disclosed, policy=policy) or content.summary
    return present(
        {
            "summary": content.summary,
            "description": shortened(details, most=LONGEST_TEXT, url=page),
            "cve_id": next(iter(cves), None),
            "vulnerabilities": [row for one in content.affected for row in _vulnerabilities(one)],
            "cwe_ids": list(content.cwe_ids),
            "credits": list(_credits(disclosed)),
            "cvss_vector_string": _vector(disclosed),
        }
    )


def notes(disclosed: Disclosed) -> Iterator[Note]:
    """Say what the body had to leave out."""
    content = disclosed.content
    cves = cve_ids(disclosed)
    stated = {*content.severity, *(one for each in content.affected for one in each.severity)}
    known = len({one.name for one in content.credits})
    lost = {
        "the API takes one CVE id: the others are left out": len(cves) > 1,
        "the API takes one vector: the others are left out": len(stated) > 1,
        "the API takes no CVSS 2: the vector is left out": len(stated) == 1
        and _vector(disclosed) is None,
        "the API takes users of GitHub only: other credits are left out": known
        > len(list(_credits(disclosed))),
        "the description was cut to 65535 characters": len(content.details) > LONGEST_TEXT,
    }
    for text, is_so in lost.items():
        if is_so:
            yield Note(advisory=disclosed.id, format="GHSA", text=text)


def _vulnerabilities(affected: Affected) -> Iterator[Document]:
    """Give each stretch of versions a row, as GitHub's own advisories do."""
    package = {
        "ecosystem": _ECOSYSTEMS.get(affected.package.ecosystem.partition(":")[0], "other"),
        "name": affected.package.name,
    }
    spans = affected.spans()
    for span in spans:
        words = in_words(span)
        yield {
            "package": package,
            "vulnerable_version_range": ">= 0" if words == "all versions" else words,
            "patched_versions": span.fixed,
        }
    for version in named_apart(affected):
        yield {
            "package": package,
            "vulnerable_version_range": f"= {version}",
            "patched_versions": None,
        }
    if not spans and not affected.versions:
        yield {"package": package, "vulnerable_version_range": None, "patched_versions": None}


def _credits(disclosed: Disclosed) -> Iterator[Document]:
    seen = set()
    for one in disclosed.content.credits:
        login = next((found[1] for url in one.contact if (found := _LOGIN.fullmatch(url))), None)
        if login and login not in seen:
            seen.add(login)
            yield {"login": login, "type": (one.type or "OTHER").lower()}


def _vector(disclosed: Disclosed) -> str | None:
    stated: list[Severity] = list(disclosed.content.severity)
    for affected in disclosed.content.affected:
        stated += affected.severity
    for kind in _PREFERRED:
        for one in stated:
            if one.type is kind:
                return one.score
    return None
