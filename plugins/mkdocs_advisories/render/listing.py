"""Advisories as rows of a table, which every list of the site shares."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from markupsafe import Markup

from mkdocs_advisories.policy import Policy
from mkdocs_advisories.render.addresses import part_uri
from mkdocs_advisories.render.outline import Outline
from mkdocs_advisories.render.templating import render
from mkdocs_advisories.render.view import Moment, View, moment
from mkdocs_advisories.render.words import words_of

_ROOT = Markup("<root>")
"""Stands in a row for the way to the root of the site: no text that is escaped can be like it."""

Excerpt = Callable[[Outline], str]
"""Gives what a list shows of an advisory: HTML in which the way to the root is still open."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Lists:
    """What all pages with lists have in common; `index_uri` is the page of the list of all."""

    policy: Policy
    index_uri: str
    row_of: Excerpt
    brief_of: Excerpt


@dataclass(frozen=True, kw_only=True, slots=True)
class Line:
    """An advisory as a row shows it: what a reader may search, filter and sort it by."""

    outline: Outline
    shown: View
    words: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Part:
    """Rows that stand on one page. Numbers begin with the oldest; the list's own page has 0."""

    uri: str
    lines: Sequence[Outline]
    number: int = 0


@dataclass(frozen=True, kw_only=True, slots=True)
class Older:
    """A part of a list as a link shows it: how many are in it, disclosed from when to when."""

    uri: str
    count: int
    first: Moment
    last: Moment


def row(outline: Outline, shown: View, *, language: str) -> str:
    """Render an advisory as a row of a table."""
    unseen = (*(one.text for one in shown.aliases), *(one.name for one in shown.packages))
    line = Line(outline=outline, shown=shown, words=" ".join(dict.fromkeys(unseen)))
    return str(render("row.html", language=language, line=line, root=_ROOT))


def brief(shown: View, *, language: str) -> str:
    """Render an advisory as an item of a short list."""
    return f"{render('brief.html', language=language, advisory=shown, root=_ROOT)}\n"


def placed(excerpt: Excerpt, outlines: Iterable[Outline], *, root: str) -> Markup:
    """Put excerpts on a page from which `root` is the way to the root of the site."""
    whole = "".join(map(excerpt, outlines))
    return Markup(whole.replace(_ROOT, root))  # noqa: S704 - rows are safe, and so is a way


def parts(lines: Sequence[Outline], *, uri: str, most: int) -> Iterator[Part]:
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


def older(known: Sequence[Part], *, of: Part, policy: Policy) -> tuple[Older, ...]:
    """Give links to the parts of a list, for the page on which it begins; other parts have none."""
    told = partial(moment, zone=policy.time_zone, words=words_of(policy.language))
    return tuple(
        Older(
            uri=one.uri,
            count=len(one.lines),
            first=told(one.lines[-1].published),
            last=told(one.lines[0].published),
        )
        for one in known[1:]
        if of.number == 0
    )
