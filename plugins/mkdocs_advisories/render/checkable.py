"""What is affected, for the version check that runs in a reader's browser."""

from collections.abc import Iterable
from typing import Any

from mkdocs_advisories.model import Affected, Disclosed, RangeType
from mkdocs_advisories.render.addresses import page_uri
from mkdocs_advisories.versions import Scheme, scheme_of_ecosystem, scheme_of_range

VERSIONS_URI = "versions.json"


def checkable(advisories: Iterable[Disclosed]) -> dict[str, Any]:
    """Give every package and the versions that advisories say are affected.

    An advisory that is withdrawn says nothing any more, nor does one in whose place another stands
    that is disclosed.
    """
    standing = {one.id: one for one in advisories if not one.withdrawn}
    packages: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for one in standing.values():
        if one.content.superseded_by in standing:
            continue
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


def _advisory(disclosed: Disclosed, affected: Affected) -> dict[str, Any]:
    return {
        "id": disclosed.id,
        "uri": page_uri(disclosed.id),
        "scheme": _scheme(affected),
        "spans": [[one.introduced, one.fixed, one.last_affected] for one in affected.spans()],
        "versions": list(affected.versions),
    }


def _scheme(affected: Affected) -> Scheme | None:
    """Give the one order in which all ranges are to be read, or None: then none is compared."""
    ecosystem = affected.package.ecosystem
    ordered = [one for one in affected.ranges if one.type is not RangeType.GIT]
    schemes = {scheme_of_range(one, ecosystem) for one in ordered} or {
        scheme_of_ecosystem(ecosystem)
    }
    return schemes.pop() if len(schemes) == 1 else None
