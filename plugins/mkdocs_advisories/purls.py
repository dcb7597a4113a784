"""Package URLs of packages of the OSV schema's ecosystems (https://github.com/package-url/purl-spec)."""

import re
from collections.abc import Mapping
from functools import cache, lru_cache
from types import MappingProxyType
from typing import Any

from packageurl import PackageURL

from mkdocs_advisories.model import Package

_TYPES: Mapping[str, tuple[str, str | None]] = MappingProxyType(
    {
        "Alpine": ("apk", "alpine"),
        "Chainguard": ("apk", "chainguard"),
        "CRAN": ("cran", None),
        "crates.io": ("cargo", None),
        "Debian": ("deb", "debian"),
        "Go": ("golang", None),
        "Hackage": ("hackage", None),
        "Hex": ("hex", None),
        "Maven": ("maven", None),
        "npm": ("npm", None),
        "NuGet": ("nuget", None),
        "Packagist": ("composer", None),
        "Pub": ("pub", None),
        "PyPI": ("pypi", None),
        "RubyGems": ("gem", None),
        "SwiftURL": ("swift", None),
        "Ubuntu": ("deb", "ubuntu"),
        "Wolfi": ("apk", "wolfi"),
    }
)
_WITH_NAMESPACE = frozenset({"golang", "npm", "composer", "swift"})
_CASE_TELLS_NOTHING = frozenset({"golang", "nuget", "composer", "swift"})


@cache
def made_purl(ecosystem: str, name: str) -> str | None:
    """Work out the URL of a package; None where it takes more than the package's name."""
    kind, namespace = _TYPES.get(ecosystem.partition(":")[0], ("", None))
    if kind == "maven":
        namespace, _, name = name.partition(":")
    elif kind in _WITH_NAMESPACE:
        namespace, _, name = name.rpartition("/")
    elif kind == "pypi":
        name = re.sub(r"[-_.]+", "-", name).lower()
    try:
        return PackageURL(type=kind, namespace=namespace or None, name=name).to_string()
    except ValueError:
        return None


def purl_of(package: Package) -> str | None:
    """Give the package's URL without a version: as stated, else worked out, else None."""
    return package.purl or made_purl(package.ecosystem, package.name)


@lru_cache(maxsize=1024)
def versioned(purl: str, version: str) -> str | None:
    """Give the URL of one version of a package, or None where that cannot be written."""
    try:
        return PackageURL(**{**_parts(purl), "version": version}).to_string()
    except ValueError:
        return None


@lru_cache(maxsize=1024)
def _parts(purl: str) -> Mapping[str, Any]:
    return MappingProxyType(PackageURL.from_string(purl).to_dict())


@lru_cache(maxsize=1024)
def fits(package: Package) -> bool:
    """Say whether a package's URL is that of this very package; in doubt, it is.

    Qualifiers and subpaths are left aside: they narrow down a package, and do not change it.
    """
    right = made_purl(package.ecosystem, package.name)
    if package.purl is None or right is None:
        return True
    stated, expected = PackageURL.from_string(package.purl), PackageURL.from_string(right)
    return _identity(stated) == _identity(expected)


def _identity(purl: PackageURL) -> tuple[str, str, str]:
    name = re.sub(r"[-_.]+", "-", purl.name) if purl.type == "pypi" else purl.name
    parts = (purl.type, purl.namespace or "", name)
    if purl.type not in _CASE_TELLS_NOTHING:
        return parts
    return parts[0], parts[1].lower(), parts[2].lower()
