"""What is known of released versions: which advisories each has, and which version has none.

Only versions that the data names are known: those where affected stretches begin and end, those
listed by name, and the first of each release line. What has no known order is left out.
"""

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from itertools import accumulate, chain, islice, zip_longest

from mkdocs_advisories.model import Affected, Disclosed, Package, Span
from mkdocs_advisories.policy import Maintained, Policy
from mkdocs_advisories.render.outline import Outline
from mkdocs_advisories.versions import (
    Position,
    Scheme,
    Stretch,
    first_release,
    is_in_line,
    position,
    scheme_of_ecosystem,
    scheme_of_package,
    stretch,
)

MOST_OF_A_SITE = 2000
"""Pages about versions, which the projects share evenly."""

_BEGINNINGS = ("0", "0.0.0", "0.0.0-0")  # how records write "all before": no released version


@dataclass(frozen=True, kw_only=True, slots=True)
class Verdict:
    """One package at one version. `upgrade` is the lowest known version that none is about.

    `in_line` says whether that is in the same release line, where the policy states lines.
    """

    package: Package
    affected: tuple[Disclosed, ...]
    unknown: tuple[Disclosed, ...]
    upgrade: str | None
    in_line: bool | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Release:
    """A version of a project's packages, of those for which it is one."""

    version: str
    verdicts: tuple[Verdict, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Numbered:
    """Packages of a project that are numbered alike, and their known versions, highest first."""

    packages: tuple[Package, ...]
    versions: tuple[str, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Releases:
    """The versions of a project that have a page, by package and one by one."""

    numbered: tuple[Numbered, ...]
    releases: tuple[Release, ...]


class State(StrEnum):
    """What an advisory says of a release, the worst first."""

    AFFECTED = "affected"
    UNKNOWN = "unknown"
    FIXED = "fixed"
    UNAFFECTED = "not affected"


@dataclass(frozen=True, kw_only=True, slots=True)
class FixedReleases:
    """The fixed versions of packages that are numbered alike, lowest first.

    `states` are by the id of an advisory and a version; one that is not about these packages has
    none. `complete` are the versions that nothing is about.
    """

    packages: tuple[Package, ...]
    versions: tuple[str, ...]
    states: Mapping[tuple[str, str], State]
    complete: tuple[str, ...]


@dataclass(kw_only=True, slots=True)
class _Known:
    """What advisories say of one package, in the order of its versions."""

    package: Package
    scheme: Scheme
    named: set[str] = field(default_factory=set)
    fixes: dict[Position, str] = field(default_factory=dict)
    stretches: list[tuple[Stretch, Disclosed]] = field(default_factory=list)
    unknown: list[Disclosed] = field(default_factory=list)

    def learn(self, disclosed: Disclosed, affected: Affected) -> None:
        """Take in what an advisory says. What cannot be placed as a whole is in doubt."""
        placed = self._placed(affected)
        if placed is None:
            self.unknown.append(disclosed)
            return
        self.stretches += [(one, disclosed) for one in placed]
        for span in affected.spans():
            ends = (span.introduced, span.fixed, span.last_affected)
            self.named.update(one for one in ends if one and one not in _BEGINNINGS)
            if span.fixed and (place := position(span.fixed, self.scheme)):
                self.fixes.setdefault(place, span.fixed)
        self.named.update(affected.versions)

    def _placed(self, affected: Affected) -> list[Stretch] | None:
        if scheme_of_package(affected) is not self.scheme:
            return None
        named = (Span(introduced=one, last_affected=one) for one in affected.versions)
        found = [stretch(one, self.scheme) for one in (*affected.spans(), *named)]
        known = [one for one in found if one]
        return known if known and len(known) == len(found) else None

    def hits(self, places: Sequence[Position]) -> list[dict[str, Disclosed]]:
        """Give, for each of some places in their order, the advisories that are about it."""
        found: list[dict[str, Disclosed]] = [{} for _ in places]
        for one, disclosed in self.stretches:
            after = bisect_right if one.through else bisect_left
            for at in range(bisect_left(places, one.start), after(places, one.end)):
                found[at][disclosed.id] = disclosed
        return found

    def state(self, disclosed: Disclosed, place: Position) -> State | None:
        """Say what an advisory says of a version; None if it is not about this package."""
        if any(one is disclosed for one in self.unknown):
            return State.UNKNOWN
        own = [stretch for stretch, one in self.stretches if one is disclosed]
        if any(one.holds(place) for one in own):
            return State.AFFECTED
        ends = {one.end for one in own if not one.through}
        if own:
            return State.FIXED if place in ends else State.UNAFFECTED
        return None

    def clean(self, places: Sequence[Position]) -> list[Position]:
        """Give those of some places, which are in their order, that no stretch has."""
        changes = [0] * (len(places) + 1)
        for one, _ in self.stretches:
            after = bisect_right if one.through else bisect_left
            first, last = bisect_left(places, one.start), after(places, one.end)
            if first < last:
                changes[first] += 1
                changes[last] -= 1
        return [
            place for place, depth in zip(places, accumulate(changes), strict=False) if not depth
        ]


@dataclass(frozen=True, kw_only=True, slots=True)
class _Group:
    """Packages that are numbered alike, and what is known of each."""

    scheme: Scheme
    packages: tuple[_Known, ...]
    maintained: Maintained | None

    def versions(self, until: date) -> list[str]:
        """Give every version that is known, highest first; of lines, those released by a day."""
        named = {version for one in self.packages for version in one.named}
        for line in self.maintained.releases if self.maintained else ():
            first = first_release(line.line, self.scheme)
            if first and line.released <= until:
                named.add(first)
        placed = [(place, one) for one in named if (place := position(one, self.scheme))]
        return [version for _, version in sorted(placed, reverse=True)]

    def verdicts(self, versions: Sequence[str]) -> Iterator[tuple[str, Verdict]]:
        """Judge versions, lowest first."""
        placed = sorted((place, one) for one in versions if (place := position(one, self.scheme)))
        places = [place for place, _ in placed]
        for known in self.packages:
            clean = known.clean(sorted(known.fixes))
            for (place, version), hits in zip(placed, known.hits(places), strict=True):
                above = bisect_right(clean, place)
                fix = known.fixes[clean[above]] if hits and above < len(clean) else None
                yield (
                    version,
                    Verdict(
                        package=known.package,
                        affected=tuple(hits.values()),
                        unknown=tuple(known.unknown),
                        upgrade=fix,
                        in_line=self._share_a_line(version, fix) if fix else None,
                    ),
                )

    def state(self, disclosed: Disclosed, place: Position) -> State | None:
        """Give the worst that an advisory says of a version of one of the packages."""
        said = {one.state(disclosed, place) for one in self.packages}
        return next((one for one in State if one in said), None)

    def _share_a_line(self, version: str, other: str) -> bool | None:
        for line in self.maintained.releases if self.maintained else ():
            if is_in_line(version, line.line, self.scheme):
                return is_in_line(other, line.line, self.scheme)
        return None


def releases(
    name: str, advisories: Iterable[Disclosed], *, policy: Policy, until: date, most: int
) -> Releases:
    """Give the versions of a project that are to have a page; `advisories` are those that stand.

    Of more than `most`, the highest of each of its packages are kept. `until` is the day by which a
    first release of a line counts as known.
    """
    groups = _groups(advisories, policy).get(name, [])
    return _of_project(groups, until=until, most=most)


def most_of_a_project(lines: Iterable[Outline], *, policy: Policy) -> int:
    """Give how many versions each project has a page for; `lines` are all advisories that stand."""
    projects = {
        one.project for line in lines for one in line.packages if scheme_of_ecosystem(one.ecosystem)
    }
    return min(policy.pages.versions, MOST_OF_A_SITE // max(1, len(projects)))


def fixed_releases(
    advisories: Sequence[Disclosed], *, standing: Collection[str], policy: Policy, most: int
) -> tuple[FixedReleases, ...]:
    """Give what is fixed where, of all that was disclosed together.

    `standing` are the ids of those that stand. Where there are more than `most` advisories, or
    versions, there are no states.
    """
    groups = _groups((one for one in advisories if one.id in standing), policy)
    found = (_fixed(one, advisories, most) for some in groups.values() for one in some)
    return tuple(one for one in found if one.versions)


def _fixed(group: _Group, advisories: Sequence[Disclosed], most: int) -> FixedReleases:
    fixes = {place: version for one in group.packages for place, version in one.fixes.items()}
    places = sorted(fixes)
    is_small = len(places) <= most and len(advisories) <= most
    complete = set(places).intersection(*(one.clean(places) for one in group.packages))
    is_certain = not any(one.unknown for one in group.packages)
    return FixedReleases(
        packages=tuple(one.package for one in group.packages),
        versions=tuple(fixes[place] for place in places),
        states={
            (disclosed.id, fixes[place]): state
            for disclosed in (advisories if is_small else ())
            for place in places
            if (state := group.state(disclosed, place))
        },
        complete=tuple(fixes[one] for one in sorted(complete)) if is_certain else (),
    )


def _groups(advisories: Iterable[Disclosed], policy: Policy) -> dict[str, list[_Group]]:
    """Group what is known by project, and in it by how packages are numbered."""
    packages: dict[tuple[str, str, str], _Known] = {}
    for disclosed in advisories:
        for affected in disclosed.content.affected:
            package = affected.package
            scheme = scheme_of_ecosystem(package.ecosystem)
            if scheme:
                (project,) = policy.projects_of([affected])
                key = project, package.ecosystem, package.name
                known = packages.setdefault(key, _Known(package=package, scheme=scheme))
                known.learn(disclosed, affected)
    alike: dict[str, dict[tuple[str, ...], list[_Known]]] = {}
    for (project, *own), one in sorted(packages.items(), key=lambda one: one[0]):
        has_lines = policy.maintained_lines_of(one.package) is not None
        numbers = (one.scheme.value,) if has_lines else tuple(own)
        alike.setdefault(project, {}).setdefault(numbers, []).append(one)
    return {
        name: [
            _Group(
                scheme=some[0].scheme,
                packages=tuple(some),
                maintained=policy.maintained_lines_of(some[0].package),
            )
            for some in groups.values()
        ]
        for name, groups in alike.items()
    }


def _of_project(groups: Sequence[_Group], *, until: date, most: int) -> Releases:
    every = [one.versions(until) for one in groups]
    in_turn = chain.from_iterable(zip_longest(*every))
    chosen = set(islice(dict.fromkeys(one for one in in_turn if one), most))
    verdicts: dict[str, list[Verdict]] = {}
    kept = [[one for one in versions if one in chosen] for versions in every]
    for group, versions in zip(groups, kept, strict=True):
        for version, verdict in group.verdicts(versions):
            verdicts.setdefault(version, []).append(verdict)
    return Releases(
        numbered=tuple(
            Numbered(packages=tuple(it.package for it in group.packages), versions=tuple(versions))
            for group, versions in zip(groups, kept, strict=True)
            if versions
        ),
        releases=tuple(
            Release(version=version, verdicts=tuple(some)) for version, some in verdicts.items()
        ),
    )
