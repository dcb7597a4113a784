"""Advisories as rows of a table, which every list of the site shares."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from markupsafe import Markup

from mkdocs_advisories.model import Disclosed
from mkdocs_advisories.policy import Policy
from mkdocs_advisories.render.addresses import part_uri
from mkdocs_advisories.render.severity import UNSTATED
from mkdocs_advisories.render.templating import render
from mkdocs_advisories.render.view import View, view


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """An advisory's row, and what a reader may search, filter and sort it by."""

    disclosed: Disclosed
    shown: View
    severity: str
    score: float
    projects: tuple[str, ...]
    year: str
    words: str

    @property
    def modified(self) -> datetime:
        """When the advisory was changed last."""
        return self.disclosed.modified


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """Rows that stand on one page. Numbers begin with the oldest; the list's own page has 0."""

    uri: str
    lines: Sequence[Line]
    number: int = 0


def lines_of(advisories: Iterable[Disclosed], *, policy: Policy) -> tuple[Line, ...]:
    """Prepare a row for each advisory, in the given order."""
    known = tuple(advisories)
    public = frozenset(one.id for one in known)
    return tuple(_line(one, view(one, policy=policy, public=public)) for one in known)


class Rows:
    """Rows as HTML, each made once for all pages that are as deep as each other."""

    def __init__(self, language: str) -> None:
        self._language = language
        self._made: dict[tuple[str, str], Markup] = {}

    def of(self, lines: Iterable[Line], *, root: str) -> Markup:
        """Give rows for a page from which `root` is the way to the root of the site."""
        return Markup().join(self._row(one, root) for one in lines)

    def _row(self, line: Line, root: str) -> Markup:
        key = line.shown.id, root
        if key not in self._made:
            self._made[key] = render("row.html", language=self._language, line=line, root=root)
        return self._made[key]


def parts(lines: Sequence[Line], *, uri: str, most: int) -> Iterator[Part]:
    """Part a list, newest first, so that no page has more than `most` rows.

    A list that does not fit has its newest rows at its address, and all of them in parts, counted
    from the oldest: a part that is full stays as it is when something new comes.
    """
    yield Part(uri=uri, lines=lines[:most])
    if len(lines) <= most:
        return
    oldest_first = lines[::-1]
    for number, start in enumerate(range(0, len(lines), most), 1):
        of_part = oldest_first[start : start + most][::-1]
        yield Part(uri=part_uri(uri, number), lines=of_part, number=number)


def _line(disclosed: Disclosed, shown: View) -> Line:
    unseen = (*(one.text for one in shown.aliases), *(one.name for one in shown.packages))
    return Line(
        disclosed=disclosed,
        shown=shown,
        severity=shown.rating.word if shown.rating else UNSTATED,
        score=float(shown.rating.score) if shown.rating else -1.0,
        projects=tuple(one.text for one in shown.projects),
        year=str(shown.published.year),
        words=" ".join(dict.fromkeys(unseen)),
    )
