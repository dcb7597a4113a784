"""A page whose every value can be found again in what a theme makes of it.

A theme may write a value as it is, or through one of a few filters. So the text of a probe carries
characters that each filter writes in another way: by them it is known which one was at work.
"""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from types import MappingProxyType

from markupsafe import Markup
from markupsafe import escape as escape_for_jinja

from mkdocs_advisories.render.markdown import Heading
from mkdocs_advisories.render.metadata import Metadata
from mkdocs_advisories.render.page import Page

HEAD, BODY, POLICY, PART, TITLE, DESCRIPTION, ANCHOR, HEADING = (
    "head body policy part title description anchor heading".split()
)
"""The values of a page: all but PART, the parts of its address, as its fields are called."""

Filter = Callable[[str], str]

_MARK = "advisoryprobe"
_DAY = datetime(1970, 1, 2, tzinfo=UTC)
_TELLING = "\"'<i>&"
_PLAIN = re.compile(rf"(?:<(h1|p)>)?{_MARK}([a-z]+)([0-9]+)x(?:</\1>)?")
_TEXT = re.compile(rf"{_MARK}([a-z]+)([0-9]+)q(.*?){_MARK}\1e")


def _as_it_is(text: str) -> str:
    return text


def _escaped(text: str) -> str:
    return str(escape_for_jinja(text))


def _stripped(text: str) -> str:
    return Markup(text).striptags()  # noqa: S704 - what themes do with a title


def _stripped_and_escaped(text: str) -> str:
    return _escaped(_stripped(text))


_FILTERS: tuple[Filter, ...] = (_as_it_is, _escaped, _stripped, _stripped_and_escaped)
"""What themes do with a title or a description, which they are given escaped."""

_FILTER_OF: Mapping[str, Filter] = MappingProxyType(
    {one(escape(_TELLING)): one for one in reversed(_FILTERS)}
)


@dataclass(frozen=True, kw_only=True, slots=True)
class Slot:
    """A place for a value of a page; `filter` is what the theme does.

    `index` counts headings, or the parts of an address.
    """

    value: str
    index: int
    filter: Filter


Pieces = tuple[str | Slot, ...]


class UnfitError(ValueError):
    """A theme does something to a page that cannot be found again."""


def mark(value: str, index: int = 0) -> str:
    """Give what stands for a value that themes write as it is."""
    return f"{_MARK}{value}{index}x"


def probe(*, uri: str, levels: Sequence[int], has_title: bool) -> Page:
    """Make a page at an address (with marks for some of its parts) with headings of given levels.

    `has_title` says whether its HTML has a heading of the first level. Its date is one that no page
    has: a theme that writes dates makes something else of every page.
    """
    tag = "h1" if has_title else "p"
    headings = tuple(
        Heading(id=mark(ANCHOR, index), title=_text(HEADING, index), level=level)
        for index, level in enumerate(levels)
    )
    return Page(
        uri=uri,
        title=_text(TITLE),
        description=_text(DESCRIPTION),
        html=f"<{tag}>{mark(BODY)}</{tag}>",
        headings=headings,
        modified=_DAY,
        metadata=Metadata(social=Markup(), linked_data=Markup(mark(HEAD))),  # noqa: S704
    )


def with_other_values(output: str) -> str:
    """Give what a theme would make of a probe that says something else."""
    return output.replace(_MARK, _MARK[::-1])


def pieces_of(output: str) -> Pieces:
    """Find the values of a probe in what a theme has made of it, and what stands between.

    Raises:
        UnfitError: there are traces of a value that is not to be found.
    """
    pieces = tuple(_split(output))
    found = {one.value for one in pieces if isinstance(one, Slot)}
    if BODY not in found or any(_MARK in one for one in pieces if isinstance(one, str)):
        raise UnfitError("the theme does more with a page than to place its parts")
    return pieces


def _text(value: str, index: int = 0) -> str:
    name = f"{_MARK}{value}{index}"
    return f"{name}q{_TELLING}{_MARK}{value}e"


def _split(output: str) -> Iterator[str | Slot]:
    matches = sorted((*_PLAIN.finditer(output), *_TEXT.finditer(output)), key=re.Match.start)
    end = 0
    for match in matches:
        yield output[end : match.start()]
        end = match.end()
        yield _slot(match)
    yield output[end:]


def _slot(match: re.Match[str]) -> Slot:
    if match.re is _PLAIN:
        return Slot(value=match[2], index=int(match[3]), filter=_as_it_is)
    if match[3] not in _FILTER_OF:
        raise UnfitError("the theme writes a text in a way that is not known")
    return Slot(value=match[1], index=int(match[2]), filter=_FILTER_OF[match[3]])
