"""An advisory of GitHub's REST API, of the global database or of a repository.

https://docs.github.com/en/rest/security-advisories. The files of its advisory database are OSV.
"""

from typing import Any

from mkdocs_advisories.source.importers.ecosystems import OF_GITHUB
from mkdocs_advisories.source.importers.found import Found, Record, entries, text, words
from mkdocs_advisories.source.importers.instants import instant
from mkdocs_advisories.source.importers.osv import MODIFIED, NO_REASON, read_osv
from mkdocs_advisories.source.importers.spans import Stretch, range_type, ranges, stretch

_KNOWN = frozenset(
    """ghsa_id cve_id identifiers summary description references vulnerabilities cvss
    cvss_severities cvss_vector_string cwes cwe_ids credits credits_detailed published_at updated_at
    withdrawn_at html_url source_code_location severity""".split()
)
_INTERNAL = frozenset(
    """url repository_advisory_url type state author publisher submission private_fork created_at
    closed_at collaborating_users collaborating_teams github_reviewed_at nvd_published_at
    epss""".split()
)
"""Bookkeeping of GitHub, of which some is not public. None of it goes into an advisory."""

_ROW = frozenset({"package", "vulnerable_version_range", "first_patched_version"})
_ROW_OWN = frozenset({"patched_versions", "vulnerable_functions", "severity", "updated_at"})
_CREDITS = frozenset(
    """FINDER REPORTER ANALYST COORDINATOR REMEDIATION_DEVELOPER REMEDIATION_REVIEWER
    REMEDIATION_VERIFIER TOOL SPONSOR OTHER""".split()
)


def read_ghsa(record: Record) -> Found:
    """Read an advisory of GitHub, from its API or from its database.

    Raises:
        RefusedError: it is not one.
    """
    if "ghsa_id" not in record:
        return read_osv(record)
    published = instant(text(record, "published_at"))
    found = Found(
        front={
            "id": text(record, "ghsa_id"),
            "aliases": _aliases(record),
            "summary": text(record, "summary"),
            # Not published yet means held, whatever dates there are.
            "embargo": published if record.get("state") in (None, "published", "closed") else None,
            "severity": _severity(record),
            "cwe_ids": words(record, "cwe_ids")
            or [str(one.get("cwe_id")) for one in entries(record, "cwes")],
            "references": _references(record),
            "credits": _credits(record),
        },
        body=text(record, "description"),
    )
    _read_dates(record, found)
    found.front["affected"] = _affected(entries(record, "vulnerabilities"), found)
    found.leave_rest(record, known=_KNOWN | _INTERNAL)
    left_out = sorted(name for name in _INTERNAL & record.keys() if record[name])
    if left_out:
        found.remarks.append(f"left out as bookkeeping of GitHub: {', '.join(left_out)}")
    return found


def _aliases(record: Record) -> list[str]:
    cve = text(record, "cve_id")
    return [
        *([cve] if cve else []),
        *(str(one["value"]) for one in entries(record, "identifiers") if one.get("value")),
    ]


def _severity(record: Record) -> list[dict[str, Any]]:
    severities = record.get("cvss_severities")
    scores = [*severities.values()] if isinstance(severities, dict) else []
    vectors = [
        one.get("vector_string") for one in (*scores, record.get("cvss")) if isinstance(one, dict)
    ]
    known = dict.fromkeys(str(one) for one in (*vectors, record.get("cvss_vector_string")) if one)
    return [{"type": f"CVSS_V{one[5:6]}", "score": one} for one in known]


def _references(record: Record) -> list[dict[str, str]]:
    page, code = text(record, "html_url"), text(record, "source_code_location")
    found = [{"type": "ADVISORY", "url": page}] if page else []
    found += [{"type": "PACKAGE", "url": code}] if code else []
    given = record.get("references")
    urls = [one if isinstance(one, str) else str(one.get("url")) for one in given or ()]
    return found + [{"type": "WEB", "url": one} for one in urls if one not in {page, code}]


def _credits(record: Record) -> list[dict[str, Any]]:
    found = []
    for one in entries(record, "credits_detailed") or entries(record, "credits"):
        user = one.get("user")
        login = user.get("login") if isinstance(user, dict) else one.get("login")
        kind = str(one.get("type", "")).upper()
        if login and one.get("state", "accepted") == "accepted":
            credit = {"name": str(login), "contact": [f"https://github.com/{login}"]}
            found.append({**credit, **({"type": kind} if kind in _CREDITS else {})})
    return found


def _read_dates(record: Record, found: Found) -> None:
    updated, withdrawn = instant(text(record, "updated_at")), instant(text(record, "withdrawn_at"))
    embargo = found.front["embargo"]
    if withdrawn:
        found.front["withdrawn"] = {"date": withdrawn, "reason": NO_REASON}
    if updated and embargo and updated > max(embargo, withdrawn or ""):
        found.front["revisions"] = [{"date": updated, "summary": MODIFIED}]


def _affected(rows: list[Record], found: Found) -> list[dict[str, Any]]:
    """Give one entry a package, though GitHub has one a range."""
    stretches: dict[tuple[str, str], list[Stretch]] = {}
    for row in rows:
        found.leave_rest(row, known=_ROW | _ROW_OWN, prefix="vulnerabilities: ")
        package = row.get("package")
        named = package if isinstance(package, dict) else {}
        ecosystem, name = OF_GITHUB.get(str(named.get("ecosystem", "")).lower()), named.get("name")
        one = _stretch(row)
        if ecosystem is None or not name or one is None:
            found.leave(f"vulnerabilities: {name or 'no package'}", dict(row))
            continue
        stretches.setdefault((ecosystem, str(name)), []).append(one)
        _leave_patched(row, one, found)
    return [
        entry
        for (ecosystem, name), parts in stretches.items()
        if (entry := _entry(ecosystem, name, parts, found))
    ]


def _entry(ecosystem: str, name: str, parts: list[Stretch], found: Found) -> dict[str, Any] | None:
    package = {"ecosystem": ecosystem, "name": name}
    if all(one.low == one.high and one.high_included for one in parts):
        return {"package": package, "versions": [one.low for one in parts]}
    written = ranges(parts, ecosystem=ecosystem)
    if written is None:
        found.leave(f"vulnerabilities: ranges of {name}", [one.in_words() for one in parts])
        return None
    return {
        "package": package,
        "ranges": written or [{"type": range_type(ecosystem), "events": []}],
    }


def _stretch(row: Record) -> Stretch | None:
    """Read the range; where it ends with the last affected version, the first fix says more."""
    one = stretch(str(row.get("vulnerable_version_range") or ""))
    patched = _first_patched(row)
    if one is None or not patched or (one.high and not one.high_included):
        return one
    if one.low == one.high:
        return one
    return Stretch(low=one.low, low_excluded=one.low_excluded, high=patched)


def _first_patched(row: Record) -> str | None:
    value = row.get("first_patched_version")
    value = value.get("identifier") if isinstance(value, dict) else value
    return value if isinstance(value, str) and value else None


def _leave_patched(row: Record, one: Stretch, found: Found) -> None:
    name = row["package"]["name"]
    patched = row.get("patched_versions")
    if patched and patched not in {one.high, f">= {one.high}"}:
        found.leave(f"vulnerabilities: patched versions of {name}", patched)
    if row.get("vulnerable_functions"):
        found.leave(f"vulnerabilities: functions of {name}", row["vulnerable_functions"])
