"""Every maintained release line that is affected has a fix, or the reader is told why not."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from mkdocs_advisories.checks.case import Case, Finding
from mkdocs_advisories.checks.patches import says_line_unfixed
from mkdocs_advisories.checks.rule import error, warning
from mkdocs_advisories.checks.stretches import Placed, placed_spans
from mkdocs_advisories.policy import Maintained
from mkdocs_advisories.problems import Related
from mkdocs_advisories.versions import end_of_line, numbers


@dataclass(frozen=True, kw_only=True, slots=True)
class UnfixedLine:
    """A maintained line whose newest versions are affected, and the stretch that they lie in."""

    line: str
    placed: Placed


@error("ADV240", reads="affected embargo cve_issued", trusts="affected")
def every_maintained_line_has_a_fix(case: Case) -> Iterator[Finding]:
    """Whoever stays on a maintained line can get a fix there, or reads that there is none.

    What is maintained is judged as of the end of the embargo (or the moment at which the CVE was
    issued, while it is undecided), so that time alone changes nothing.
    """
    for index in range(len(case.content.affected)):
        for one in unfixed_lines(case, index):
            if not case.content.withdrawn and not says_line_unfixed(case, one.line):
                yield _finding(case, one)


@warning("ADV241", reads="affected", trusts="affected")
def lines_are_known(case: Case) -> Iterator[Finding]:
    """The policy knows the line of every fixed version, or it could not tell what is missing."""
    for index, affected in enumerate(case.content.affected):
        maintained = case.policy.maintained_lines_of(affected.package)
        newest = max(map(_numbers, _lines(maintained))) if maintained else ()
        newer = [
            one
            for one in placed_spans(case)
            if newest and one.package == index and _is_newer(one, newest)
        ]
        for one in newer[-1:]:
            yield case.finding(
                *(one.end or one.start),
                text="the policy knows no release line as new as that of `{version}`",
                remedy=(
                    "add the line to `maintained.releases` of its project in mkdocs.yml: whether"
                    " every maintained line has a fix is told from these"
                ),
                version=one.span.fixed or "",
            )


def unfixed_lines(case: Case, index: int) -> tuple[UnfixedLine, ...]:
    """Give the maintained lines of a package that are affected and have no fixed version."""
    maintained = case.policy.maintained_lines_of(case.content.affected[index].package)
    as_of = case.draft.embargo or case.draft.cve_issued
    if maintained is None or as_of is None:
        return ()
    own = [one for one in placed_spans(case) if one.package == index]
    return tuple(
        UnfixedLine(line=line, placed=placed)
        for line in _lines(maintained, case.policy.day_of(as_of))
        for placed in own
        if _covers_the_top(placed, line)
    )


def _lines(maintained: Maintained, day: date | None = None) -> tuple[str, ...]:
    lines = maintained.on(day) if day else maintained.releases
    return tuple(one.line for one in lines)


def _covers_the_top(placed: Placed, line: str) -> bool:
    """Say whether a stretch takes in the end of a line: its newest versions are affected."""
    stretch = placed.stretch
    end = end_of_line(line, placed.scheme) if placed.scheme else None
    return stretch is not None and end is not None and stretch.start < end <= stretch.end


def _finding(case: Case, one: UnfixedLine) -> Finding:
    placed = one.placed
    beginning = Related(place=case.place(*placed.start), text="affected from here on")
    return case.finding(
        *(placed.end or placed.start),
        text="the release line {line} is maintained and affected, and has no fixed version",
        remedy=(
            "end this stretch at the line's fixed version and begin the next one behind it; if"
            " there is none, say under Patches that {line} gets no fix, and why"
        ),
        related=(beginning,) if placed.end else (),
        line=one.line,
    )


def _is_newer(placed: Placed, newest: tuple[int, ...]) -> bool:
    fixed, scheme = placed.span.fixed, placed.scheme
    own = numbers(fixed, scheme) if fixed and scheme else None
    return own is not None and own[: len(newest)] > newest


def _numbers(line: str) -> tuple[int, ...]:
    return tuple(map(int, line.split(".")))
