"""Pages and files that are made together: of a project, of a year, or of all advisories."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from hashlib import sha256
from pathlib import Path

from mkdocs_advisories.render.outline import Outline
from mkdocs_advisories.render.page import Page

Content = Page | bytes | Path
"""A page to be framed by a theme, the bytes of a file, or the file that is copied."""


@dataclass(frozen=True, kw_only=True, slots=True)
class Parts:
    """The bytes of a large file in parts, made anew each time somebody goes through them."""

    make: Callable[[], Iterable[bytes]]

    def __iter__(self) -> Iterator[bytes]:
        """Give one part after the other."""
        return iter(self.make())


@dataclass(frozen=True, kw_only=True, slots=True)
class Brief:
    """What is known of a page before it is made.

    `levels` are those of its headings; `has_title` says whether its title stands in its text, as
    themes look for it; `is_searched` whether a search finds it.
    """

    uri: str
    title: str
    modified: datetime
    levels: tuple[int, ...] = ()
    has_title: bool = True
    is_searched: bool = True


@dataclass(frozen=True, kw_only=True, slots=True)
class Batch:
    """Contents that are made together, when they are asked for.

    `made_of` are the advisories that they are about. `mark` changes with the contents; it is None
    where they may not be noted down, or are always new. `pages` (to be called) and `files` say what
    there will be.
    """

    name: str
    made_of: Sequence[Outline] = ()
    mark: str | None = None
    pages: Callable[[], tuple[Brief, ...]] = tuple
    files: tuple[str, ...] = ()
    contents: Callable[[], Mapping[str, Content | Parts]]

    @property
    def addresses(self) -> tuple[str, ...]:
        """The addresses of all contents."""
        return (*(one.uri for one in self.pages()), *self.files)


def has_title(page: Page) -> bool:
    """Say whether a page has its title in its text, as themes look for it."""
    return "<h1" in page.html


def brief(page: Page) -> Brief:
    """Say of a page what is known of it before it is made."""
    return Brief(
        uri=page.uri,
        title=page.title,
        modified=page.modified,
        levels=tuple(one.level for one in page.headings),
        has_title=has_title(page),
        is_searched=bool(page.searched),
    )


def batch_of_pages(name: str, pages: Iterable[Page]) -> Batch:
    """Give pages that are made already."""
    made = {one.uri: one for one in pages}
    pages_now = tuple(map(brief, made.values()))
    contents = partial(dict[str, Content | Parts], made)
    return Batch(name=name, pages=lambda: pages_now, contents=contents)


def batch_at_last(name: str, make: Callable[[], Iterable[Page]]) -> Batch:
    """Give pages that are made once somebody asks for one, or for what there is."""
    made = cache(lambda: {one.uri: one for one in make()})
    return Batch(
        name=name,
        pages=lambda: tuple(map(brief, made().values())),
        contents=lambda: dict[str, Content | Parts](made()),
    )


def batch_of_file(uri: str, content: bytes, *, is_noted: bool = True) -> Batch:
    """Give a file that is made already. If it may not be noted down, it is always new."""
    mark = sha256(content).hexdigest() if is_noted else None
    return Batch(name=uri, mark=mark, files=(uri,), contents=lambda: {uri: content})
