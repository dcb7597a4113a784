"""A CSAF 2.0 document: of the profile "security advisory", or of "CSAF base" once withdrawn.

https://docs.oasis-open.org/csaf/csaf/v2.0/os/csaf-v2.0-os.html; the numbers of tests below are
those of its section 6.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from mkdocs_advisories.model import Disclosed, Package, Severity, SeverityType, format_instant
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.render.addresses import csaf_uri, page_uri, record_url
from mkdocs_advisories.render.identifiers import cve_ids, is_cve_id
from mkdocs_advisories.render.json_document import Document, present
from mkdocs_advisories.render.notes import Note
from mkdocs_advisories.render.products import PackageProducts, Product, package_products
from mkdocs_advisories.render.sections import Section, absolute_details, section, sections
from mkdocs_advisories.render.severity import rate
from mkdocs_advisories.render.weaknesses import weakness_name
from mkdocs_advisories.scores import score

TLP_URL = "https://www.first.org/tlp/"

_FIX = ("patch", "fix", "solution")
_WORKAROUND = ("workaround", "mitigation")
_DATABASES = {
    "GHSA": "GitHub Advisory Database",
    "GO": "Go Vulnerability Database",
    "RUSTSEC": "RustSec Advisory Database",
    "PYSEC": "Python Packaging Advisory Database",
    "EUVD": "European Vulnerability Database",
    "OSV": "OSV",
}


def csaf(
    disclosed: Disclosed,
    *,
    policy: Policy,
    products: tuple[PackageProducts, ...] | None = None,
) -> dict[str, Any]:
    """Render an advisory as a CSAF document, with one vulnerability for each CVE id it goes by.

    A withdrawn advisory says nothing of products any more: as CSAF 2.1 does, the document keeps its
    ids and text, and the reason. CSAF 2.0 cannot carry CVSS 4: such a vector stands in a note, and
    its word is the aggregate severity. `notes` says so. `products` are its own, if they are at
    hand.
    """
    if disclosed.withdrawn:
        return {"document": _document(disclosed, policy)}
    if products is None:
        products = package_products(disclosed.content.affected)
    return {
        "document": _document(disclosed, policy),
        "product_tree": {"branches": [_vendor(products, policy)]},
        "vulnerabilities": [
            _vulnerability(disclosed, policy, products, cve)
            for cve in (cve_ids(disclosed) or (None,))
        ],
    }


def notes(disclosed: Disclosed) -> Iterator[Note]:
    """Say what the document of an advisory could not carry in its own field."""
    if disclosed.withdrawn:
        return
    if any(one.type is SeverityType.CVSS_V4 for one in _severities(disclosed)):
        text = "CSAF 2.0 has no field for CVSS 4: the vector stands in a note"
        yield Note(advisory=disclosed.id, format="CSAF", text=text)
    for one in disclosed.content.cwe_ids:
        if weakness_name(one) is None:
            text = f"{one} is no weakness of the current list: it stands in a note"
            yield Note(advisory=disclosed.id, format="CSAF", text=text)


def _document(disclosed: Disclosed, policy: Policy) -> Document:
    content, publisher = disclosed.content, policy.publisher
    rating = rate(content)
    mark = "[Withdrawn] " if disclosed.withdrawn else ""
    return present(
        {
            "category": "csaf_base" if disclosed.withdrawn else "csaf_security_advisory",
            "csaf_version": "2.0",
            "title": mark + content.summary,
            "lang": policy.language,
            "aggregate_severity": {"text": rating.word.capitalize()} if rating else None,
            "distribution": {"tlp": {"label": "WHITE", "url": TLP_URL}},
            "publisher": present(
                {
                    "category": publisher.category,
                    "name": policy.organisation.name,
                    "namespace": policy.namespace,
                    "contact_details": publisher.contact_details,
                    "issuing_authority": publisher.issuing_authority,
                }
            ),
            "notes": list(_document_notes(disclosed, policy)),
            "references": list(_references(disclosed, policy)),
            "acknowledgments": list(_acknowledgments(disclosed)),
            "tracking": _tracking(disclosed),
        }
    )


def _document_notes(disclosed: Disclosed, policy: Policy) -> Iterator[Document]:
    content, withdrawn = disclosed.content, disclosed.withdrawn
    if withdrawn:
        text = f"Withdrawn on {format_instant(withdrawn.date)}: {withdrawn.reason}"
        yield {"category": "general", "title": "Withdrawn", "text": text}
        for one in sections(absolute_details(disclosed, policy=policy)):
            if one.text:
                yield present({"category": "details", "title": one.title, "text": one.text})
    if content.superseded_by:
        text = f"{content.superseded_by} takes the place of this advisory."
        yield {"category": "general", "title": "Superseded", "text": text}
    yield {"category": "summary", "title": "Summary", "text": content.summary}
    if disclosed.timeline:
        lines = (f"{format_instant(one.date)}: {one.summary}" for one in disclosed.timeline)
        yield {"category": "other", "title": "Timeline", "text": "\n".join(lines)}


def _references(disclosed: Disclosed, policy: Policy) -> Iterator[Document]:
    own = policy.site_url + csaf_uri(disclosed.id, published=disclosed.published)
    page = policy.site_url + page_uri(disclosed.id)
    yield {"category": "self", "summary": "This document", "url": own}
    yield {"category": "self", "summary": "This advisory as a page", "url": page}
    content = disclosed.content
    found = [(one.type.capitalize(), one.url) for one in content.references]
    found += [
        (one, url)
        for one in (*content.aliases, *content.related, *content.upstream)
        if (url := record_url(one))
    ]
    seen = {own, page}
    for summary, url in found:
        if url not in seen:
            seen.add(url)
            yield {"category": "external", "summary": summary, "url": url}


def _acknowledgments(disclosed: Disclosed) -> Iterator[Document]:
    for one in disclosed.content.credits:
        role = (one.type or "OTHER").replace("_", " ").capitalize()
        summary = None if role == "Other" else role
        yield present({"names": [one.name], "summary": summary, "urls": list(one.contact)})


def _tracking(disclosed: Disclosed) -> Document:
    history = _history(disclosed)
    return present(
        {
            "id": disclosed.id,
            "aliases": list(disclosed.content.aliases),
            "status": "final",
            "version": str(len(history)),
            "initial_release_date": format_instant(disclosed.published),
            "current_release_date": format_instant(disclosed.modified),
            "generator": {"engine": {"name": "mkdocs-advisories"}},
            "revision_history": [
                {"number": str(number), "date": format_instant(date), "summary": summary}
                for number, (date, summary) in enumerate(history, start=1)
            ],
        }
    )


def _history(disclosed: Disclosed) -> list[tuple[datetime, str]]:
    """Give the releases in order. What was changed before disclosure is part of the first."""
    first = disclosed.published
    changes = [(one.date, one.summary) for one in disclosed.revisions if one.date > first]
    if withdrawn := disclosed.withdrawn:
        changes.append((max(withdrawn.date, first), f"Withdrawn: {withdrawn.reason}"))
    return [(first, "First published."), *sorted(changes, key=lambda one: one[0])]


def _vendor(products: Iterable[PackageProducts], policy: Policy) -> Document:
    return {
        "category": "vendor",
        "name": policy.organisation.name,
        "branches": [
            {
                "category": "product_name",
                "name": f"{one.package.name} ({one.package.ecosystem})",
                "branches": [_branch(product, one.package) for product in _each_once(one)],
            }
            for one in products
        ],
    }


def _each_once(products: PackageProducts) -> Iterable[Product]:
    return {one.id: one for one in (*products.affected, *products.fixed)}.values()


def _branch(product: Product, package: Package) -> Document:
    helper = {"purl": product.purl} if product.purl else {"x_generic_uris": [_listing(package)]}
    return {
        "category": "product_version_range" if product.is_range else "product_version",
        "name": product.version,
        "product": {
            "name": product.name,
            "product_id": product.id,
            "product_identification_helper": helper,
        },
    }


def _listing(package: Package) -> Document:
    """Identify a package for which no package URL can be made."""
    query = urlencode({"ecosystem": package.ecosystem, "q": package.name})
    return {"namespace": "https://osv.dev/", "uri": f"https://osv.dev/list?{query}"}


def _vulnerability(
    disclosed: Disclosed, policy: Policy, products: tuple[PackageProducts, ...], cve: str | None
) -> Document:
    content = disclosed.content
    parts = sections(absolute_details(disclosed, policy=policy))
    known = (disclosed.id, *content.aliases)
    named = [one for one in content.cwe_ids if weakness_name(one)]
    return present(
        {
            "cve": cve,
            "title": content.summary,
            "cwe": {"id": named[0], "name": weakness_name(named[0])} if named else None,
            "ids": [_label(one) for one in known if not is_cve_id(one)],
            "notes": list(_notes(disclosed, parts)),
            "release_date": format_instant(disclosed.published),
            "product_status": _status(products),
            "scores": list(_scores(disclosed, products)),
            "remediations": list(_remediations(products, parts)),
            "threats": list(_threats(disclosed, products)),
        }
    )


def _label(identifier: str) -> Document:
    prefix = identifier.partition("-")[0]
    return {"system_name": _DATABASES.get(prefix, prefix or identifier), "text": identifier}


def _notes(disclosed: Disclosed, parts: tuple[Section, ...]) -> Iterator[Document]:
    """Give the body. What is a remediation is not said twice."""
    remediations = {section(parts, *_FIX), section(parts, *_WORKAROUND)}
    category = "description"
    for one in parts:
        if one.text and one.text not in remediations:
            yield present({"category": category, "title": one.title, "text": one.text})
            category = "details"
    if category == "description":
        yield {"category": category, "text": disclosed.content.summary}
    yield from _uncarried(disclosed)


def _uncarried(disclosed: Disclosed) -> Iterator[Document]:
    for one in dict.fromkeys(_severities(disclosed)):
        if one.type is SeverityType.CVSS_V4:
            rated = score(one)
            text = f"{rated.vector} (base score {rated.value}, {rated.word.lower()})"
            yield {"category": "other", "title": "CVSS 4.0", "text": text}
    cwes = disclosed.content.cwe_ids
    first = next((one for one in cwes if weakness_name(one)), None)
    rest = [f"{one} {weakness_name(one) or ''}".strip() for one in cwes if one != first]
    if rest:
        yield {"category": "other", "title": "Further weaknesses", "text": "\n".join(rest)}


def _status(products: tuple[PackageProducts, ...]) -> Document:
    affected = [product.id for one in products for product in one.affected]
    known = set(affected)
    fixed = [one.id for each in products for one in each.fixed if one.id not in known]
    return present({"known_affected": affected, "fixed": fixed})


def _severities(disclosed: Disclosed) -> Iterator[Severity]:
    yield from disclosed.content.severity
    for one in disclosed.content.affected:
        yield from one.severity


def _scores(disclosed: Disclosed, products: tuple[PackageProducts, ...]) -> Iterator[Document]:
    """Give each vector that CSAF 2.0 can carry, with the products that it is about."""
    by_vector: dict[tuple[str, str], tuple[Severity, list[str]]] = {}
    for one in products:
        stated = disclosed.content.severity or _of_package(one)
        for severity in stated:
            if severity.type is not SeverityType.CVSS_V4:
                key = (severity.type, severity.score)
                by_vector.setdefault(key, (severity, []))[1].extend(it.id for it in one.affected)
    by_products: dict[tuple[str, ...], Document] = {}
    for severity, ids in by_vector.values():
        by_products.setdefault(tuple(ids), {}).update(_cvss(severity))
    for products_of, vectors in by_products.items():
        yield {"products": list(products_of), **vectors}


def _of_package(products: PackageProducts) -> tuple[Severity, ...]:
    """Give a package's own vectors, one of a kind (test 6.1.7), the worst where it has more."""
    best: dict[SeverityType, Severity] = {}
    for one in (severity for entry in products.entries for severity in entry.severity):
        if one.type not in best or score(one).value > score(best[one.type]).value:
            best[one.type] = one
    return tuple(best.values())


def _cvss(severity: Severity) -> Document:
    rated = score(severity)
    data: Document = {
        "version": rated.version,
        "vectorString": rated.vector,
        "baseScore": rated.value,
    }
    if rated.version == "2.0":
        return {"cvss_v2": data}
    return {"cvss_v3": {**data, "baseSeverity": rated.word.upper()}}


def _remediations(
    products: tuple[PackageProducts, ...], parts: tuple[Section, ...]
) -> Iterator[Document]:
    """Give each affected product a remediation, then the body's own words on it."""
    affected = [(one.package.name, product) for one in products for product in one.affected]
    for name, product in affected:
        if product.fix:
            details = f"Upgrade {name} to {product.fix}."
            yield {"category": "vendor_fix", "details": details, "product_ids": [product.id]}
    fixed = [product.id for _, product in affected if product.fix]
    unfixed = [product.id for _, product in affected if not product.fix]
    if unfixed:
        details = "No fixed version is known."
        yield {"category": "none_available", "details": details, "product_ids": unfixed}
    patches, workarounds = section(parts, *_FIX), section(parts, *_WORKAROUND)
    if patches:
        category = "vendor_fix" if fixed else "none_available"
        yield {"category": category, "details": patches, "product_ids": fixed or unfixed}
    if workarounds:
        ids = [product.id for _, product in affected]
        yield {"category": "workaround", "details": workarounds, "product_ids": ids}


def _threats(disclosed: Disclosed, products: tuple[PackageProducts, ...]) -> Iterator[Document]:
    if disclosed.content.exploited:
        ids = [product.id for one in products for product in one.affected]
        details = "Attacks have been seen."
        yield {"category": "exploit_status", "details": details, "product_ids": ids}
