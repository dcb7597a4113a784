"""What a problem is: data, of which every report is a view."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import NamedTuple

WITHHELD = "[withheld]"
MOST_OF_A_KIND = 50
"""Problems of one code in one file. More are of no use to anybody, and would fill a report."""

_LONGEST_VALUE = 80


class Level(StrEnum):
    """How much a problem weighs: an error stops a build, a warning only with `--strict`."""

    ERROR = "error"
    WARNING = "warning"


class Place(NamedTuple):
    """Where in a file: lines and columns count from 1, columns in characters.

    The end lies just behind the last character. It is 0 where only the beginning is known. (A
    tuple, because every value of every file has one, and they go from process to process.)
    """

    path: str
    line: int = 1
    column: int = 1
    end_line: int = 0
    end_column: int = 0

    def __str__(self) -> str:
        """Write it as compilers do, so that editors can jump there."""
        return f"{self.path}:{self.line}:{self.column}"

    def below(self, folder: str) -> "Place":
        """Name the place from further up: `folder` ends with a slash, or is empty."""
        return self._replace(path=folder + self.path)

    @property
    def is_span(self) -> bool:
        """Whether the end is known."""
        return self.end_line > 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Related:
    """Another place that has to do with a problem; `text` may hold the problem's placeholders."""

    place: Place
    text: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Edit:
    """Text to stand in place of what lies in a span."""

    place: Place
    replacement: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Fix:
    """Edits that mend a problem and cannot change what the author meant."""

    text: str
    edits: tuple[Edit, ...]


@dataclass(frozen=True, kw_only=True, slots=True)
class Problem:
    """Something that is wrong with a source file, and what to do about it.

    `text` and `remedy` hold a placeholder, `{name}`, for every value that comes from the file;
    the values stand in `values`. So a report about a held advisory can leave all of them out.
    `subject` is the path of the field (`affected[0].ranges[1]`), made of names of the schema only.
    """

    code: str
    place: Place
    text: str
    remedy: str
    level: Level = Level.ERROR
    subject: str = ""
    values: Mapping[str, str] = field(default_factory=dict)
    related: tuple[Related, ...] = ()
    fix: Fix | None = None

    def message(self, *, withhold: bool) -> str:
        """Say what is wrong, with the file's own values or without them."""
        return self.filled(self.text, withhold=withhold)

    def advice(self, *, withhold: bool) -> str:
        """Say what to do, with the file's own values or without them."""
        return self.filled(self.remedy, withhold=withhold)

    def headline(self, *, withhold: bool) -> str:
        """Say which field is meant and what is wrong with it."""
        subject = f"{self.subject}: " if self.subject else ""
        return f"{subject}{self.message(withhold=withhold)}"

    def filled(self, template: str, *, withhold: bool) -> str:
        """Put the file's own values, or a sign that they are withheld, into a template."""

        def value(match: re.Match[str]) -> str:
            text = self.values.get(match[1])
            if text is None:
                return match[0]
            return WITHHELD if withhold else _printable(text)

        return re.sub(r"\{([a-z]+)\}", value, template)


def below(problem: Problem, folder: str) -> Problem:
    """Name all places of a problem from further up: `folder` ends with a slash, or is empty."""
    fix = problem.fix and replace(
        problem.fix,
        edits=tuple(replace(one, place=one.place.below(folder)) for one in problem.fix.edits),
    )
    return replace(
        problem,
        place=problem.place.below(folder),
        related=tuple(replace(one, place=one.place.below(folder)) for one in problem.related),
        fix=fix,
    )


def as_text(problem: Problem, *, withhold: bool) -> str:
    """Write a problem for a person: code and message, place, remedy, a line each."""
    return (
        f"{problem.level}[{problem.code}]: {problem.headline(withhold=withhold)}\n"
        f" --> {problem.place}\n"
        f"  = help: {problem.advice(withhold=withhold)}"
    )


def in_order(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Sort by file, line, column and code, and drop what is said twice."""
    unique = {(one.place, one.code, one.text, tuple(one.values.items())): one for one in problems}
    return tuple(sorted(unique.values(), key=lambda one: (one.place, one.code)))


def bounded(problems: Iterable[Problem]) -> Iterator[Problem]:
    """Give the first problems of each code, and with the last of them how many more there are.

    What can be fixed is never left out, or a second `--fix` would find more to do.
    """
    of_code: dict[str, list[Problem]] = {}
    rest: dict[str, int] = {}
    for one in problems:
        shown = of_code.setdefault(one.code, [])
        if one.fix or len(shown) < MOST_OF_A_KIND:
            shown.append(one)
        else:
            rest[one.code] = rest.get(one.code, 0) + 1
    for code, shown in of_code.items():
        yield from shown[:-1]
        more = f"; {rest[code]} more like this in this file are not shown" if code in rest else ""
        yield replace(shown[-1], text=f"{shown[-1].text}{more}")


def errors(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """Give those that stop a build."""
    return tuple(one for one in problems if one.level is Level.ERROR)


def _printable(value: str) -> str:
    shown = "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in value)
    return shown if len(shown) <= _LONGEST_VALUE else shown[: _LONGEST_VALUE - 1] + "…"
