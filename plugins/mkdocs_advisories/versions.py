"""Versions as their ecosystems write and order them.

What no rule is known for is not compared: every function gives None then, and never a guess. A
comparison answers readers who ask "am I affected?", so a wrong answer is worse than none.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from packaging.version import InvalidVersion
from packaging.version import Version as PythonVersion
from semver import Version as SemanticVersion

from mkdocs_advisories.model import Affected, Range, RangeType, Span


class Scheme(StrEnum):
    """A grammar and an order of versions, by the name of its standard."""

    SEMVER = "SemVer 2.0.0"
    PEP440 = "PEP 440"
    PVP = "PVP"


@dataclass(frozen=True, kw_only=True, slots=True, order=True)
class Position:
    """A point in the order of one scheme's versions. Those of two schemes have no order."""

    rank: int
    value: Any = ()


BEGINNING = Position(rank=0)
"""Before every version: what `introduced: "0"` means in OSV."""
END = Position(rank=2)
"""Behind every version."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Stretch:
    """Affected versions, as positions: from `start` to before `end`, or through it."""

    start: Position
    end: Position
    through: bool = False

    @property
    def is_empty(self) -> bool:
        """Whether no version can lie in it."""
        return self.start > self.end or (self.start == self.end and not self.through)

    def holds(self, position: Position) -> bool:
        """Say whether a version lies in it."""
        below = position <= self.end if self.through else position < self.end
        return self.start <= position and below

    def meets(self, other: "Stretch") -> bool:
        """Say whether some position lies in both."""
        return not (self._ends_before(other) or other._ends_before(self))  # noqa: SLF001 - its own class

    def _ends_before(self, other: "Stretch") -> bool:
        return self.end < other.start if self.through else self.end <= other.start


_ECOSYSTEMS = MappingProxyType(
    {
        "crates.io": Scheme.SEMVER,
        "npm": Scheme.SEMVER,
        "Go": Scheme.SEMVER,
        "Hex": Scheme.SEMVER,
        "Pub": Scheme.SEMVER,
        "SwiftURL": Scheme.SEMVER,
        "PyPI": Scheme.PEP440,
        "Hackage": Scheme.PVP,
        "GHC": Scheme.PVP,
    }
)


def scheme_of_ecosystem(ecosystem: str) -> Scheme | None:
    """Give the scheme of an ecosystem of the OSV schema, or None where none is known."""
    return _ECOSYSTEMS.get(ecosystem)


def scheme_of_range(one: Range, ecosystem: str) -> Scheme | None:
    """Give the scheme in which a range is to be read (OSV schema, `affected[].ranges[].type`)."""
    if one.type is RangeType.SEMVER:
        return Scheme.SEMVER
    return scheme_of_ecosystem(ecosystem) if one.type is RangeType.ECOSYSTEM else None


def scheme_of_package(affected: Affected) -> Scheme | None:
    """Give the one order in which all ranges of a package are to be read, or None."""
    ecosystem = affected.package.ecosystem
    ordered = [one for one in affected.ranges if one.type is not RangeType.GIT]
    schemes = {scheme_of_range(one, ecosystem) for one in ordered} or {
        scheme_of_ecosystem(ecosystem)
    }
    return schemes.pop() if len(schemes) == 1 else None


@lru_cache(maxsize=20_000)
def position(version: str, scheme: Scheme) -> Position | None:
    """Give a version's place in the order, or None if it is no version of the scheme.

    Two versions that differ in SemVer's build metadata only have the same place (section 10).
    """
    value = _VALUES[scheme](version) if version.isascii() else None
    return None if value is None else Position(rank=1, value=value)


def compare(left: str, right: str, *, scheme: Scheme) -> int | None:
    """Give -1, 0 or 1 as `left` is below, level with or above `right`; None if not known."""
    one, other = position(left, scheme), position(right, scheme)
    return None if one is None or other is None else (one > other) - (one < other)


def start_of(span: Span, scheme: Scheme) -> Position | None:
    """Give where a stretch of affected versions begins."""
    return BEGINNING if span.introduced == "0" else position(span.introduced, scheme)


def stretch(span: Span, scheme: Scheme) -> Stretch | None:
    """Give affected versions as positions, or None if one of the two ends cannot be read."""
    last = span.fixed or span.last_affected
    start, end = start_of(span, scheme), END if last is None else position(last, scheme)
    if start is None or end is None:
        return None
    return Stretch(start=start, end=end, through=span.last_affected is not None)


def is_in(version: str, one: Range, ecosystem: str) -> bool | None:
    """Say whether a version lies in a range; None where the order does not tell."""
    scheme = scheme_of_range(one, ecosystem)
    return _is_among(version, scheme, _stretches(one, scheme)) if scheme else None


def _stretches(one: Range, scheme: Scheme) -> list[Stretch] | None:
    """Give all stretches of a range, or None if one of them cannot be placed."""
    stretches = [stretch(span, scheme) for span in one.spans()]
    known = [each for each in stretches if each]
    return known if len(known) == len(stretches) else None


def _is_among(version: str, scheme: Scheme, stretches: list[Stretch] | None) -> bool | None:
    own = _written_short(version.removeprefix("v"), scheme)
    if own is None or stretches is None:
        return None
    return any(each.holds(own) for each in stretches)


def _written_short(version: str, scheme: Scheme) -> Position | None:
    """Find the place of a version that people may write shorter than it is: `36.0` for `36.0.0`."""
    shortened = scheme is Scheme.SEMVER and version.replace(".", "").isdecimal()
    padded = [version, f"{version}.0", f"{version}.0.0"] if shortened else [version]
    return next((found for one in padded if (found := position(one, scheme))), None)


def named_apart(affected: Affected) -> tuple[str, ...]:
    """Give the versions by name that no ordered range has: OSV calls both affected.

    Where an ecosystem's order is not known, the names of a package that has ranges are taken for
    what the ranges say already.
    """
    ordered = [one for one in affected.ranges if any(one.spans())]
    schemes = [scheme_of_range(one, affected.package.ecosystem) for one in ordered]
    if not affected.versions or not all(schemes):
        return ()
    placed = [
        (scheme, _stretches(one, scheme))
        for one, scheme in zip(ordered, schemes, strict=True)
        if scheme
    ]
    return tuple(
        version
        for version in affected.versions
        if not any(_is_among(version, *each) for each in placed)
    )


def numbers(version: str, scheme: Scheme) -> tuple[int, ...] | None:
    """Give the numbers of a version that name its release: `24.0.7-rc.1` gives 24, 0, 7."""
    value = getattr(position(version, scheme), "value", None)
    if isinstance(value, PythonVersion):
        return value.release
    if value is None:
        return None
    return tuple(value[:3]) if scheme is Scheme.SEMVER else value


def is_in_line(version: str, line: str, scheme: Scheme) -> bool:
    """Say whether a version belongs to a release line: `24.0.7` to `24`, `1.2.5` to `1.2`."""
    own, wanted = numbers(version, scheme), _line(line)
    return own is not None and wanted is not None and own[: len(wanted)] == wanted


def end_of_line(line: str, scheme: Scheme) -> Position | None:
    """Give the position behind a release line's last version: before any pre-release of the next.

    None if the line is not written as numbers with dots.
    """
    parts = _line(line)
    return None if parts is None else _lowest((*parts[:-1], parts[-1] + 1), scheme)


@lru_cache(maxsize=1024)
def stretch_of_line(line: str, scheme: Scheme) -> Stretch | None:
    """Give all of a release line, from the pre-releases of its first version on."""
    parts, end = _line(line), end_of_line(line, scheme)
    start = None if parts is None else _lowest(parts, scheme)
    return None if start is None or end is None else Stretch(start=start, end=end)


@lru_cache(maxsize=1024)
def first_of_line(line: str, scheme: Scheme) -> Position | None:
    """Give the position of a release line's first release: `24` has 24.0.0."""
    first = first_release(line, scheme)
    return None if first is None else position(first, scheme)


def first_release(line: str, scheme: Scheme) -> str | None:
    """Write a release line's first release."""
    parts = _line(line)
    if parts is None:
        return None
    return ".".join(map(str, parts if scheme is Scheme.PVP else _padded(parts)))


def _lowest(parts: tuple[int, ...], scheme: Scheme) -> Position | None:
    """Give the place before every version, and every pre-release, that begins with numbers."""
    shown = parts if scheme is Scheme.PVP else _padded(parts)
    lowest = {Scheme.SEMVER: "{}-0", Scheme.PEP440: "{}.dev0", Scheme.PVP: "{}"}[scheme]
    return position(lowest.format(".".join(map(str, shown))), scheme)


def _padded(parts: tuple[int, ...]) -> tuple[int, ...]:
    return (*parts, 0, 0)[: max(3, len(parts))]


@lru_cache(maxsize=1024)
def _line(line: str) -> tuple[int, ...] | None:
    return (
        tuple(map(int, line.split(".")))
        if re.fullmatch(r"[0-9]{1,9}(\.[0-9]{1,9}){0,3}", line)
        else None
    )


def _semver(version: str) -> tuple[Any, ...] | None:
    """Order as SemVer 2.0.0, section 11: a pre-release is below its release."""
    try:
        read = SemanticVersion.parse(version)
    except (ValueError, TypeError):
        return None
    parts = read.prerelease.split(".") if read.prerelease else []
    return read.major, read.minor, read.patch, not parts, tuple(map(_identifier, parts))


def _identifier(text: str) -> tuple[bool, int, str]:
    """Numbers order by value and lie below words, which order by their characters."""
    return (False, int(text), "") if text.isdecimal() else (True, 0, text)


def _pep440(version: str) -> PythonVersion | None:
    try:
        return PythonVersion(version)
    except InvalidVersion:
        return None


def _pvp(version: str) -> tuple[int, ...] | None:
    """Order as Haskell's package versioning policy: numbers, one by one; a longer one is above."""
    return (
        tuple(map(int, version.split("."))) if re.fullmatch(r"[0-9]+(\.[0-9]+)*", version) else None
    )


_VALUES: MappingProxyType[Scheme, Callable[[str], Any]] = MappingProxyType(
    {Scheme.SEMVER: _semver, Scheme.PEP440: _pep440, Scheme.PVP: _pvp}
)
