"""Stretches of affected versions with their places in the file."""

from collections.abc import Iterator
from dataclasses import dataclass

from mkdocs_advisories.checks.case import Case, once
from mkdocs_advisories.model import Affected, EventType, Range, RangeType, Span
from mkdocs_advisories.source.positions import Path
from mkdocs_advisories.versions import (
    Scheme,
    Stretch,
    scheme_of_ecosystem,
    scheme_of_range,
    stretch,
)

WITHOUT_SEMVER = frozenset(
    {"AlmaLinux", "Alpine", "Bioconductor", "CRAN", "Debian", "GHC", "Hackage", "Mageia", "Maven"}
    | {"NuGet", "openEuler", "openSUSE", "Packagist", "PyPI", "Red Hat", "Rocky Linux", "RubyGems"}
    | {"SUSE", "Ubuntu"}
)
"""Ecosystems whose versions SemVer cannot order."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Placed:
    """A stretch of affected versions of a package, and the paths of its two ends' versions.

    `stretch` is it as positions, or None if it cannot be read.
    """

    package: int
    number: int
    span: Span
    scheme: Scheme | None
    start: Path
    end: Path | None
    stretch: Stretch | None

    @property
    def last(self) -> str | None:
        """The version that ends it."""
        return self.span.fixed or self.span.last_affected


@once
def placed_spans(case: Case) -> tuple[Placed, ...]:
    """Give the stretches of all ordered ranges, in the order of the file."""
    return tuple(
        placed
        for index, affected in enumerate(case.content.affected)
        for number, one in enumerate(affected.ranges)
        if one.type is not RangeType.GIT
        for placed in _of_range(index, number, affected, one)
    )


def scheme_to_read(one: Range, ecosystem: str) -> Scheme | None:
    """Give the scheme of a range; the ecosystem's own where its type is plainly the wrong one."""
    base = ecosystem.partition(":")[0]
    if one.type is RangeType.SEMVER and base in WITHOUT_SEMVER:
        return scheme_of_ecosystem(base)
    return scheme_of_range(one, ecosystem)


def _of_range(index: int, number: int, affected: Affected, one: Range) -> Iterator[Placed]:
    scheme = scheme_to_read(one, affected.package.ecosystem)
    starts = [at for at, event in enumerate(one.events) if event.type is EventType.INTRODUCED]
    events: Path = ("affected", index, "ranges", number, "events")
    for at, span in zip(starts, one.spans(), strict=True):
        last = one.events[at + 1] if at + 1 < len(one.events) else None
        yield Placed(
            package=index,
            number=number,
            span=span,
            scheme=scheme,
            start=(*events, at, EventType.INTRODUCED.value),
            end=(*events, at + 1, last.type.value) if last else None,
            stretch=stretch(span, scheme) if scheme else None,
        )
