"""Affected versions by release line, as readers think of them: "I am on 24, what now?"."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from itertools import groupby

from mkdocs_advisories.model import Affected, RangeType, Span
from mkdocs_advisories.policy import Maintained, ReleaseLine
from mkdocs_advisories.render.words import Words
from mkdocs_advisories.versions import (
    BEGINNING,
    END,
    Position,
    Scheme,
    Stretch,
    first_of_line,
    is_in_line,
    position,
    scheme_of_ecosystem,
    scheme_of_range,
    stretch,
    stretch_of_line,
)


class State(StrEnum):
    """What a reader on a line has to know."""

    FIXED = "fixed"
    UNFIXED = "no fix"
    ENDED = "end of life"
    UNAFFECTED = "not affected"


@dataclass(frozen=True, kw_only=True, slots=True)
class LineRow:
    """Stretch of affected versions of a line: its fix, or else where to move. `last` ends a group.

    `line` is empty for versions of no line that the policy states.
    """

    line: str
    state: State
    affected: str = ""
    fixed: str | None = None
    move_to: str | None = None
    last: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class _Known:
    """All stretches of a package, and its lines, newest first."""

    scheme: Scheme
    stretches: tuple[tuple[Span, Stretch], ...]
    lines: tuple[ReleaseLine, ...]
    maintained: Maintained
    day: date
    words: Words


def line_rows(
    affected: Affected, *, maintained: Maintained | None, day: date, words: Words
) -> list[LineRow]:
    """Give the rows, newest line first; none where lines or the order of versions are not known.

    Which line has reached its end is told as of `day`, that of the disclosure: so a page never
    changes by itself.
    """
    scheme = scheme_of_ecosystem(affected.package.ecosystem)
    if maintained is None or scheme is None:
        return []
    stretches = _stretches(affected, scheme)
    if not stretches:
        return []
    released = [one for one in maintained.releases if one.released <= day]
    newest_first = sorted(released, key=lambda one: numbers_of(one.line), reverse=True)
    known = _Known(
        scheme=scheme,
        stretches=tuple(stretches),
        lines=tuple(newest_first),
        maintained=maintained,
        day=day,
        words=words,
    )
    return [*_grouped([row for one in known.lines for row in _rows(one, known)]), *_others(known)]


def lowest_affected(affected: Affected) -> str | None:
    """Give the version below which nothing is affected, or None if there is none or in doubt."""
    scheme = scheme_of_ecosystem(affected.package.ecosystem)
    stretches = _stretches(affected, scheme) if scheme else None
    if not stretches:
        return None
    span, lowest = min(stretches, key=lambda one: one[1].start)
    return None if lowest.start == BEGINNING else span.introduced


def _stretches(affected: Affected, scheme: Scheme) -> list[tuple[Span, Stretch]] | None:
    """Give every stretch with its place in the order, or None if one cannot be placed."""
    found: list[tuple[Span, Stretch]] = []
    ordered = [one for one in affected.ranges if one.type is not RangeType.GIT]
    if any(scheme_of_range(one, affected.package.ecosystem) is not scheme for one in ordered):
        return None
    single = (Span(introduced=one, last_affected=one) for one in affected.versions)
    for span in (*affected.spans(), *single):
        placed = stretch(span, scheme)
        if placed is None:
            return None
        # Many name every version that their ranges hold, too.
        if not any(one.holds(placed.start) and placed.start == placed.end for _, one in found):
            found.append((span, placed))
    return found


def numbers_of(line: str) -> tuple[int, ...]:
    """Give what orders release lines."""
    return tuple(map(int, line.split(".")))


def _rows(one: ReleaseLine, known: _Known) -> Iterator[LineRow]:
    whole, first = stretch_of_line(one.line, known.scheme), first_of_line(one.line, known.scheme)
    if whole is None or first is None:
        return
    releases = replace(whole, start=first)
    hits = [it for it in known.stretches if not it[1].is_empty and it[1].meets(releases)]
    for span, placed in hits:
        yield _row(one, span, placed, releases, known)
    if not hits:
        yield LineRow(line=one.line, state=State.UNAFFECTED)


def _row(
    one: ReleaseLine, span: Span, placed: Stretch, releases: Stretch, known: _Known
) -> LineRow:
    parts = [f">= {span.introduced}"] if placed.start > releases.start else []
    is_fixed = span.fixed is not None and is_in_line(span.fixed, one.line, known.scheme)
    if is_fixed:
        parts.append(f"< {span.fixed}")
    elif span.last_affected and placed.end < releases.end:
        parts.append(f"<= {span.last_affected}")
    end = known.maintained.end_of(one)
    unfixed = State.UNFIXED if end is None or known.day < end else State.ENDED
    return LineRow(
        line=one.line,
        state=State.FIXED if is_fixed else unfixed,
        affected=", ".join(parts) or _every_version(known.words),
        fixed=span.fixed if is_fixed else None,
        move_to=None if is_fixed else _nearest_fix(placed.end, known),
    )


def _nearest_fix(end: Position, known: _Known) -> str | None:
    """Give the lowest fixed version from a place on that no stretch has, or None."""
    fixes = {
        place: span.fixed
        for span, _ in known.stretches
        if span.fixed and (place := position(span.fixed, known.scheme)) is not None
    }
    safe = (
        place
        for place in sorted(fixes)
        if place >= end and not any(one.holds(place) for _, one in known.stretches)
    )
    return fixes.get(next(safe, END))


def _grouped(rows: Sequence[LineRow]) -> Iterator[LineRow]:
    """Join neighbouring lines about which there is the same to say."""
    for _, group in groupby(rows, key=lambda one: replace(one, line="")):
        newest, *others = group
        yield replace(newest, line=others[-1].line, last=newest.line) if others else newest


def _others(known: _Known) -> Iterator[LineRow]:
    """Give the stretches that reach beyond the lines of the policy, whole."""
    for span, placed in known.stretches:
        if not _is_within(placed, known):
            unfixed = None if span.fixed else _nearest_fix(placed.end, known)
            yield LineRow(
                line="",
                state=State.FIXED if span.fixed else State.UNFIXED,
                affected=stretch_words(span, known.words),
                fixed=span.fixed,
                move_to=unfixed,
            )


def _is_within(placed: Stretch, known: _Known) -> bool:
    """Say whether lines show all of a stretch. One without an end ends with the newest line."""
    reached = placed.start
    for one in reversed(known.lines):
        whole = stretch_of_line(one.line, known.scheme)
        if whole is not None and whole.start <= reached < whole.end:
            reached = whole.end
    return reached >= placed.end or (placed.end == END and reached > placed.start)


def stretch_words(span: Span, words: Words) -> str:
    """Write a stretch as `>= 25.0.0, < 36.0.7`, or say that it is all versions."""
    return _limits(span) or _every_version(words)


def in_words(span: Span) -> str:
    """Write a stretch likewise for a machine-readable format, all of which are in English."""
    return _limits(span) or "all versions"


def _every_version(words: Words) -> str:
    return words.gettext("all versions")


def _limits(span: Span) -> str:
    if span.introduced == span.last_affected:
        return span.introduced
    parts = [] if span.introduced == "0" else [f">= {span.introduced}"]
    if span.fixed:
        parts.append(f"< {span.fixed}")
    elif span.last_affected:
        parts.append(f"<= {span.last_affected}")
    return ", ".join(parts)
