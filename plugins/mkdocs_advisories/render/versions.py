"""Affected and fixed versions in the words of a table."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from mkdocs_advisories.model import Affected, Range, RangeType
from mkdocs_advisories.policy import Maintained
from mkdocs_advisories.render.commands import upgrade_commands
from mkdocs_advisories.render.lines import (
    LineRow,
    in_words,
    line_rows,
    lowest_affected,
    stretch_words,
)
from mkdocs_advisories.render.words import Words
from mkdocs_advisories.render.words.terms import event_word

__all__ = ["Commits", "PackageVersions", "Row", "fixed_versions", "in_words", "package_versions"]


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
    """Everything that is known of one package's versions.

    `lines` say the same as `rows` by release line, where the policy states these; below `lowest`
    nothing is affected. `commands` upgrade to each of the `fixes`.
    """

    name: str
    ecosystem: str
    purl: str | None
    rows: tuple[Row, ...]
    fixes: tuple[str, ...]
    named: tuple[str, ...]
    commits: tuple[Commits, ...]
    lines: tuple[LineRow, ...]
    lowest: str | None
    commands: tuple[str, ...]


def package_versions(
    affected: Affected, *, maintained: Maintained | None, day: date, words: Words
) -> PackageVersions:
    """Put one package's versions into words. `day` says which release lines have ended."""
    package, fixes = affected.package, fixed_versions([affected])
    spans = affected.spans()
    return PackageVersions(
        name=package.name,
        ecosystem=package.ecosystem,
        purl=package.purl,
        rows=tuple(Row(affected=stretch_words(span, words), fixed=span.fixed) for span in spans),
        fixes=fixes,
        named=affected.versions,
        commits=tuple(_commits(affected.ranges, words)),
        lines=tuple(line_rows(affected, maintained=maintained, day=day, words=words)),
        lowest=lowest_affected(affected),
        commands=upgrade_commands(package.ecosystem, package.name, fixes),
    )


def fixed_versions(affected: Iterable[Affected]) -> tuple[str, ...]:
    """Give every fixed version, each once, in the order of the ranges."""
    fixes = (span.fixed for one in affected for span in one.spans() if span.fixed)
    return tuple(dict.fromkeys(fixes))


def _commits(ranges: Iterable[Range], words: Words) -> Iterator[Commits]:
    for one in ranges:
        if one.type is RangeType.GIT and one.repo:
            yield Commits(repo=one.repo, events=tuple(_ends(one, words)))


def _ends(one: Range, words: Words) -> Iterator[tuple[str, str]]:
    for event in one.events:
        if event.version != "0":
            yield event_word(words, event.type.value), event.version
