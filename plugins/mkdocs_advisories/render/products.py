"""The products of an advisory: each stretch of affected versions, and each version that fixes one.

Formats that name products by id share these, so that the same product has one id in all of them.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import groupby
from urllib.parse import quote

from mkdocs_advisories.model import Affected, Package, Range, RangeType, Span
from mkdocs_advisories.purls import purl_of, versioned
from mkdocs_advisories.versions import named_apart


@dataclass(frozen=True, kw_only=True, slots=True)
class Product:
    """A version, or a range of versions, of one package. `purl` carries a version, if it is one."""

    id: str
    name: str
    version: str
    is_range: bool
    purl: str | None
    fix: str | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PackageProducts:
    """All products of one package: what is affected, and what is fixed."""

    package: Package
    entries: tuple[Affected, ...]
    affected: tuple[Product, ...]
    fixed: tuple[Product, ...]


def package_products(affected: Iterable[Affected]) -> tuple[PackageProducts, ...]:
    """Give the products of each package, in the order of the packages' names.

    A package that is listed more than once is one. Versions by name count where no range has them,
    and commits where there is neither.
    """

    def key(one: Affected) -> tuple[str, str]:
        return one.package.ecosystem, one.package.name

    packages = groupby(sorted(affected, key=key), key=key)
    return tuple(_products(tuple(entries)) for _, entries in packages)


def vers(span: Span, *, scheme: str) -> str:
    """Write a stretch of versions as a version range specifier (https://github.com/package-url)."""
    return f"vers:{scheme}/{_constraints(span)}"


def _products(entries: tuple[Affected, ...]) -> PackageProducts:
    package = entries[0].package
    spans = list(dict.fromkeys(span for one in entries for span in one.spans()))
    fixes = dict.fromkeys(span.fixed for span in spans if span.fixed)
    return PackageProducts(
        package=package,
        entries=entries,
        affected=tuple(_affected(package, entries, spans)),
        fixed=tuple(_version(package, one) for one in fixes),
    )


def _affected(
    package: Package, entries: tuple[Affected, ...], spans: list[Span]
) -> Iterator[Product]:
    scheme = _scheme(package, entries)
    for span in spans:
        yield _range(package, vers(span, scheme=scheme), fix=span.fixed)
    named = dict.fromkeys(version for one in entries for version in named_apart(one))
    yield from (_version(package, one) for one in named)
    if not spans and not named:
        stretches = (text for entry in entries for one in entry.ranges for text in _commits(one))
        yield from (_range(package, one, fix=None) for one in dict.fromkeys(stretches))


def _version(package: Package, version: str) -> Product:
    purl = purl_of(package)
    return Product(
        id=f"{package.ecosystem}/{package.name}@{version}",
        name=f"{package.name} {version}",
        version=version,
        is_range=False,
        purl=versioned(purl, version) if purl else None,
    )


def _range(package: Package, text: str, *, fix: str | None) -> Product:
    return Product(
        id=f"{package.ecosystem}/{package.name}@{text}",
        name=f"{package.name} {text}",
        version=text,
        is_range=True,
        purl=purl_of(package),
        fix=fix,
    )


def _scheme(package: Package, entries: tuple[Affected, ...]) -> str:
    """Name the order of versions: the purl's type, else that of the ranges."""
    purl = purl_of(package)
    if purl:
        return purl.removeprefix("pkg:").partition("/")[0]
    types = {one.type for entry in entries for one in entry.ranges}
    return "semver" if RangeType.SEMVER in types else "generic"


def _constraints(span: Span) -> str:
    parts = [] if span.introduced == "0" else [f">={_quoted(span.introduced)}"]
    if span.fixed:
        parts.append(f"<{_quoted(span.fixed)}")
    elif span.last_affected:
        parts.append(f"<={_quoted(span.last_affected)}")
    return "|".join(parts) or "*"


def _quoted(version: str) -> str:
    return quote(version, safe="")


def _commits(one: Range) -> Iterator[str]:
    """Write commits as ranges of a scheme of their own: only the repository knows their order."""
    known: dict[str, list[str]] = {}
    for event in one.events:
        known.setdefault(event.type.value, []).append(event.version)
    for start in known.get("introduced", ["0"]):
        ends = [f"<{end}" for end in known.get("fixed", ())]
        ends += [f"<={end}" for end in known.get("last_affected", ())]
        for end in ends or [""]:
            bounds = "" if start == "0" else f">={start}"
            yield "vers:git/" + ("|".join(part for part in (bounds, end) if part) or "*")
