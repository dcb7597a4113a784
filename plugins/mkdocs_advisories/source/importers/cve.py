"""A CVE record, format 5 (https://github.com/CVEProject/cve-schema): the container of its CNA.

The containers of others (ADP) are their words about the record, not the CNA's; they stay behind.
"""

from dataclasses import replace
from typing import Any

from mkdocs_advisories.source.importers.ecosystems import ecosystem_of_collection, package_of_purl
from mkdocs_advisories.source.importers.found import (
    Found,
    Record,
    RefusedError,
    entries,
    mapping,
    text,
)
from mkdocs_advisories.source.importers.instants import instant
from mkdocs_advisories.source.importers.osv import MODIFIED
from mkdocs_advisories.source.importers.spans import Stretch, order_of, ranges, stretch

_KNOWN = frozenset(
    """providerMetadata title descriptions affected metrics problemTypes references credits
    solutions workarounds configurations exploits timeline source datePublic""".split()
)
_AFFECTED = frozenset(
    "vendor product packageName collectionURL packageURL versions defaultStatus".split()
)
_BOOKKEEPING = frozenset({"x_generator", "dateAssigned", "tags", "cpeApplicability"})
_SECTIONS = (
    ("solutions", "Patches"),
    ("workarounds", "Workarounds"),
    ("configurations", "Configurations"),
    ("exploits", "Exploits"),
)
_REFERENCES = {
    "exploit": "EVIDENCE",
    "issue-tracking": "REPORT",
    "mailing-list": "DISCUSSION",
    "patch": "FIX",
    "product": "PACKAGE",
    "technical-description": "ARTICLE",
    "third-party-advisory": "ADVISORY",
    "vendor-advisory": "ADVISORY",
}
_CREDITS = {
    name.replace("_", " "): name.upper()
    for name in """finder reporter analyst coordinator remediation_developer remediation_reviewer
    remediation_verifier tool sponsor other""".split()
}
_METRICS = {
    "cvssV2_0": "CVSS_V2",
    "cvssV3_0": "CVSS_V3",
    "cvssV3_1": "CVSS_V3",
    "cvssV4_0": "CVSS_V4",
}


def read_cve(record: Record) -> Found:
    """Read a published CVE record.

    Raises:
        RefusedError: it is not one, or was rejected.
    """
    about = mapping(record.get("cveMetadata"), "cveMetadata")
    if about.get("state") != "PUBLISHED":
        raise RefusedError(f"its state is {about.get('state')}: there is nothing to import")
    cna = mapping(mapping(record.get("containers"), "containers").get("cna"), "containers.cna")
    source = mapping(cna.get("source") or {}, "source")
    advisory = source.get("advisory")
    found = Found(
        front={
            "id": text(about, "cveId"),
            "aliases": [advisory] if isinstance(advisory, str) else [],
            "summary": text(cna, "title"),
            "embargo": _instant(text(cna, "datePublic")) or _instant(text(about, "datePublished")),
            "cwe_ids": _weaknesses(cna),
            "severity": _severity(cna),
            "references": [_reference(one) for one in entries(cna, "references")],
            "credits": [_credit(one) for one in entries(cna, "credits")],
            "timeline": [_occasion(one) for one in entries(cna, "timeline")],
        },
        body=_body(cna),
    )
    updated = _instant(text(about, "dateUpdated"))
    if updated and found.front["embargo"] and updated > found.front["embargo"]:
        found.front["revisions"] = [{"date": updated, "summary": MODIFIED}]
    found.front["affected"] = _affected(entries(cna, "affected"), found)
    found.leave_rest(cna, known=_KNOWN | _BOOKKEEPING)
    if mapping(record["containers"], "containers").get("adp"):
        found.remarks.append("the containers of others (ADP) were not read")
    return found


def _instant(written: str) -> str | None:
    return instant(written, naive_is_utc=True)


def _body(cna: Record) -> str:
    parts = [_prose(cna, "descriptions")]
    parts += [
        f"## {title}\n\n{prose}" for field, title in _SECTIONS if (prose := _prose(cna, field))
    ]
    return "\n\n".join(part for part in parts if part)


def _prose(cna: Record, field: str) -> str:
    """Give the English texts of a field; every language if there is none."""
    given = entries(cna, field)
    english = [one for one in given if str(one.get("lang", "en")).lower().startswith("en")]
    return "\n\n".join(str(one.get("value", "")).strip() for one in english or given)


def _weaknesses(cna: Record) -> list[str]:
    found = [
        one.get("cweId")
        for each in entries(cna, "problemTypes")
        for one in entries(each, "descriptions")
    ]
    return list(dict.fromkeys(str(one) for one in found if one))


def _severity(cna: Record) -> list[dict[str, Any]]:
    return [
        {"type": kind, "score": str(metric[name].get("vectorString"))}
        for metric in entries(cna, "metrics")
        for name, kind in _METRICS.items()
        if isinstance(metric.get(name), dict)
    ]


def _reference(one: Record) -> dict[str, Any]:
    tags = one.get("tags") or []
    kind = next((_REFERENCES[tag] for tag in tags if tag in _REFERENCES), "WEB")
    return {"type": kind, "url": one.get("url")}


def _credit(one: Record) -> dict[str, Any]:
    kind = _CREDITS.get(str(one.get("type", "")).lower())
    return {"name": one.get("value"), **({"type": kind} if kind else {})}


def _occasion(one: Record) -> dict[str, Any]:
    return {"date": _instant(text(one, "time")), "summary": one.get("value")}


def _affected(given: list[Record], found: Found) -> list[dict[str, Any]]:
    kept: dict[tuple[str, str], dict[str, Any]] = {}
    for one in given:
        package = _package(one)
        name = one.get("packageName") or one.get("product") or "a product"
        if package is None:
            found.leave(f"affected: {name}", dict(one))
            continue
        entry = _entry(one, package, found)
        if entry is None:
            found.leave(f"affected: {name}", dict(one))
            continue
        placed = _AFFECTED | ({"repo"} if _is_of_commits(entry) else set())
        found.leave_rest(one, known=placed, prefix=f"affected: {name}: ")
        _leave_unknown(one, str(name), found)
        known = kept.setdefault((package["ecosystem"], package["name"]), entry)
        if known is not entry:
            for field in ("ranges", "versions"):
                known[field] = [*known.get(field, []), *entry.get(field, [])]
    return list(kept.values())


def _package(one: Record) -> dict[str, str] | None:
    named = package_of_purl(str(one.get("packageURL") or ""))
    if named:
        return named[0]
    ecosystem = ecosystem_of_collection(str(one.get("collectionURL") or ""))
    name = one.get("packageName") or one.get("product")
    return {"ecosystem": ecosystem, "name": str(name)} if ecosystem and name else None


def _is_of_commits(entry: Record) -> bool:
    return any(one["type"] == "GIT" for one in entry["ranges"])


def _leave_unknown(one: Record, name: str, found: Found) -> None:
    """Keep which versions nobody has looked at: OSV takes all that are not named as unaffected."""
    unknown = [dict(each) for each in entries(one, "versions") if each.get("status") == "unknown"]
    found.leave(f"affected: {name}: unknown versions", unknown)
    if one.get("defaultStatus") == "unknown":
        found.leave(f"affected: {name}: defaultStatus", "unknown")


def _entry(one: Record, package: dict[str, str], found: Found) -> dict[str, Any] | None:
    """Give the affected versions, or None if what is said about them has no equal here."""
    given = entries(one, "versions")
    if one.get("defaultStatus") == "affected" and any(v.get("status") != "affected" for v in given):
        return None
    ordered = [each for each in given if each.get("versionType") != "git"]
    parts = [_stretches(each, package["ecosystem"]) for each in ordered]
    if None in parts:
        return None
    stretches = [part for each in parts for part in each or ()]
    if not given and one.get("defaultStatus") == "affected":
        stretches.append(Stretch())
    alone = [part for part in stretches if _is_one_version(part)]
    written = ranges(
        [part for part in stretches if part not in alone], ecosystem=package["ecosystem"]
    )
    commits = _commits(one, package, found)
    if written is None or not (written or commits or alone):
        return None
    versions = [part.low for part in alone]
    return {"package": package, "ranges": [*written, *commits], "versions": versions}


def _is_one_version(part: Stretch) -> bool:
    return part.low is not None and part.low == part.high and part.high_included


def _commits(one: Record, package: dict[str, str], found: Found) -> list[dict[str, Any]]:
    """Give affected commits as one range: what lies between them, the repository knows."""
    given = [
        each
        for each in entries(one, "versions")
        if each.get("versionType") == "git" and each.get("status") == "affected"
    ]
    repo, events = one.get("repo"), [_ends(each) for each in given]
    if not given:
        return []
    if not isinstance(repo, str) or None in events:
        found.leave(f"affected: {package['name']}: commits", [dict(each) for each in given])
        return []
    pairs = dict.fromkeys(pair for each in events for pair in each or ())
    # Beginnings come first: the order of commits is the repository's, not the list's.
    inorder = sorted(pairs, key=lambda pair: pair[0] != "introduced")
    return [{"type": "GIT", "repo": repo, "events": [{kind: at} for kind, at in inorder]}]


def _ends(version: Record) -> list[tuple[str, str]] | None:
    """Give where affected commits begin and end, or None for what is no stretch of commits."""
    first = version.get("version")
    fixed, last = version.get("lessThan"), version.get("lessThanOrEqual")
    if not isinstance(first, str) or (fixed is None and last is None) or version.get("changes"):
        return None
    ends = [("fixed", str(fixed))] if fixed not in {None, "*"} else []
    ends += [("last_affected", str(last))] if last not in {None, "*"} else []
    return [("introduced", first), *ends]


def _stretches(version: Record, ecosystem: str) -> list[Stretch] | None:
    """Read one entry, in which the status may change on the way (`changes`)."""
    is_affected = version.get("status") == "affected"
    changes = entries(version, "changes")
    if not is_affected and not changes:
        return []
    whole = _stretch(version)
    points = _ordered(changes, ecosystem)
    if whole is None or points is None or (changes and _is_one_version(whole)):
        return None
    found, low = [], whole.low
    for at, becomes_affected in points:
        if becomes_affected == is_affected:
            continue
        if is_affected:
            found.append(Stretch(low=low, high=at))
        low, is_affected = at, becomes_affected
    return [*found, *([replace(whole, low=low)] if is_affected else [])]


def _ordered(changes: list[Record], ecosystem: str) -> list[tuple[str, bool]] | None:
    """Put changes in order, which the format asks readers to do; None where no order is known."""
    points = [(str(one.get("at")), one.get("status") == "affected") for one in changes]
    order = order_of(ecosystem)
    if len(points) > 1 and order is None:
        return None
    try:
        return sorted(points, key=lambda point: order(point[0])) if order else points
    except ValueError:
        return None


def _stretch(version: Record) -> Stretch | None:
    """Read one entry: a version, a version with an end, or a range in words (`>= 1, < 2`)."""
    first = str(version.get("version", "")).strip()
    before, through = version.get("lessThan"), version.get("lessThanOrEqual")
    if first in {"", "n/a", "unspecified", "unknown"} and not (before or through):
        return None
    if before is None and through is None:
        return _alone(first)
    low = None if first in {"", "0", "unspecified", "*", "n/a"} else first
    end = str(before if before is not None else through)
    if end in {"*", "unspecified"}:
        return Stretch(low=low)
    return Stretch(low=low, high=end, high_included=before is None)


def _alone(first: str) -> Stretch | None:
    if first == "*":
        return Stretch()
    if first[:1] in "<>=^~" or "," in first:
        return stretch(first)
    return Stretch(low=first, high=first, high_included=True)
