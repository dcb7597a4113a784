"""A CSAF 2.0 document that describes one vulnerability.

https://docs.oasis-open.org/csaf/csaf/v2.0/os/csaf-v2.0-os.html
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from mkdocs_advisories.source.importers.ecosystems import package_of_listing, package_of_purl
from mkdocs_advisories.source.importers.found import (
    Found,
    Json,
    Record,
    RefusedError,
    entries,
    mapping,
    text,
    words,
)
from mkdocs_advisories.source.importers.instants import instant
from mkdocs_advisories.source.importers.spans import Stretch, ranges

_PUBLIC = frozenset({"WHITE", "CLEAR"})
_DOCUMENT = frozenset(
    """acknowledgments aggregate_severity category csaf_version distribution lang notes publisher
    references source_lang title tracking""".split()
)
_VULNERABILITY = frozenset(
    """acknowledgments cve cwe ids notes product_status references remediations scores title
    release_date""".split()
)
_AFFECTED = ("known_affected", "first_affected", "last_affected")
_TREE = frozenset({"branches", "full_product_names"})
_FIXED = frozenset({"fixed", "first_fixed"})
_BODY_NOTES = frozenset({"description", "details", "summary"})
_VERS = re.compile(r"vers:[a-z0-9.+-]+/(?P<constraints>.+)")
_CONSTRAINT = re.compile(r"(>=|<=|!=|>|<|=|)(.+)")


def read_csaf(record: Record) -> Found:
    """Read a document. What is not marked as public (TLP) stays held.

    Raises:
        RefusedError: it is not one, or describes several vulnerabilities.
    """
    document = mapping(record.get("document"), "document")
    vulnerabilities = entries(record, "vulnerabilities")
    one = _the_one(vulnerabilities)
    tracking = mapping(document.get("tracking"), "document.tracking")
    found = Found(
        front={
            "id": text(tracking, "id"),
            "aliases": _aliases(vulnerabilities, tracking),
            "summary": text(document, "title"),
            "embargo": _embargo(document, tracking),
            "cwe_ids": [one["cwe"]["id"]] if isinstance(one.get("cwe"), dict) else [],
            "severity": _severity(one),
            "references": _references(document, one),
            "credits": list(
                _credits([*entries(document, "acknowledgments"), *entries(one, "acknowledgments")])
            ),
            "revisions": _revisions(tracking),
        }
    )
    found.body = _body(document, one, found)
    found.front["affected"] = _affected(record, one, found)
    found.leave_rest(document, known=_DOCUMENT, prefix="document.")
    found.leave_rest(one, known=_VULNERABILITY, prefix="vulnerability.")
    return found


def _the_one(vulnerabilities: list[Record]) -> Record:
    """Give the vulnerability of a document. Several that differ in the CVE id only are one here.

    Raises:
        RefusedError: there is none, or several.
    """
    kinds = [{**each, "cve": None} for each in vulnerabilities]
    if not kinds or any(each != kinds[0] for each in kinds):
        raise RefusedError(f"it describes {len(kinds)} vulnerabilities; an advisory describes one")
    return vulnerabilities[0]


def _embargo(document: Record, tracking: Record) -> str | None:
    distribution = mapping(document.get("distribution") or {}, "document.distribution")
    label = mapping(distribution.get("tlp") or {"label": "WHITE"}, "tlp").get("label")
    is_public = label in _PUBLIC and tracking.get("status") != "draft"
    return instant(text(tracking, "initial_release_date")) if is_public else None


def _aliases(vulnerabilities: list[Record], tracking: Record) -> list[str]:
    cves = [text(each, "cve") for each in vulnerabilities]
    ids = [str(each.get("text", "")) for each in entries(vulnerabilities[0], "ids")]
    return [name for name in (*cves, *ids, *words(tracking, "aliases")) if name]


def _severity(one: Record) -> list[dict[str, Any]]:
    vectors = [
        (f"CVSS_{name[-2:].upper()}", str(score[name].get("vectorString")))
        for score in entries(one, "scores")
        for name in ("cvss_v2", "cvss_v3")
        if isinstance(score.get(name), dict)
    ]
    return [{"type": kind, "score": vector} for kind, vector in dict.fromkeys(vectors)]


def _references(document: Record, one: Record) -> list[dict[str, Any]]:
    return [
        {"type": "ADVISORY" if each.get("category") == "self" else "WEB", "url": each.get("url")}
        for each in (*entries(document, "references"), *entries(one, "references"))
    ]


def _credits(acknowledgments: list[Record]) -> Iterator[dict[str, Any]]:
    for one in acknowledgments:
        names = words(one, "names") or [text(one, "organization")]
        contact = words(one, "urls")
        for name in filter(None, names):
            yield {"name": name, **({"contact": contact} if contact else {})}


def _revisions(tracking: Record) -> list[dict[str, Any]]:
    """Give the changes after the first release."""
    first = instant(text(tracking, "initial_release_date")) or ""
    history = [
        {"date": instant(text(one, "date")), "summary": one.get("summary")}
        for one in entries(tracking, "revision_history")
    ]
    later = [one for one in history if one["date"] and one["date"] > first]
    return sorted(later, key=lambda one: str(one["date"]))


def _body(document: Record, one: Record, found: Found) -> str:
    notes = [*entries(document, "notes"), *entries(one, "notes")]
    kept = dict.fromkeys(
        str(each.get("text", "")).strip() for each in notes if each.get("category") in _BODY_NOTES
    )
    found.leave("notes", [dict(each) for each in notes if each.get("category") not in _BODY_NOTES])
    title = text(document, "title")
    parts = [part for part in kept if part and part != title]
    by_title = {"Patches": "vendor_fix", "Workarounds": "workaround"}
    remedies = entries(one, "remediations")
    for heading, category in by_title.items():
        said = dict.fromkeys(
            str(each.get("details", "")).strip()
            for each in remedies
            if each.get("category") == category
        )
        said = {each: None for each in said if not any(each in part for part in parts)}
        parts += [f"## {heading}\n\n" + "\n\n".join(said)] if said else []
    rest = [dict(each) for each in remedies if each.get("category") not in by_title.values()]
    found.leave("remediations", rest)
    return "\n\n".join(parts)


def _affected(record: Record, one: Record, found: Found) -> list[dict[str, Any]]:
    tree = mapping(record.get("product_tree") or {}, "product_tree")
    products = dict(_products(tree))
    found.leave_rest(tree, known=_TREE, prefix="product_tree.")
    status = mapping(one.get("product_status") or {}, "product_status")
    by_package: dict[tuple[str, str], dict[str, Any]] = {}
    for product_id in dict.fromkeys(each for name in _AFFECTED for each in words(status, name)):
        product = products.get(product_id, {"product_id": product_id})
        placed = _placed(product)
        if placed is None:
            found.leave(f"affected: {product_id}", product)
            continue
        package, version, stretches = placed
        entry = by_package.setdefault(
            (package["ecosystem"], package["name"]),
            {"package": package, "versions": [], "stretches": []},
        )
        entry["versions"] += [version] if version else []
        entry["stretches"] += stretches
    for name in (each for each in status if each not in _AFFECTED):
        _leave_products(name, words(status, name), products, by_package, found)
    return [done for entry in by_package.values() if (done := _entry(entry, found))]


def _leave_products(
    status: str,
    ids: list[str],
    products: Record,
    by_package: Mapping[tuple[str, str], Record],
    found: Found,
) -> None:
    """Keep what is said of products that are not affected, but for fixes that end a range."""
    left = []
    for product_id in ids:
        product = products.get(product_id, {"product_id": product_id})
        package, version, _ = _placed(product) or ({}, None, [])
        entry = by_package.get((package.get("ecosystem", ""), package.get("name", "")), {})
        ends = {one.high for one in entry.get("stretches", ()) if not one.high_included}
        if status not in _FIXED or version is None or version not in ends:
            left.append(product)
    found.leave(f"product_status.{status}", left)


def _entry(entry: dict[str, Any], found: Found) -> dict[str, Any] | None:
    package = entry["package"]
    written = ranges(entry.pop("stretches"), ecosystem=package["ecosystem"])
    if written is None:
        found.leave(f"affected: ranges of {package['name']}", "cannot be ordered")
        return None
    return {**entry, "ranges": written}


def _products(node: Json, version: Record | None = None) -> Iterator[tuple[str, Record]]:
    """Give every product by its id: purl, and the branch that states its version."""
    branches = entries(node, "branches")
    for one in branches:
        is_version = str(one.get("category", "")).startswith("product_version")
        yield from _products(one, one if is_version else version)
    single = [node["product"]] if isinstance(node.get("product"), dict) else []
    for product in (*single, *entries(node, "full_product_names")):
        helper = mapping(product.get("product_identification_helper") or {}, "helper")
        named = {"name": product.get("name"), "purl": helper.get("purl")}
        for one in entries(helper, "x_generic_uris"):
            if one.get("namespace") == "https://osv.dev/":
                named["listing"] = one.get("uri")
        stated = (
            {"category": version.get("category"), "version": version.get("name")} if version else {}
        )
        yield str(product.get("product_id")), {**named, **stated}


def _placed(product: Record) -> tuple[dict[str, str], str | None, list[Stretch]] | None:
    """Give package, version and stretches of a product that a purl names."""
    listed = package_of_listing(str(product.get("listing") or ""))
    named = package_of_purl(str(product.get("purl") or "")) or (listed and (listed, None))
    if not named:
        return None
    package, version = named
    if product.get("category") == "product_version_range":
        stretches = vers(str(product.get("version")))
        return None if stretches is None else (package, None, stretches)
    version = version or product.get("version")
    return (package, version, []) if version else None


def vers(text: str) -> list[Stretch] | None:
    """Read a version range specifier, whose constraints stand in the order of the versions.

    https://github.com/package-url/vers-spec; None if it is none, or excludes single versions.
    """
    match = _VERS.fullmatch(text)
    if match is None:
        return None
    if match["constraints"] == "*":
        return [Stretch()]
    found: list[Stretch] = []
    low: tuple[str, bool] | None = None
    for part in match["constraints"].split("|"):
        constraint = _CONSTRAINT.fullmatch(part.strip())
        if constraint is None or constraint[1] == "!=":
            return None
        sign, version = constraint[1], unquote(constraint[2])
        if sign in {">=", ">"}:
            if low:
                return None
            low = (version, sign == ">")
        elif sign in {"<", "<="}:
            first, excluded = low or (None, False)
            found.append(
                Stretch(low=first, low_excluded=excluded, high=version, high_included=sign == "<=")
            )
            low = None
        else:
            found.append(Stretch(low=version, high=version, high_included=True))
    return [*found, *([Stretch(low=low[0], low_excluded=low[1])] if low else [])]
