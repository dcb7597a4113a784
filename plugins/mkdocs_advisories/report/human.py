"""Problems for a person at a terminal: each with the lines that it is about."""

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from mkdocs_advisories.problems import Level, Place, Problem
from mkdocs_advisories.report.findings import Findings, counted

_WIDEST = 100
_BEFORE = 20
_STYLES = {"error": "1;31", "warning": "1;33", "bold": "1", "gutter": "34", "note": "36"}


@dataclass(frozen=True, kw_only=True, slots=True)
class _Pen:
    """Writes in colour, or plainly."""

    colour: bool

    def __call__(self, style: str, text: str) -> str:
        return f"\x1b[{_STYLES[style]}m{text}\x1b[0m" if self.colour else text


def human(findings: Findings, *, colour: bool) -> str:
    """Report every problem with its code frame, then how many there are."""
    pen = _Pen(colour=colour)
    reports = ["\n".join(_report(one, findings, pen)) for one in findings.problems]
    crashes = [pen("error", "bug") + f": {one}" for one in findings.crashes]
    return "\n\n".join([*reports, *crashes, summary(findings)]) + "\n"


def summary(findings: Findings) -> str:
    """Say in one line how many problems there are, or that there is none."""
    checked = counted(findings.files, "file")
    if not findings.problems:
        return f"{checked} checked: no problem"
    levels = ((Level.ERROR, "error"), (Level.WARNING, "warning"))
    counts = [
        counted(findings.count(level), noun) for level, noun in levels if findings.count(level)
    ]
    mended = sum(one.fix is not None for one in findings.problems)
    remark = f"; `advisory check --fix` mends {mended} of them" if mended else ""
    faulty = len({one.place.path for one in findings.problems})
    return f"{' and '.join(counts)} in {faulty} of {checked}{remark}"


def _report(problem: Problem, findings: Findings, pen: _Pen) -> Iterator[str]:
    withhold = findings.withholds(problem)
    numbers = [problem.place.line, *(one.place.line for one in problem.related)]
    gutter = " " * len(str(max(numbers)))
    headline = pen("bold", f": {problem.headline(withhold=withhold)}")
    yield pen(problem.level.value, f"{problem.level}[{problem.code}]") + headline
    yield pen("gutter", f"{gutter}-->") + f" {problem.place}"
    yield from _frame(problem.place, findings, pen, gutter, style=problem.level.value)
    for one in problem.related:
        note = problem.filled(one.text, withhold=withhold)
        yield pen("gutter", f"{gutter}:::") + f" {one.place}: {note}"
        yield from _frame(one.place, findings, pen, gutter, style="note")
    mendable = " (`advisory check --fix` can do this)" if problem.fix else ""
    help_line = f" {problem.advice(withhold=withhold)}{mendable}"
    yield pen("gutter", f"{gutter} =") + pen("bold", " help:") + help_line


def _frame(
    place: Place, findings: Findings, pen: _Pen, gutter: str, *, style: str
) -> Iterator[str]:
    """Show the line of a place, with carets below the characters that are meant."""
    line = findings.line(place.path, place.line) if place.is_span else None
    if line is None:
        return
    one_line = place.end_line == place.line
    end = place.end_column - 1 if one_line else len(line)
    start = min(place.column - 1, len(line))
    shown, start, end = _cropped(line, start, max(end, start + 1))
    before = _width(shown[:start])
    carets = "^" * max(1, _width(shown[start:end]))
    number = str(place.line).rjust(len(gutter))
    yield pen("gutter", f"{gutter} |")
    yield pen("gutter", f"{number} |") + f" {_plain(shown)}"
    yield pen("gutter", f"{gutter} |") + f" {' ' * before}{pen(style, carets)}"


def _cropped(line: str, start: int, end: int) -> tuple[str, int, int]:
    """Keep of a long line what lies around the place."""
    if len(line) <= _WIDEST:
        return line, start, end
    left = max(0, start - _BEFORE)
    piece = line[left : left + _WIDEST]
    head, tail = "…" if left else "", "…" if left + _WIDEST < len(line) else ""
    shift = len(head) - left
    return head + piece + tail, start + shift, min(end + shift, len(head + piece))


def _plain(text: str) -> str:
    """Make every character visible and as wide as `_width` says: a tab is one blank."""
    return "".join(char if char.isprintable() else " " if char == "\t" else "�" for char in text)


def _width(text: str) -> int:
    """Give how many columns of a terminal a text takes."""
    return sum(
        0 if unicodedata.combining(char) else 2 if unicodedata.east_asian_width(char) in "WF" else 1
        for char in text
    )
