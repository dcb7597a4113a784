"""Affected and fixed versions in the words of a table."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mkdocs_advisories.model import Affected, EventType, Range, RangeType, Span


@dataclass(frozen=True, kw_only=True, slots=True)
class Row:
    """A stretch of versions: what is affected, and the version that fixes it, if one does."""

    affected: str
    fixed: str | None


@dataclass(frozen=True, kw_only=True, slots=True)
class Commits:
    """A range of commits: where it is, and what begins and ends it."""

    repo: str
    events: tuple[tuple[str, str], ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class PackageVersions:
    """Everything that is known of one package's versions."""

    name: str
    ecosystem: str
    purl: str | None
    rows: tuple[Row, ...]
    fixes: tuple[str, ...]
    named: tuple[str, ...]
    commits: tuple[Commits, ...]


def package_versions(affected: Affected) -> PackageVersions:
    """Put one package's versions into words."""
    spans = affected.spans()
    return PackageVersions(
        name=affected.package.name,
        ecosystem=affected.package.ecosystem,
        purl=affected.package.purl,
        rows=tuple(Row(affected=in_words(span), fixed=span.fixed) for span in spans),
        fixes=fixed_versions([affected]),
        named=affected.versions,
        commits=tuple(_commits(affected.ranges)),
    )


def fixed_versions(affected: Iterable[Affected]) -> tuple[str, ...]:
    """Give every fixed version, each once, in the order of the ranges."""
    fixes = (span.fixed for one in affected for span in one.spans() if span.fixed)
    return tuple(dict.fromkeys(fixes))


def in_words(span: Span) -> str:
    """Write a stretch as `>= 25.0.0, < 36.0.7`, or `all versions`."""
    parts = [] if span.introduced == "0" else [f">= {span.introduced}"]
    if span.fixed:
        parts.append(f"< {span.fixed}")
    elif span.last_affected:
        parts.append(f"<= {span.last_affected}")
    return ", ".join(parts) or "all versions"


def _commits(ranges: Iterable[Range]) -> Iterator[Commits]:
    for one in ranges:
        if one.type is RangeType.GIT and one.repo:
            yield Commits(repo=one.repo, events=tuple(_ends(one)))


def _ends(one: Range) -> Iterator[tuple[str, str]]:
    wording = {EventType.LAST_AFFECTED: "last affected"}
    for event in one.events:
        if event.version != "0":
            yield wording.get(event.type, event.type.value), event.version
