"""Packages: each told of once, by a package URL that is its own."""

import re
from collections.abc import Iterator

from mkdocs_advisories.checks.case import Case, Finding
from mkdocs_advisories.checks.edits import add_field
from mkdocs_advisories.checks.rule import error, warning
from mkdocs_advisories.model import Affected
from mkdocs_advisories.problems import Related
from mkdocs_advisories.purls import fits, made_purl


@warning("ADV213", reads="affected")
def told_in_one_entry(case: Case) -> Iterator[Finding]:
    """A package has one entry, unless two differ in more than their versions."""
    first: dict[tuple[object, ...], int] = {}
    for index, affected in enumerate(case.content.affected):
        before = first.setdefault(_key(affected), index)
        if before != index:
            yield case.finding(
                *("affected", index, "package", "name"),
                text="a second entry for the package `{name}`",
                remedy="put all its versions into one entry: readers may look at one only",
                related=(
                    Related(
                        place=case.place("affected", before, "package", "name"),
                        text="the first one",
                    ),
                ),
                name=affected.package.name,
            )


@warning("ADV218", reads="affected")
def purl_is_there(case: Case) -> Iterator[Finding]:
    """A package has its URL, by which scanners find it."""
    for index, affected in enumerate(case.content.affected):
        package, path = affected.package, ("affected", index, "package")
        right = None if package.purl else made_purl(package.ecosystem, package.name)
        if right:
            yield case.finding(
                *path,
                text="the package has no package URL",
                remedy='add `purl: "{purl}"`: some databases match on nothing else',
                fix=add_field(case, path, name="purl", value=right, text='add `purl: "{purl}"`'),
                purl=right,
            )


@error("ADV219", reads="affected")
def purl_fits(case: Case) -> Iterator[Finding]:
    """A package URL is that of the package beside it."""
    for index, affected in enumerate(case.content.affected):
        package, path = affected.package, ("affected", index, "package", "purl")
        if not fits(package):
            right = made_purl(package.ecosystem, package.name) or ""
            yield case.finding(
                *path,
                text="`{purl}` is not the package `{name}` of {ecosystem}",
                remedy="write `{right}`, or correct the ecosystem or the name",
                related=(
                    Related(
                        place=case.place("affected", index, "package", "name"),
                        text="the package is named here",
                    ),
                ),
                purl=package.purl or "",
                name=package.name,
                ecosystem=package.ecosystem,
                right=right,
            )


def _key(affected: Affected) -> tuple[object, ...]:
    package = affected.package
    name = package.name
    if package.ecosystem == "PyPI":
        name = re.sub(r"[-_.]+", "-", name).lower()
    beside = (affected.severity, affected.ecosystem_specific, affected.database_specific)
    return package.ecosystem, name, repr(beside)
