"""Three advisories that nobody has to keep secret, for the packages of the organisation."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from mkdocs_advisories.authoring.skeleton import Plan, skeleton
from mkdocs_advisories.model import Package, Span, format_instant
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.purls import purl_of
from mkdocs_advisories.versions import Scheme, scheme_of_ecosystem

PATTERN = "REHEARSAL-[1-3]"
"""The ids of the three."""

_PACKAGE = "crates.io/rehearsed"
_VECTORS = (
    "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H",
    "CVSS:3.1/AV:N/AC:L/PR:L/UI:N/S:U/C:N/I:N/A:H",
    "CVSS:3.1/AV:L/AC:H/PR:L/UI:N/S:U/C:L/I:N/A:N",
)
_TITLES = (
    "A walrus can leave the pen of {package} over the fence",
    "{package} stops when a walrus yawns",
    "{package} tells walruses the hour of their feeding",
)
_FIXES = (("9001.0.7", "9002.0.3"), ("9002.0.3",), ("9001.0.7", "9002.0.3"))


@dataclass(frozen=True, kw_only=True, slots=True)
class Rehearsed:
    """An invented advisory: its id, its title, the versions that fix it, and its file."""

    id: str
    title: str
    fixes: tuple[str, ...]
    text: str


def bundle(policy: Policy, *, embargo: datetime) -> tuple[Rehearsed, ...]:
    """Invent three advisories with one embargo, for packages of the policy."""
    packages = _packages(policy)
    return tuple(
        _rehearsed(number, packages[number % len(packages)], policy, embargo) for number in range(3)
    )


def _packages(policy: Policy) -> list[Package]:
    """Give packages, those with Semantic Versions first; one is invented if there is none."""
    names = [name for one in policy.projects for name in sorted(one.packages)] or [_PACKAGE]
    found = [Package(ecosystem=one.partition("/")[0], name=one.partition("/")[2]) for one in names]
    return sorted(found, key=lambda one: scheme_of_ecosystem(one.ecosystem) is not Scheme.SEMVER)


def _rehearsed(number: int, package: Package, policy: Policy, embargo: datetime) -> Rehearsed:
    title, fixes = _TITLES[number].format(package=package.name), _FIXES[number]
    plan = Plan(
        id=f"REHEARSAL-{number + 1}",
        summary=title,
        packages=(Package(ecosystem=package.ecosystem, name=package.name, purl=purl_of(package)),),
        embargo=format_instant(embargo),
        handler="rehearsal",
        vector=_VECTORS[number],
        spans=tuple(Span(introduced=f"{one[:4]}.0.0", fixed=one) for one in fixes),
    )
    front = skeleton(plan).partition("## ")[0]
    return Rehearsed(
        id=plan.id, title=title, fixes=fixes, text=front + "\n".join(_body(policy, fixes))
    )


def _body(policy: Policy, fixes: tuple[str, ...]) -> Iterator[str]:
    for section in policy.checks.sections:
        yield f"## {section}\n"
        yield "This advisory is invented, for a rehearsal of the day of its disclosure.\n"
    yield f"It stands as fixed in {' and '.join(fixes)}.\n"
