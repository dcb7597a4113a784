"""What is affected, for the version check that runs in a reader's browser."""

from collections.abc import Iterable
from typing import Any

from mkdocs_advisories.model import Affected, Disclosed
from mkdocs_advisories.render.addresses import page_uri
from mkdocs_advisories.versions import scheme_of_package

VERSIONS_URI = "versions.json"


def checkable(advisories: Iterable[Disclosed]) -> dict[str, Any]:
    """Give every package and the versions that advisories say are affected.

    An advisory that is withdrawn says nothing any more, nor does one in whose place another stands
    that is disclosed.
    """
    packages: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for one in standing(advisories):
        for affected in one.content.affected:
            package = affected.package
            known = packages.setdefault((package.ecosystem, package.name), [])
            known.append(_advisory(one, affected))
    return {
        "packages": [
            {"ecosystem": ecosystem, "name": name, "advisories": known}
            for (ecosystem, name), known in sorted(packages.items())
        ]
    }


def standing(advisories: Iterable[Disclosed]) -> list[Disclosed]:
    """Give the advisories that still say something: not withdrawn, nor superseded by another."""
    known = {one.id: one for one in advisories if not one.withdrawn}
    return [one for one in known.values() if one.content.superseded_by not in known]


def _advisory(disclosed: Disclosed, affected: Affected) -> dict[str, Any]:
    return {
        "id": disclosed.id,
        "uri": page_uri(disclosed.id),
        "scheme": scheme_of_package(affected),
        "spans": [[one.introduced, one.fixed, one.last_affected] for one in affected.spans()],
        "versions": list(affected.versions),
    }
