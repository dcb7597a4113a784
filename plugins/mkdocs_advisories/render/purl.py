"""Package URLs: databases that work without a network match on them."""

from packageurl import PackageURL

from mkdocs_advisories import purls
from mkdocs_advisories.model import Package


def purl_of(package: Package) -> str | None:
    """Give the package's URL without a version: as stated, else worked out, else None."""
    return package.purl or purls.purl_of(package.ecosystem, package.name)


def versioned(purl: str, version: str) -> str | None:
    """Give the URL of one version of a package, or None where that cannot be written."""
    try:
        return PackageURL(
            **{**PackageURL.from_string(purl).to_dict(), "version": version}
        ).to_string()
    except ValueError:
        return None
