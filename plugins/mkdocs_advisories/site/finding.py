"""What the search of the site finds, made in chunks like all that is about many advisories."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

from mkdocs_advisories.policy import Policy
from mkdocs_advisories.render.addresses import page_uri
from mkdocs_advisories.render.outline import Outline
from mkdocs_advisories.render.page import Page
from mkdocs_advisories.render.searched import Searched
from mkdocs_advisories.site.batch import Batch
from mkdocs_advisories.site.indexes import chunks
from mkdocs_advisories.site.sheets import Load, Sheets

Search = Callable[[Iterable[Searched]], bytes]
"""Gives entries of the index of a search as JSON, without brackets around them."""

_FEW = 25
"""How many that are found in full make a chunk: with each new one, two chunks are made again."""


def found_of_each(
    sheets: Sheets, *, search: Search, policy: Policy, mark: str = ""
) -> Iterator[Load]:
    """Have the entries made of advisories, the newest in full.

    A `mark` stands before the titles of pages already, and is put before those of advisories that
    are found in short.
    """

    def in_full(lines: Iterable[Outline]) -> bytes:
        return search(_searched(sheets.sheet(one).page) for one in lines)

    def in_short(lines: Iterable[Outline]) -> bytes:
        return search(
            Searched(
                uri=page_uri(one.id),
                title=f"{mark}{one.title}",
                paragraphs=sheets.excerpts(one).searched,
            )
            for one in lines
        )

    newest, most = policy.pages.searched_in_full, policy.pages.searched
    for some in chunks(sheets.outlines[: min(newest, most)], size=_FEW):
        yield sheets.kept(f"{mark}found in full", some, partial(in_full, some))
    for some in chunks(sheets.outlines[newest:most]):
        yield sheets.kept(f"{mark}found", some, partial(in_short, some))


def found_of_many(
    sheets: Sheets, batches: Sequence[Batch], *, search: Search, mark: str = ""
) -> Iterator[Load]:
    """Have the entries made of pages about many advisories, which must have been made."""
    for batch in batches:
        if any(one.is_searched for one in batch.pages()):
            make = partial(_of_batch, batch, search)
            is_new = batch.mark is None
            yield make if is_new else sheets.kept(f"{mark}found {batch.name}", batch.made_of, make)


def _of_batch(batch: Batch, search: Search) -> bytes:
    pages = (one for one in batch.contents().values() if isinstance(one, Page))
    return search(_searched(one) for one in pages if one.searched)


def _searched(page: Page) -> Searched:
    return Searched(uri=page.uri, title=page.title, paragraphs=page.searched)
