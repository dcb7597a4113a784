"""Ranges of affected versions: written in the ecosystem's way, in order, and without doubt."""

import re
from collections.abc import Iterator
from itertools import pairwise

from mkdocs_advisories.checks.case import Case, Finding
from mkdocs_advisories.checks.coverage import unfixed_lines
from mkdocs_advisories.checks.edits import rewrite
from mkdocs_advisories.checks.patches import says_unfixed
from mkdocs_advisories.checks.rule import error, warning
from mkdocs_advisories.checks.stretches import (
    WITHOUT_SEMVER,
    Placed,
    placed_spans,
    scheme_to_read,
)
from mkdocs_advisories.model import Affected, RangeType
from mkdocs_advisories.problems import Edit, Fix, Related
from mkdocs_advisories.source.positions import Path
from mkdocs_advisories.versions import (
    END,
    Scheme,
    numbers,
    position,
    scheme_of_ecosystem,
    start_of,
)

_NOT_AFFECTED = re.compile(
    r"\b(not|never|isn't|aren't) (affected|vulnerable)|unaffected", re.IGNORECASE
)
_QUOTES = "“”„‟‘’‚\"'"  # noqa: RUF001 - what word processors make of quotation marks
_BY_SEMVER = frozenset({"crates.io", "npm", "Go"})


@error("ADV210", reads="affected")
def end_above_beginning(case: Case) -> Iterator[Finding]:
    """A stretch of affected versions ends above its beginning."""
    for one in placed_spans(case):
        stretch = one.stretch
        if not stretch or not one.end or not one.last:
            continue
        if stretch.is_empty:
            relation = "is below" if stretch.through else "is not above"
            yield case.finding(
                *one.end,
                text=f"`{{last}}` {relation} `{{first}}`, which is `introduced`",
                remedy="correct one of the two; a stretch ends with a later version",
                related=(
                    Related(place=case.place(*one.start), text="`{first}` is introduced here"),
                ),
                first=one.span.introduced,
                last=one.last,
            )


@error("ADV211", reads="affected")
def ascending(case: Case) -> Iterator[Finding]:
    """The stretches of one range ascend, and each begins above the end of the one before."""
    told: set[tuple[int, int]] = set()
    for before, one in pairwise(placed_spans(case)):
        where = (one.package, one.number)
        if (before.package, before.number) != where or where in told:
            continue
        if before.end and before.last and _is_reached(before, one):
            told.add(where)
            yield case.finding(
                *one.start,
                text="`{first}` is not above `{last}`, at which the stretch before it ends",
                remedy="put the events in ascending order, and join stretches that overlap",
                related=(Related(place=case.place(*before.end), text="`{last}` ends it here"),),
                fix=_sorted_events(case, one),
                first=one.span.introduced,
                last=before.last,
            )


@error("ADV212", reads="affected")
def ranges_apart(case: Case) -> Iterator[Finding]:
    """Two ranges of one package do not tell of the same versions."""
    placed = [(one, one.stretch) for one in placed_spans(case)]
    for index, (one, mine) in enumerate(placed):
        beside = (
            other
            for other, its in placed[:index]
            if mine and its and _is_beside(case, one, other) and mine.meets(its)
        )
        other = next(beside, None)
        if other:
            yield case.finding(
                *one.start,
                text="this stretch overlaps with one of another range of the same package",
                remedy="keep one range for each package, with every version in one stretch",
                related=(Related(place=case.place(*other.start), text="the other one"),),
            )
            return


@error("ADV214", reads="affected")
def written_as_the_ecosystem_does(case: Case) -> Iterator[Finding]:
    """A version is one by the grammar of its ecosystem, or no program can compare it."""
    for path, version, scheme, of_line in _versions(case):
        if position(version, scheme) is not None or _is_made_up(version):
            continue
        bare = re.sub(r"^[vV=]+", "", version.strip(_QUOTES))
        right = bare if bare != version and position(bare, scheme) else None
        fix = rewrite(case, path, right, text="write `{right}`") if right else None
        yield case.finding(
            *path,
            text="`{version}` is no version by the rules of {scheme}",
            remedy="write `{right}`" if right else _remedy(bare, scheme),
            fix=fix if of_line else None,
            version=version,
            scheme=scheme.value,
            right=right or _completed(bare),
        )


@error("ADV215", reads="affected")
def no_semver_where_it_does_not_hold(case: Case) -> Iterator[Finding]:
    """A SEMVER range is of an ecosystem that numbers by SemVer."""
    for path, kind, ecosystem in _types(case):
        if kind is RangeType.SEMVER and ecosystem.partition(":")[0] in WITHOUT_SEMVER:
            yield _type_finding(case, path, ecosystem, RangeType.ECOSYSTEM)


@warning("ADV216", reads="affected")
def semver_where_it_holds(case: Case) -> Iterator[Finding]:
    """An ecosystem that numbers by SemVer has SEMVER ranges, which every program can compare."""
    for path, kind, ecosystem in _types(case):
        if kind is RangeType.ECOSYSTEM and ecosystem in _BY_SEMVER:
            yield _type_finding(case, path, ecosystem, RangeType.SEMVER)


@warning("ADV217", reads="affected")
def versions_are_listed(case: Case) -> Iterator[Finding]:
    """Beside an ECOSYSTEM range, the affected versions are listed (OSV schema, `versions`)."""
    for index, affected in enumerate(case.content.affected):
        by_name = [one.type for one in affected.ranges].count(RangeType.ECOSYSTEM)
        if by_name and not affected.versions and affected.package.ecosystem not in _BY_SEMVER:
            number = [one.type for one in affected.ranges].index(RangeType.ECOSYSTEM)
            yield case.finding(
                *("affected", index, "ranges", number, "type"),
                text="an ECOSYSTEM range without a list of `versions`",
                remedy=(
                    "add `versions` to this package, with every affected version:"
                    " programs that do not know this ecosystem's order look there"
                ),
            )


@warning("ADV220", reads="affected", spoils=True)
def unfixed_is_said(case: Case) -> Iterator[Finding]:
    """Where affected versions have no fix, the reader is told so."""
    if case.content.withdrawn:
        return
    for index in range(len(case.content.affected)):
        own = [one for one in placed_spans(case) if one.package == index]
        unfixed = None if unfixed_lines(case, index) else _unfixed(own)
        if unfixed and not says_unfixed(case, names_release=unfixed.last is not None):
            yield case.finding(
                *(unfixed.end or unfixed.start),
                text="no fixed version is stated for these affected versions",
                remedy="add the `fixed` version, or say under Patches that there is no fix",
            )


@warning("ADV221", reads="affected", spoils=True)
def no_bound_in_the_far_future(case: Case) -> Iterator[Finding]:
    """A range does not end at a made-up version such as 999: nobody knows what comes by then."""
    for one in placed_spans(case):
        if one.end and one.last and _is_made_up(one.last):
            yield case.finding(
                *one.end,
                text="`{version}` looks made up, to stand for every version to come",
                remedy="leave the end out: a stretch without one has no fix yet",
                version=one.last,
            )


@warning("ADV222", reads="affected", trusts="affected")
def gaps_are_meant(case: Case) -> Iterator[Finding]:
    """A fix in one release line does not make the next lines safe.

    Found is a stretch that ends with a patch of one line, where the next stretch begins with a line
    that is not the next one. What the text says is not affected is left alone.
    """
    for before, one in pairwise(placed_spans(case)):
        # One that ends below its beginning is another mistake, with no ends to tell a gap from.
        is_sound = all(each.stretch and not each.stretch.is_empty for each in (before, one))
        gap = _gap(before, one) if is_sound and before.package == one.package else None
        if gap and before.end and not _NOT_AFFECTED.search(case.draft.prose):
            yield case.finding(
                *one.start,
                text="all versions between `{last}` and `{first}` count as not affected",
                remedy=(
                    "if they are affected, begin this stretch at `{begin}`;"
                    " if not, say so in the text"
                ),
                related=(Related(place=case.place(*before.end), text="the gap begins here"),),
                first=one.span.introduced,
                last=before.last or "",
                begin=gap,
            )


@warning("ADV223", reads="affected")
def listed_versions_are_in_a_range(case: Case) -> Iterator[Finding]:
    """A version that is listed as affected lies in one of the ranges as well."""
    for index, affected in enumerate(case.content.affected):
        outside = list(_outside(case, index, affected)) if affected.versions else []
        if outside:
            yield case.finding(
                *("affected", index, "versions", outside[0]),
                text="`{version}` is listed as affected, but lies in none of the ranges{more}",
                remedy="remove it, or correct the ranges: programs take it for affected",
                version=affected.versions[outside[0]],
                more=f" (so do {len(outside) - 1} more)" if len(outside) > 1 else "",
            )


def _is_reached(before: Placed, one: Placed) -> bool:
    """Say whether a stretch begins at or below the end of the one before it."""
    if not before.scheme or not one.scheme or not before.last:
        return False
    end, start = position(before.last, before.scheme), start_of(one.span, one.scheme)
    return end is not None and start is not None and start <= end


def _sorted_events(case: Case, one: Placed) -> Fix | None:
    """Put the events of a range in order, if its stretches are apart from each other.

    Where comments stand among them, they would no longer stand beside what they are about.
    """
    events = one.start[:-2]
    source = case.draft.parts.text
    ordered = _in_order([other for other in placed_spans(case) if other.start[:-2] == events])
    if not ordered or re.search(r"\s#", source.stretch(case.place(*events))):
        return None
    paths = [path[:-1] for other in ordered for path in (other.start, other.end) if path]
    edits = (
        Edit(place=case.place(*events, at), replacement=source.stretch(case.place(*path)))
        for at, path in enumerate(paths)
        if path != (*events, at)
    )
    return Fix(text="put the events in order", edits=tuple(edits))


def _in_order(spans: list[Placed]) -> list[Placed]:
    """Sort stretches; give none if one is empty, two meet, or all but the last have no end."""
    if not all(one.stretch and not one.stretch.is_empty for one in spans):
        return []
    ordered = sorted(spans, key=lambda one: one.stretch.start if one.stretch else END)
    apart = all(before.end and not _is_reached(before, one) for before, one in pairwise(ordered))
    return ordered if apart else []


def _is_beside(case: Case, one: Placed, other: Placed) -> bool:
    ranges = case.content.affected[one.package].ranges
    return (
        one.package == other.package
        and one.number != other.number
        and ranges[one.number].type is ranges[other.number].type
    )


def _versions(case: Case) -> Iterator[tuple[Path, str, Scheme, bool]]:
    """Give every version that is to be compared, its path and its scheme.

    The last part says whether it stands in a range. Old uploads to PyPI have names that PEP 440
    does not know, so what is only listed is not judged there.
    """
    for one in placed_spans(case):
        if one.scheme and one.span.introduced != "0":
            yield one.start, one.span.introduced, one.scheme, True
        if one.scheme and one.end and one.last:
            yield one.end, one.last, one.scheme, True
    for index, affected in enumerate(case.content.affected):
        scheme = scheme_of_ecosystem(affected.package.ecosystem)
        if scheme is Scheme.SEMVER:
            for number, version in enumerate(affected.versions):
                yield ("affected", index, "versions", number), version, scheme, True


def _remedy(bare: str, scheme: Scheme) -> str:
    if scheme is Scheme.SEMVER and _completed(bare):
        return "write all three numbers, such as `{right}`"
    form = {Scheme.SEMVER: "1.2.3", Scheme.PEP440: "1.2.3 or 1.2rc1", Scheme.PVP: "1.2.3.4"}
    return f"write one version, such as {form[scheme]}"


def _completed(bare: str) -> str:
    """Complete `1` or `1.2` to three numbers."""
    parts = bare.split(".")
    is_short = len(parts) in {1, 2} and all(re.fullmatch(r"0|[1-9][0-9]*", one) for one in parts)
    return ".".join([*parts, "0", "0"][:3]) if is_short else ""


def _types(case: Case) -> Iterator[tuple[Path, RangeType, str]]:
    for index, affected in enumerate(case.content.affected):
        for number, one in enumerate(affected.ranges):
            yield (
                ("affected", index, "ranges", number, "type"),
                one.type,
                affected.package.ecosystem,
            )


def _type_finding(case: Case, path: Path, ecosystem: str, right: RangeType) -> Finding:
    _, index, _, number, _ = path
    one = case.content.affected[int(index)].ranges[int(number)]
    readable = right is RangeType.ECOSYSTEM or all(
        event.version == "0" or position(event.version, Scheme.SEMVER) for event in one.events
    )
    does = "numbers" if right is RangeType.SEMVER else "does not number"
    return case.finding(
        *path,
        text=f"{{ecosystem}} {does} by SemVer",
        remedy=f"write `{right}`",
        related=(
            Related(
                place=case.place("affected", int(index), "package", "ecosystem"),
                text="the ecosystem",
            ),
        ),
        fix=rewrite(case, path, right.value, text=f"write `{right}`") if readable else None,
        ecosystem=ecosystem,
    )


def _unfixed(spans: list[Placed]) -> Placed | None:
    """Give a stretch without a fix: one without an end, or the last if none is fixed."""
    still_open = next((one for one in spans if one.last is None), None)
    if still_open or not spans or any(one.span.fixed for one in spans):
        return still_open
    return spans[-1]


def _is_made_up(version: str) -> bool:
    parts = re.findall(r"[0-9]+", version)
    return bool(parts) and (
        re.fullmatch(r"9{3,}", parts[0]) is not None
        or (len(parts) > 1 and all(re.fullmatch(r"9{2,}", one) for one in parts))
    )


def _gap(before: Placed, one: Placed) -> str | None:
    """Give the version at which the gap's first release line begins, if lines are passed over."""
    if not before.scheme or before.scheme is not one.scheme or not before.span.fixed:
        return None
    end, start = (
        numbers(before.span.fixed, before.scheme),
        numbers(one.span.introduced, before.scheme),
    )
    if not end or not start or before.scheme is not Scheme.SEMVER:
        return None
    line = 1 if end[0] == start[0] == 0 else 0
    is_patch = any(end[line + 1 :]) and not any(start[line + 1 :])
    if end[:line] != start[:line] or (end[0] == 0) != (start[0] == 0) or not is_patch:
        return None
    if start[line] <= end[line] + 1:
        return None
    following = [*end[:line], end[line] + 1, 0, 0][:3]
    return ".".join(map(str, following))


def _outside(case: Case, index: int, affected: Affected) -> Iterator[int]:
    """Give the indices of listed versions that no range holds; none if a range cannot be read."""
    stretches = [one.stretch for one in placed_spans(case) if one.package == index]
    ordered = [one for one in affected.ranges if one.type is not RangeType.GIT]
    is_plain = all(one and not one.is_empty for one in stretches)
    if not stretches or not is_plain or len(ordered) != len(affected.ranges):
        return
    scheme = scheme_to_read(ordered[0], affected.package.ecosystem)
    for number, version in enumerate(affected.versions):
        place = position(version, scheme) if scheme else None
        if place and not any(one and one.holds(place) for one in stretches):
            yield number
