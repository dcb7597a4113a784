"""An OpenVEX document (https://github.com/openvex/spec, version 0.2.0)."""

from collections.abc import Iterator
from typing import Any
from urllib.parse import quote

from mkdocs_advisories.model import Disclosed, format_instant
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.render.addresses import openvex_uri, page_uri
from mkdocs_advisories.render.identifiers import cve_ids
from mkdocs_advisories.render.json_document import Document, present
from mkdocs_advisories.render.products import PackageProducts, Product, package_products

CONTEXT = "https://openvex.dev/ns/v0.2.0"


def openvex(
    disclosed: Disclosed,
    *,
    policy: Policy,
    products: tuple[PackageProducts, ...] | None = None,
) -> dict[str, Any]:
    """Render an advisory as an OpenVEX document.

    A range of versions is a package URL with the qualifier `vers`. A withdrawn advisory says
    "under investigation": neither that a product is affected, nor that it is not. `products` are
    its own, if they are at hand.
    """
    if products is None:
        products = package_products(disclosed.content.affected)
    changes = [one for one in disclosed.revisions if one.date > disclosed.published]
    return {
        "@context": CONTEXT,
        "@id": policy.site_url + openvex_uri(disclosed.id),
        "author": policy.organisation.name,
        "role": policy.publisher.category,
        "timestamp": format_instant(disclosed.published),
        "last_updated": format_instant(disclosed.modified),
        "version": 1 + len(changes) + bool(disclosed.withdrawn),
        "tooling": "mkdocs-advisories",
        "statements": list(_statements(disclosed, policy, products)),
    }


def _statements(
    disclosed: Disclosed, policy: Policy, of_packages: tuple[PackageProducts, ...]
) -> Iterator[Document]:
    page = policy.site_url + page_uri(disclosed.id)
    common = {"vulnerability": _vulnerability(disclosed, page)}
    withdrawn = disclosed.withdrawn
    for one in of_packages:
        if withdrawn:
            notes = f"Withdrawn: {withdrawn.reason}"
            products = [_product(product, one, page) for product in one.affected]
            status = {"status": "under_investigation", "status_notes": notes}
            yield {**common, "products": products, **status}
        else:
            yield from ({**common, **rest} for rest in _of_package(one, page))


def _of_package(products: PackageProducts, page: str) -> Iterator[Document]:
    """Give a statement for each action, then one for what is fixed."""
    name = products.package.name
    by_action: dict[str, list[Document]] = {}
    for product in products.affected:
        action = f"Upgrade {name} to {product.fix}." if product.fix else "No fix is known."
        by_action.setdefault(action, []).append(_product(product, products, page))
    for action, affected in by_action.items():
        text = f"{action} See {page}"
        yield {"products": affected, "status": "affected", "action_statement": text}
    known = {product.id for product in products.affected}
    fixed = [_product(one, products, page) for one in products.fixed if one.id not in known]
    if fixed:
        yield {"products": fixed, "status": "fixed"}


def _vulnerability(disclosed: Disclosed, page: str) -> Document:
    content = disclosed.content
    known = (disclosed.id, *content.aliases)
    name = next(iter(cve_ids(disclosed)), disclosed.id)
    return present(
        {
            "@id": page,
            "name": name,
            "description": content.summary,
            "aliases": [one for one in known if one != name],
        }
    )


def _product(product: Product, products: PackageProducts, page: str) -> Document:
    package = products.package
    if product.purl is None:
        return {"@id": f"{page}#{quote(f'{package.ecosystem}/{package.name}@{product.version}')}"}
    if not product.is_range:
        return {"@id": product.purl, "identifiers": {"purl": product.purl}}
    separator = "&" if "?" in product.purl else "?"
    purl = f"{product.purl}{separator}vers={quote(product.version, safe=':/')}"
    return {"@id": purl, "identifiers": {"purl": purl}}
