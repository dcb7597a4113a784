"""Package URLs: databases that work without a network match on them."""

import re
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType

from packageurl import PackageURL

from mkdocs_advisories.model import Package

# Ecosystems whose packages have one purl type (https://ossf.github.io/osv-schema/, `affected[].
# package`), and a fixed namespace if they have one. Those that need more than a name (Julia wants a
# UUID) are not here: no purl is better than a wrong one.
_TYPES: Mapping[str, tuple[str, str | None]] = MappingProxyType(
    {
        "Alpine": ("apk", "alpine"),
        "Bioconductor": ("bioconductor", None),
        "Bitnami": ("bitnami", None),
        "Chainguard": ("apk", "chainguard"),
        "ConanCenter": ("conan", None),
        "CRAN": ("cran", None),
        "crates.io": ("cargo", None),
        "Debian": ("deb", "debian"),
        "Go": ("golang", None),
        "Hackage": ("hackage", None),
        "Hex": ("hex", None),
        "Maven": ("maven", None),
        "npm": ("npm", None),
        "NuGet": ("nuget", None),
        "opam": ("opam", None),
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


def purl_of(package: Package) -> str | None:
    """Give the package's URL without a version: as stated, else worked out, else None."""
    return package.purl or _derived(package.ecosystem.partition(":")[0], package.name)


def versioned(purl: str, version: str) -> str | None:
    """Give the URL of one version of a package, or None where that cannot be written."""
    try:
        return PackageURL(
            **{**PackageURL.from_string(purl).to_dict(), "version": version}
        ).to_string()
    except ValueError:
        return None


@cache
def _derived(ecosystem: str, name: str) -> str | None:
    if ecosystem not in _TYPES:
        return None
    kind, namespace = _TYPES[ecosystem]
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
