"""Affected versions, before and after: which fix was corrected, which stretch came or went."""

import re
from collections.abc import Iterable, Iterator

from mkdocs_advisories.model import Affected, RangeType, Span


def version_changes(old: Iterable[Affected], new: Iterable[Affected]) -> Iterator[str]:
    """Say what differs, package by package."""
    before, after = _by_package(old), _by_package(new)
    for name in after:
        if name not in before:
            yield f"package {name} added"
    for name, entries in before.items():
        if name not in after:
            yield f"package {name} removed"
        elif entries != after[name]:
            yield from _of_package(name.partition("/")[2], entries, after[name])


def _by_package(affected: Iterable[Affected]) -> dict[str, list[Affected]]:
    found: dict[str, list[Affected]] = {}
    for one in affected:
        found.setdefault(f"{one.package.ecosystem}/{one.package.name}", []).append(one)
    return found


def _of_package(name: str, old: list[Affected], new: list[Affected]) -> Iterator[str]:
    yield from _of_spans(name, _spans(old), _spans(new))
    yield from _of_lists(name, _versions(old), _versions(new))
    if _commits(old) != _commits(new):
        yield f"affected commits of {name} changed"
    if {one.package.purl for one in old} != {one.package.purl for one in new}:
        yield f"package URL of {name} changed"


def _spans(affected: list[Affected]) -> list[Span]:
    return [span for one in affected for span in one.spans()]


def _versions(affected: list[Affected]) -> list[str]:
    return [version for one in affected for version in one.versions]


def _commits(affected: list[Affected]) -> list[object]:
    return [each for one in affected for each in one.ranges if each.type is RangeType.GIT]


def _of_spans(name: str, old: list[Span], new: list[Span]) -> Iterator[str]:
    """Pair stretches by where they begin, then by the release line in which they end."""
    gone = [one for one in old if one not in new]
    come = [one for one in new if one not in old]
    for same in (_begin_alike, _end_alike):
        for before in list(gone):
            after = next((one for one in come if same(before, one)), None)
            if after:
                gone.remove(before)
                come.remove(after)
                yield from _of_span(name, before, after)
    yield from (f"{name} {_written(one)} is affected, too" for one in come)
    yield from (f"{name} {_written(one)} is no longer affected" for one in gone)


def _begin_alike(one: Span, other: Span) -> bool:
    return one.introduced == other.introduced


def _end_alike(one: Span, other: Span) -> bool:
    ends = _end(one), _end(other)
    return None not in ends and _line(ends[0] or "") == _line(ends[1] or "")


def _of_span(name: str, old: Span, new: Span) -> Iterator[str]:
    if old.introduced != new.introduced:
        line = _common_line(old.introduced, new.introduced)
        yield (
            f"first affected version of {name}{line} corrected from {old.introduced} to"
            f" {new.introduced}"
        )
    if (old.fixed, old.last_affected) == (new.fixed, new.last_affected):
        return
    if old.fixed and new.fixed:
        line = _common_line(old.fixed, new.fixed)
        yield f"fixed version of {name}{line} corrected from {old.fixed} to {new.fixed}"
    elif new.fixed:
        yield f"fixed version of {name}{_common_line(new.fixed, new.fixed)} named: {new.fixed}"
    elif old.last_affected and new.last_affected:
        line = _common_line(old.last_affected, new.last_affected)
        yield (
            f"last affected version of {name}{line} corrected from {old.last_affected} to"
            f" {new.last_affected}"
        )
    else:
        yield f"{name}: {_written(old)} became {_written(new)}"


def _of_lists(name: str, old: list[str], new: list[str]) -> Iterator[str]:
    come = [one for one in new if one not in old]
    gone = [one for one in old if one not in new]
    if come:
        yield f"listed versions of {name} added: {_few(come)}"
    if gone:
        yield f"listed versions of {name} removed: {_few(gone)}"


def _few(versions: list[str]) -> str:
    shown = ", ".join(versions[:5])
    return shown if len(versions) <= 5 else f"{shown} and {len(versions) - 5} more"  # noqa: PLR2004


def _end(span: Span) -> str | None:
    return span.fixed or span.last_affected


def _line(version: str) -> str:
    """Name the release line of a version: its first number, and the second where that is 0."""
    match = re.match(r"v?(0\.[0-9]+|[0-9]+)", version)
    return match[1] if match else ""


def _common_line(one: str, other: str) -> str:
    line = _line(one)
    return f" {line}" if line and line == _line(other) else ""


def _written(span: Span) -> str:
    start = "all versions" if span.introduced == "0" else f"from {span.introduced}"
    if span.fixed:
        return f"{start} before {span.fixed}"
    return f"{start} up to {span.last_affected}" if span.last_affected else f"{start} on"
