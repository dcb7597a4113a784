"""What is affected, for the version check that runs in a reader's browser."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, NamedTuple

from mkdocs_advisories.model import Affected, Disclosed
from mkdocs_advisories.render.addresses import page_uri
from mkdocs_advisories.render.json_document import with_list
from mkdocs_advisories.versions import scheme_of_package

VERSIONS_URI = "versions.json"


class PackageName(NamedTuple):
    """What a package is called, and where."""

    ecosystem: str
    name: str


def said(disclosed: Disclosed) -> Iterator[tuple[PackageName, dict[str, Any]]]:
    """Give what an advisory says of the versions of each of its packages."""
    for affected in disclosed.content.affected:
        package = affected.package
        yield PackageName(package.ecosystem, package.name), _advisory(disclosed, affected)


def checkable(disclosed: Disclosed) -> dict[str, Any]:
    """Give the packages of an advisory, and the versions that it says are affected."""
    packages: dict[PackageName, list[dict[str, Any]]] = {}
    for name, one in said(disclosed):
        packages.setdefault(name, []).append(one)
    return {
        "packages": [
            {**name._asdict(), "advisories": known} for name, known in sorted(packages.items())
        ]
    }


def checkable_of_all(packages: Mapping[PackageName, Iterable[bytes]]) -> Iterator[bytes]:
    """Write the same for many advisories, of which each has written what it says of a package.

    One that is withdrawn says nothing any more, nor does one in whose place another stands that is
    disclosed: they are not among these. It is given in parts.
    """
    written = (
        b"".join(with_list({**name._asdict(), "advisories": []}, "advisories", known)).rstrip(b"\n")
        for name, known in sorted(packages.items())
    )
    return with_list({"packages": []}, "packages", written)


def _advisory(disclosed: Disclosed, affected: Affected) -> dict[str, Any]:
    return {
        "id": disclosed.id,
        "uri": page_uri(disclosed.id),
        "scheme": scheme_of_package(affected),
        "spans": [[one.introduced, one.fixed, one.last_affected] for one in affected.spans()],
        "versions": list(affected.versions),
    }
