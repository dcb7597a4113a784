"""Ranges of versions in other notations, as events.

A stretch has a lower and an upper end; each end is inclusive or not. Where the order of versions is
needed and not known, nothing is guessed: None says that the text has no equal here.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import cmp_to_key, partial
from typing import Any, Protocol

import semver

from mkdocs_advisories.versions import BEGINNING, Position, Scheme, position, scheme_of_ecosystem

_COMPARATOR = re.compile(r"(>=|<=|>|<|==|=|\^|~|)\s*v?([0-9A-Za-z*][0-9A-Za-z.*+_!~:-]*)")


class _Ordered(Protocol):
    def __lt__(self, other: Any, /) -> bool: ...  # noqa: ANN401 - whatever is of its kind


Order = Callable[[str], _Ordered]


@dataclass(frozen=True, kw_only=True, slots=True)
class Stretch:
    """Affected versions from `low` up to `high`; None is without an end."""

    low: str | None = None
    low_excluded: bool = False
    high: str | None = None
    high_included: bool = False

    def in_words(self) -> str:
        """Write it as comparators, such as `> 1.0, <= 2.1`; those of all versions are `>= 0`."""
        low = f"{'>' if self.low_excluded else '>='} {self.low or '0'}"
        high = f", {'<=' if self.high_included else '<'} {self.high}" if self.high else ""
        return low + high


def order_of(ecosystem: str) -> Order | None:
    """Give how versions of an ecosystem are ordered, or None where that is not known here."""
    scheme = scheme_of_ecosystem(ecosystem)
    if scheme is Scheme.SEMVER:
        return _key
    return partial(_position, scheme=scheme) if scheme else None


def range_type(ecosystem: str) -> str:
    """Give the type of range that an ecosystem has in OSV."""
    return "SEMVER" if ecosystem in {"crates.io", "npm", "Go"} else "ECOSYSTEM"


def comparators(text: str) -> list[tuple[str, str]] | None:
    """Read `>= 1.0, < 2` as pairs of operator and version, or None if it is something else."""
    pairs = [_COMPARATOR.fullmatch(part.strip()) for part in text.split(",")]
    found = [(pair[1], pair[2]) for pair in pairs if pair]
    return found if len(found) == len(pairs) else None


def stretch(text: str) -> Stretch | None:
    """Read a conjunction such as `> 1.0, <= 2.1` as one stretch."""
    pairs = comparators(text)
    if pairs is None or len(pairs) > 2:  # noqa: PLR2004 - a lower and an upper end
        return None
    if pairs in ([("", "*")], [(">=", "0")]):
        return Stretch()
    if len(pairs) == 1 and pairs[0][0] in {"=", "=="}:
        return Stretch(low=pairs[0][1], high=pairs[0][1], high_included=True)
    return _two_ended(pairs)


def _two_ended(pairs: Sequence[tuple[str, str]]) -> Stretch | None:
    lows = [(sign, version) for sign, version in pairs if sign in {">", ">="}]
    highs = [(sign, version) for sign, version in pairs if sign in {"<", "<="}]
    if len(lows) > 1 or len(highs) > 1 or len(lows) + len(highs) != len(pairs):
        return None
    low_sign, low = lows[0] if lows else (">=", None)
    high_sign, high = highs[0] if highs else ("<", None)
    return Stretch(
        low=low, low_excluded=low_sign == ">", high=high, high_included=high_sign == "<="
    )


def ranges(stretches: Iterable[Stretch], *, ecosystem: str) -> list[dict[str, Any]] | None:
    """Write stretches as OSV ranges: one for those that end before a fix, one for the others.

    None if an excluded lower end has no successor that is known (only SemVer says which it is).
    """
    first_versions, order = [], order_of(ecosystem)
    for one in stretches:
        low = _successor(one.low, ecosystem) if one.low_excluded and one.low else one.low or "0"
        if low is None:
            return None
        first_versions.append((low, one))
    if order and len(first_versions) > 1:
        try:
            first_versions.sort(key=lambda pair: order(pair[0]))
        except ValueError:
            return None
    fixed = [pair for pair in first_versions if not (pair[1].high and pair[1].high_included)]
    last = [pair for pair in first_versions if pair[1].high and pair[1].high_included]
    kinds = (("fixed", fixed), ("last_affected", last))
    return [
        {"type": range_type(ecosystem), "events": _events(pairs, kind)}
        for kind, pairs in kinds
        if pairs
    ]


def _events(pairs: Iterable[tuple[str, Stretch]], kind: str) -> list[dict[str, str]]:
    events = []
    for low, one in pairs:
        events += [{"introduced": low}, *([{kind: one.high}] if one.high else [])]
    return events


def tidy_events(
    events: Sequence[dict[str, str]], *, ecosystem: str
) -> list[list[dict[str, str]]] | None:
    """Put the events of one ordered range in turn: begin, end, begin, end.

    OSV's own algorithm sorts them and passes over an `introduced` within an affected stretch and an
    end outside of one, so nothing changes in meaning. A range that has both `fixed` and
    `last_affected` becomes two. None if the order of the versions is not known.
    """
    pairs = [(kind, version) for event in events for kind, version in event.items()]
    pairs = [pair for pair in pairs if pair != ("limit", "*")]
    if not _in_turn(pairs):
        sorted_pairs = _sorted(pairs, ecosystem)
        if sorted_pairs is None:
            return None
        pairs = _without_redundant(sorted_pairs)
    return _by_end(pairs)


def _in_turn(pairs: Sequence[tuple[str, str]]) -> bool:
    return all((kind == "introduced") == (index % 2 == 0) for index, (kind, _) in enumerate(pairs))


def _sorted(pairs: Iterable[tuple[str, str]], ecosystem: str) -> list[tuple[str, str]] | None:
    order = order_of(ecosystem)
    rank = {"introduced": 0, "fixed": 0, "last_affected": 1}
    if order is None or not all(kind in rank for kind, _ in pairs):
        return None
    try:
        by_rank = sorted(pairs, key=lambda pair: rank[pair[0]])
        return sorted(by_rank, key=lambda pair: order(pair[1]))
    except ValueError:
        return None


def _without_redundant(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    kept: list[tuple[str, str]] = []
    for kind, version in pairs:
        inside = len(kept) % 2 == 1
        if (kind == "introduced") != inside:
            kept.append((kind, version))
    return kept


def _by_end(pairs: Sequence[tuple[str, str]]) -> list[list[dict[str, str]]]:
    """Part stretches by how they end; one without an end goes with those that end with a fix."""
    found: dict[str, list[dict[str, str]]] = {}
    ends = {kind for kind, _ in pairs if kind != "introduced"}
    for index in range(0, len(pairs), 2):
        stretch_pairs = pairs[index : index + 2]
        end = stretch_pairs[-1][0] if len(stretch_pairs) > 1 else min(ends, default="fixed")
        found.setdefault(end, []).extend({kind: version} for kind, version in stretch_pairs)
    return list(found.values())


def complement(safe: Iterable[Stretch]) -> list[Stretch] | None:
    """Give the SemVer versions that are in none of the stretches, or None if one is no version."""
    gaps = [Stretch()]
    try:
        for one in safe:
            gaps = [rest for gap in gaps for rest in _less(gap, one)]
    except ValueError:
        return None
    return gaps


def _less(gap: Stretch, one: Stretch) -> list[Stretch]:
    """Take one stretch out of another: what remains below it and above it."""
    below = Stretch(
        low=gap.low,
        low_excluded=gap.low_excluded,
        **_lower_high(gap, one.low, included=one.low_excluded),
    )
    above = Stretch(
        **_higher_low(gap, one.high, excluded=one.high_included),
        high=gap.high,
        high_included=gap.high_included,
    )
    ends = ((below, one.low), (above, one.high))
    return [rest for rest, end in ends if end is not None and not _is_empty(rest)]


def _lower_high(gap: Stretch, end: str | None, *, included: bool) -> dict[str, Any]:
    if end is None or (
        gap.high is not None and (_key(gap.high), gap.high_included) < (_key(end), included)
    ):
        return {"high": gap.high, "high_included": gap.high_included}
    return {"high": end, "high_included": included}


def _higher_low(gap: Stretch, end: str | None, *, excluded: bool) -> dict[str, Any]:
    if end is None or (
        gap.low is not None and (_key(end), excluded) < (_key(gap.low), gap.low_excluded)
    ):
        return {"low": gap.low, "low_excluded": gap.low_excluded}
    return {"low": end, "low_excluded": excluded}


def _is_empty(one: Stretch) -> bool:
    if one.high is None:
        return False
    low, high = _key(one.low or "0"), _key(one.high)
    if low == high:
        return one.low is None or one.low_excluded or not one.high_included
    return bool(high < low)


def _successor(version: str, ecosystem: str) -> str | None:
    """Give the lowest SemVer version above another: `1.2.4-0` is right above `1.2.3`."""
    if scheme_of_ecosystem(ecosystem) is not Scheme.SEMVER:
        return None
    try:
        parsed = full_semver(version)
    except ValueError:
        return None
    if parsed.prerelease:
        return str(parsed.replace(prerelease=f"{parsed.prerelease}.0", build=None))
    return f"{parsed.major}.{parsed.minor}.{parsed.patch + 1}-0"


def full_semver(version: str) -> semver.Version:
    """Read a version, of which the last numbers may be missing.

    Raises:
        ValueError: it is none.
    """
    return semver.Version.parse(version.removeprefix("v"), optional_minor_and_patch=True)


def _compared(one: semver.Version, other: semver.Version) -> int:
    return one.compare(other)


_as_key = cmp_to_key(_compared)


def _key(version: str) -> Any:  # noqa: ANN401 - a key is good for comparing only
    return _as_key(full_semver("0.0.0-0" if version == "0" else version))


def _position(version: str, *, scheme: Scheme) -> Position:
    """Give a version's place in the order of its scheme.

    Raises:
        ValueError: it is none of the scheme's versions.
    """
    found = BEGINNING if version == "0" else position(version, scheme)
    if found is None:
        raise ValueError("no such version")
    return found
