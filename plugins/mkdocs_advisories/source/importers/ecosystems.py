"""What other formats call the ecosystems of OSV."""

from collections.abc import Mapping
from types import MappingProxyType
from urllib.parse import parse_qs, unquote, urlsplit

from packageurl import PackageURL

OF_GITHUB: Mapping[str, str] = MappingProxyType(
    {
        "actions": "GitHub Actions",
        "composer": "Packagist",
        "erlang": "Hex",
        "go": "Go",
        "maven": "Maven",
        "npm": "npm",
        "nuget": "NuGet",
        "pip": "PyPI",
        "pub": "Pub",
        "rubygems": "RubyGems",
        "rust": "crates.io",
        "swift": "SwiftURL",
    }
)
"""By GitHub's advisory API; its `other` names none."""

_OF_PURL = {
    "cargo": "crates.io",
    "composer": "Packagist",
    "cran": "CRAN",
    "gem": "RubyGems",
    "golang": "Go",
    "hackage": "Hackage",
    "hex": "Hex",
    "julia": "Julia",
    "maven": "Maven",
    "npm": "npm",
    "nuget": "NuGet",
    "opam": "opam",
    "pub": "Pub",
    "pypi": "PyPI",
    "swift": "SwiftURL",
}
_OF_HOST = {
    "conan.io": "ConanCenter",
    "cran.r-project.org": "CRAN",
    "crates.io": "crates.io",
    "hackage.haskell.org": "Hackage",
    "hex.pm": "Hex",
    "juliahub.com": "Julia",
    "nuget.org": "NuGet",
    "npmjs.com": "npm",
    "npmjs.org": "npm",
    "opam.ocaml.org": "opam",
    "packagist.org": "Packagist",
    "pkg.go.dev": "Go",
    "pub.dev": "Pub",
    "pypi.org": "PyPI",
    "pypi.python.org": "PyPI",
    "registry.npmjs.org": "npm",
    "repo.hex.pm": "Hex",
    "repo.maven.apache.org": "Maven",
    "repo1.maven.org": "Maven",
    "rubygems.org": "RubyGems",
}


def package_of_purl(purl: str) -> tuple[dict[str, str], str | None] | None:
    """Give the package that a purl names, and its version; None if its type is not known."""
    try:
        read = PackageURL.from_string(purl)
    except ValueError:
        return None
    ecosystem = _OF_PURL.get(read.type)
    if ecosystem is None:
        return None
    joint = ":" if ecosystem == "Maven" else "/"
    name = f"{read.namespace}{joint}{read.name}" if read.namespace else read.name
    bare = PackageURL(read.type, read.namespace, read.name).to_string()
    return {"ecosystem": ecosystem, "name": unquote(name), "purl": bare}, read.version


def package_of_listing(url: str) -> dict[str, str] | None:
    """Give the package whose records an address of osv.dev lists, for want of a package URL."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    query = parse_qs(parts.query)
    ecosystem, name = query.get("ecosystem", [""])[0], query.get("q", [""])[0]
    is_listing = (parts.hostname, parts.path) == ("osv.dev", "/list")
    return {"ecosystem": ecosystem, "name": name} if is_listing and ecosystem and name else None


def ecosystem_of_collection(url: str) -> str | None:
    """Give the ecosystem whose packages lie at an address, as `collectionURL` of a CVE record."""
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return None
    return _OF_HOST.get(host.removeprefix("www."))
