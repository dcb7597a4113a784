"""Pages and sheets as plain data, so that they can be stored.

It is JSON in a single line. Long texts stand behind that line as they are: to write them as strings
of JSON, and to read them, would take longer than all else.
"""

import json
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import lru_cache
from itertools import accumulate, pairwise
from sys import intern
from typing import Any

from markupsafe import Markup

from mkdocs_advisories.model import format_instant
from mkdocs_advisories.render.checkable import PackageName
from mkdocs_advisories.render.entry import Category, Entry, Related
from mkdocs_advisories.render.markdown import Heading
from mkdocs_advisories.render.metadata import Metadata
from mkdocs_advisories.render.notes import Note
from mkdocs_advisories.render.outline import About, Outline
from mkdocs_advisories.render.page import Data, Page
from mkdocs_advisories.site.batch import Brief
from mkdocs_advisories.site.sheet import Excerpts, Sheet

UNREADABLE = (ValueError, TypeError, KeyError, AttributeError, RecursionError)
"""What the functions below raise if they are given something else."""

_ENCODER = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"))


def sheet_json(sheet: Sheet) -> bytes:
    """Write a sheet."""
    page, records, drafts = sheet.page, sheet.records, sheet.drafts
    stated = [_page_data(page), [*records], [*drafts]]
    return _with_texts(stated, [page.html.encode(), *records.values(), *drafts.values()])


def sheet_from(raw: bytes) -> Sheet:
    """Read a sheet again."""
    (page, records, drafts), (html, *texts) = _parted(raw)
    return Sheet(
        page=_page(page, html),
        records=dict(zip(records, texts[: len(records)], strict=True)),
        drafts=dict(zip(drafts, texts[len(records) :], strict=True)),
    )


def entry_json(one: Entry) -> bytes:
    """Write an entry of feeds."""
    stated = [
        one.id,
        one.uri,
        one.title,
        one.summary,
        one.html,
        format_instant(one.published),
        format_instant(one.modified),
        one.categories,
        one.related,
    ]
    return _written(stated)


def entry_from(raw: bytes) -> Entry:
    """Read it again."""
    name, uri, title, summary, html, published, modified, categories, related = json.loads(raw)
    return Entry(
        id=name,
        uri=uri,
        title=title,
        summary=summary,
        html=Markup(html),  # noqa: S704 - it was safe when it was written
        published=datetime.fromisoformat(published),
        modified=datetime.fromisoformat(modified),
        categories=tuple(Category(*one) for one in categories),
        related=tuple(Related(*one) for one in related),
    )


def pages_json(pages: Sequence[Page]) -> bytes:
    """Write pages."""
    return _with_texts([_page_data(one) for one in pages], [one.html.encode() for one in pages])


def pages_from(raw: bytes) -> list[Page]:
    """Read pages again."""
    return [_page(one, html) for one, html in zip(*_parted(raw), strict=True)]


def excerpts_json(excerpts: Excerpts) -> bytes:
    """Write what lists quote of an advisory."""
    said = [[*name, text.decode()] for name, text in excerpts.said]
    made = [excerpts.row, excerpts.brief, excerpts.indexed.decode(), said, excerpts.searched]
    return _written(made)


def excerpts_from(raw: bytes) -> Excerpts:
    """Read them again."""
    row, brief, indexed, said, searched = json.loads(raw)
    return Excerpts(
        row=row,
        brief=brief,
        indexed=indexed.encode(),
        said=tuple((PackageName(ecosystem, name), text.encode()) for ecosystem, name, text in said),
        searched=tuple(searched),
    )


def outline_data(line: Outline) -> list[object]:
    """Give an outline as plain data."""
    return [
        line.id,
        line.aliases,
        line.summary,
        format_instant(line.published),
        format_instant(line.modified),
        line.year,
        line.severity,
        line.score,
        line.packages,
        line.attachments,
        line.is_withdrawn,
        line.superseded_by,
        [[one.format, one.text] for one in line.notes],
    ]


def outline_from(data: Any) -> Outline:  # noqa: ANN401 - plain data
    """Make an outline of plain data again."""
    (
        advisory_id,
        aliases,
        summary,
        published,
        modified,
        year,
        severity,
        score,
        packages,
        attachments,
        is_withdrawn,
        superseded_by,
        notes,
    ) = data
    first = datetime.fromisoformat(published)
    return Outline(
        id=advisory_id,
        aliases=tuple(aliases),
        summary=summary,
        published=first,
        modified=first if modified == published else datetime.fromisoformat(modified),
        year=intern(year),
        severity=intern(severity),
        score=score,
        packages=tuple(_about(*one) for one in packages),
        attachments=tuple(attachments),
        is_withdrawn=is_withdrawn,
        superseded_by=superseded_by,
        notes=tuple(Note(advisory=advisory_id, format=name, text=text) for name, text in notes),
    )


@lru_cache(maxsize=4096)
def _about(project: str, ecosystem: str, name: str) -> About:
    """Give one object for equal packages: many advisories are about the same ones."""
    return About(project, ecosystem, name)


def brief_data(one: Brief) -> list[object]:
    """Give what is known of a page as plain data."""
    modified = format_instant(one.modified)
    return [one.uri, one.title, modified, one.levels, one.has_title, one.is_searched]


def brief_from(data: Any) -> Brief:  # noqa: ANN401 - plain data
    """Make of plain data what is known of a page."""
    uri, title, modified, levels, has_title, is_searched = data
    return Brief(
        uri=uri,
        title=title,
        modified=datetime.fromisoformat(modified),
        levels=tuple(levels),
        has_title=has_title,
        is_searched=is_searched,
    )


def _written(data: object) -> bytes:
    return _ENCODER.encode(data).encode()


def _with_texts(data: object, texts: Iterable[bytes]) -> bytes:
    """Write plain data, the lengths of some texts, and then these."""
    whole = [*texts]
    return b"\n".join([_written([data, [len(one) for one in whole]]), b"".join(whole)])


def _parted(raw: bytes) -> tuple[Any, list[bytes]]:
    """Read plain data and the texts behind it."""
    line, _, whole = raw.partition(b"\n")
    data, lengths = json.loads(line)
    ends = [0, *accumulate(lengths)]
    if ends[-1] != len(whole):
        raise ValueError("damaged")
    return data, [whole[start:end] for start, end in pairwise(ends)]


def _page_data(page: Page) -> dict[str, object]:
    """Give a page as plain data, but for its HTML."""
    return {
        "uri": page.uri,
        "title": page.title,
        "description": page.description,
        "headings": [[one.id, one.title, one.level] for one in page.headings],
        "modified": format_instant(page.modified),
        "social": page.metadata.social,
        "linked_data": page.metadata.linked_data,
        "data": [[one.name, one.uri, one.media_type] for one in page.data],
        "searched": page.searched,
    }


def _page(stated: dict[str, Any], html: bytes) -> Page:
    social, linked_data = stated.pop("social"), stated.pop("linked_data")
    return Page(
        **{
            **stated,
            "html": html.decode(),
            "headings": tuple(
                Heading(id=name, title=title, level=level)
                for name, title, level in stated["headings"]
            ),
            "modified": datetime.fromisoformat(stated["modified"]),
            "data": tuple(
                Data(name=name, uri=uri, media_type=media_type)
                for name, uri, media_type in stated["data"]
            ),
            "searched": tuple(stated["searched"]),
            "metadata": Metadata(
                social=Markup(social),  # noqa: S704 - as above
                linked_data=Markup(linked_data),  # noqa: S704 - as above
            ),
        }
    )
